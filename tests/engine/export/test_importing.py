"""Weights from files: read without belief, laid beside the design's parameters, put in our order."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.core.errors import FileAccessError, FileFormatError, GradloomError
from engine.export import export, importers, match_weights, matched_arrays, read_weights
from engine.training.archive import save_archive


def image_design() -> engine.Design:
    design = engine.Design("imported")
    x = design.add("Input", shape=(6, 6, 2))
    h = design.add("Conv2D", x, filters=3, kernel_size=(3, 3), padding="same", activation="relu", name="conv")
    h = design.add("BatchNormalization", h, name="norm")
    h = design.add("Dense", design.add("Flatten", h), units=5, activation="tanh", name="hidden")
    design.add("Output", design.add("Dense", h, units=5, name="head"), loss="mean_squared_error")
    return design


def statuses(design: engine.Design, source: Any) -> dict[str, str]:
    return {match.target or match.source: match.status for match in match_weights(design, source)}


@pytest.mark.parametrize("suffix", ["npz", "safetensors", "gradloom"])
def test_what_was_exported_comes_back_bit_for_bit(tmp_path: Path, suffix: str) -> None:
    design = image_design()
    network = engine.compile(design, seed=7)
    path = tmp_path / f"weights.{suffix}"
    if suffix == "gradloom":
        save_archive(path, design, network.weights)
    else:
        export(design, network.weights, path)
    matches = match_weights(design, read_weights(path))
    assert {match.status for match in matches} == {"exact"}
    twin = engine.compile(design, seed=8)
    twin.load_weights(matched_arrays(matches))
    for name, array in network.weights.items():
        assert np.array_equal(array, twin.weights[name])


def torch_twin() -> Any:
    torch = pytest.importorskip("torch")
    nn = torch.nn
    torch.manual_seed(3)
    model = nn.Sequential(
        nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(3, eps=1e-3), nn.Flatten(),
        nn.Linear(108, 5), nn.Tanh(), nn.Linear(5, 5),
    )  # fmt: skip
    for _ in range(3):
        model(torch.randn(8, 2, 6, 6))
    return model.eval()


@pytest.mark.parametrize("kind", ["npz", "safetensors"])
def test_a_network_of_pytorch_comes_over_by_order_and_shape(tmp_path: Path, kind: str) -> None:
    model = torch_twin()
    import torch

    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    path = tmp_path / f"theirs.{kind}"
    if kind == "npz":
        np.savez(path, **state)
    else:
        from safetensors.torch import save_file

        save_file(model.state_dict(), path)
    design = image_design()
    matches = match_weights(design, read_weights(path))
    found = {match.target or match.source: match.status for match in matches}
    assert found["conv/kernel"] == "transposed"
    assert found["hidden/kernel"] == "permuted"
    assert found["head/kernel"] == "transposed", "also where it is square"
    assert found["2.num_batches_tracked"] == "unused"
    network = engine.compile(design)
    network.load_weights(matched_arrays(matches))
    x = np.random.default_rng(0).standard_normal((4, 6, 6, 2)).astype(np.float32)
    with torch.no_grad():
        theirs = model(torch.from_numpy(x.transpose(0, 3, 1, 2).copy())).numpy()
    np.testing.assert_allclose(np.asarray(network.predict(x)), theirs, rtol=1e-4, atol=1e-5)


def test_initializers_of_onnx_models_are_read(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    kernel = np.arange(8, dtype=np.float32).reshape(4, 2)
    bias = np.array([1, 2, 3, 4], np.float32)
    initializers = [
        onnx.numpy_helper.from_array(kernel, "fc.weight"),
        onnx.numpy_helper.from_array(bias, "fc.bias"),
    ]
    info = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Gemm", ["x", "fc.weight", "fc.bias"], ["y"], transB=1)],
        "g",
        [info("x", onnx.TensorProto.FLOAT, [None, 2])],
        [info("y", onnx.TensorProto.FLOAT, [None, 4])],
        initializers,
    )
    onnx.save(onnx.helper.make_model(graph), str(tmp_path / "m.onnx"))
    design = engine.Design()
    design.add(
        "Output", design.add("Dense", design.add("Input", shape=(2,)), units=4), loss="mean_squared_error"
    )
    matches = match_weights(design, read_weights(tmp_path / "m.onnx"))
    assert [match.status for match in matches] == ["transposed", "renamed"]
    network = engine.compile(design)
    network.load_weights(matched_arrays(matches))
    np.testing.assert_array_equal(network.predict(np.eye(2)), kernel.T + bias)


def test_a_tensor_in_another_file_is_refused(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    big = onnx.numpy_helper.from_array(np.zeros((64, 64), np.float32), "w")
    graph = onnx.helper.make_graph([], "g", [], [], [big])
    model = onnx.helper.make_model(graph)
    onnx.save_model(
        model,
        str(tmp_path / "m.onnx"),
        save_as_external_data=True,
        location="elsewhere.bin",
        size_threshold=0,
    )
    with pytest.raises(FileFormatError, match="another file"):
        read_weights(tmp_path / "m.onnx")


def test_another_head_is_told_and_the_rest_comes_over() -> None:
    source = dict(engine.compile(image_design(), seed=1).weights)
    source["head/kernel"], source["head/bias"] = np.zeros((5, 9)), np.zeros(9)
    source["extra/kernel"] = np.zeros((2, 2))
    found = statuses(image_design(), source)
    assert found["head/kernel"] == found["head/bias"] == "mismatch"
    assert found["extra/kernel"] == "unused"
    assert found["conv/kernel"] == "exact"
    (row,) = [m for m in match_weights(image_design(), source) if m.target == "head/kernel"]
    assert row.reason == "does not fit: 5 × 9 is not 5 × 5"
    assert not row.fits


def test_a_renamed_layer_is_found_by_order_and_shape() -> None:
    source = dict(engine.compile(image_design(), seed=1).weights)
    source["old_head/kernel"], source["old_head/bias"] = source.pop("head/kernel"), source.pop("head/bias")
    found = statuses(image_design(), source)
    assert found["head/kernel"] == "renamed"


def test_parameters_without_a_partner_stay() -> None:
    found = statuses(image_design(), {"conv/kernel": np.zeros((3, 3, 2, 3))})
    assert found.pop("conv/kernel") == "exact"
    assert set(found.values()) == {"missing"}


def test_damage_of_any_kind_is_one_error(tmp_path: Path) -> None:
    design = image_design()
    network = engine.compile(design)
    draw = random.Random(1)
    for suffix in ("npz", "safetensors", "gradloom"):
        path = tmp_path / f"w.{suffix}"
        if suffix == "gradloom":
            save_archive(path, design, network.weights)
        else:
            export(design, network.weights, path)
        whole = path.read_bytes()
        for _ in range(150):
            damaged = bytearray(whole)
            for _ in range(draw.randint(1, 6)):
                damaged[draw.randrange(min(len(damaged), 600))] = draw.randrange(256)
            path.write_bytes(bytes(damaged[: draw.randint(0, len(damaged))]))
            try:
                read_weights(path)
            except GradloomError as error:
                assert len(str(error)) > 10


def test_an_unknown_suffix_and_a_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"\.safetensors"):
        read_weights(tmp_path / "weights.pt")
    with pytest.raises(FileAccessError):
        read_weights(tmp_path / "nothing.npz")
    assert set(importers.names()) == {"gradloom", "npz", "onnx", "safetensors"}
