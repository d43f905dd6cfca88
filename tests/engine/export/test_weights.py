"""Exported weights: what is read back by the formats' own readers is what was trained, bit for bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import engine
from engine.core.errors import ExportError, FileAccessError
from engine.design import Design
from engine.export import export, exporters
from engine.layers import layers
from engine.layers.base import Example

EXAMPLES = [
    pytest.param(example, id=f"{cls.NAME}-{index}")
    for cls in layers.classes.values()
    if cls.INPUTS and cls.OUTPUTS
    for index, example in enumerate(cls.examples())
    if example.layer.parameter_specs(example.inputs)
]
READABLE = ["npz", "safetensors"]


def read(path: Path) -> dict[str, np.ndarray]:
    """Read a file as somebody without this program does."""
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    from safetensors.numpy import load_file

    return dict(load_file(path))


def design_of(example: Example) -> Design:
    design = Design("one layer")
    dtype = "int" if example.layer.INTEGERS else "float"
    inputs = [design.add("Input", shape=shape, dtype=dtype) for shape in example.inputs]
    node = design.add(example.layer, inputs)
    for port in example.layer.OUTPUTS:
        design.add("Output", (node, port.name), loss="mean_squared_error")
    return design


@pytest.mark.parametrize("suffix", READABLE)
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_layer_comes_back_bit_for_bit(example: Example, suffix: str, tmp_path: Path) -> None:
    network = engine.compile(design_of(example), seed=2)
    export(network.design, network.weights, tmp_path / f"w.{suffix}")
    back = read(tmp_path / f"w.{suffix}")
    assert set(back) == set(network.weights)
    for name, array in network.weights.items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert np.array_equal(back[name], array)
    twin = engine.compile(design_of(example), seed=9)
    twin.load_weights(back)
    assert np.array_equal(twin.parameter_vector, network.parameter_vector)
    assert np.array_equal(twin.store.statistics, network.store.statistics)


@pytest.mark.parametrize("suffix", READABLE)
def test_arrays_that_do_not_lie_in_one_piece(suffix: str, tmp_path: Path) -> None:
    grid = np.arange(24, dtype=np.float32).reshape(4, 6)
    arrays = {
        "turned": grid.T, "every_second": grid[::2, ::3], "backward": grid[::-1], "fortran": np.asfortranarray(grid),
        "scalar": np.float32(3).reshape(()), "empty": np.zeros((0, 3), np.float32), "wide": grid.astype(np.float64),
        "big_endian": grid.astype(">f4"),
    }  # fmt: skip
    before = {name: array.copy() for name, array in arrays.items()}
    export(Design("d"), arrays, tmp_path / f"w.{suffix}")
    back = read(tmp_path / f"w.{suffix}")
    for name, array in arrays.items():
        assert back[name].shape == array.shape, name
        assert np.array_equal(back[name], array), name
        assert np.array_equal(array, before[name]), name


def test_the_header_says_what_the_arrays_are(tmp_path: Path) -> None:
    from safetensors import safe_open

    export(Design("mine"), {"dense_1/bias": np.zeros(2, np.float32)}, tmp_path / "w.safetensors")
    with safe_open(str(tmp_path / "w.safetensors"), framework="np") as file:
        assert file.metadata() == {"producer": "gradloom", "design": "mine", "layout": "keras, channels last"}


def test_the_suffix_names_the_format_in_either_case(tmp_path: Path) -> None:
    arrays = {"dense_1/bias": np.zeros(2, np.float32)}
    export(Design("d"), arrays, tmp_path / "W.NPZ")
    with np.load(tmp_path / "W.NPZ") as back:
        assert back.files == ["dense_1/bias"]
    for name in ("weights.docx", "weights"):
        with pytest.raises(ExportError, match=r"names no format. Known: .*\.npz.*\.safetensors"):
            export(Design("d"), arrays, tmp_path / name)
    with pytest.raises(ExportError, match="no weights"):
        export(Design("d"), {}, tmp_path / "w.npz")


@pytest.mark.parametrize("suffix", READABLE)
def test_a_file_that_cannot_be_written_is_told(suffix: str, tmp_path: Path) -> None:
    arrays = {"dense_1/bias": np.zeros(2, np.float32)}
    with pytest.raises(FileAccessError, match="folder is not there"):
        export(Design("d"), arrays, tmp_path / "nowhere" / f"w.{suffix}")
    (tmp_path / f"w.{suffix}").mkdir()
    with pytest.raises(FileAccessError, match="folder of that name"):
        export(Design("d"), arrays, tmp_path / f"w.{suffix}")


@pytest.mark.parametrize("suffix", READABLE)
def test_the_same_weights_give_the_same_file(suffix: str, tmp_path: Path) -> None:
    network = engine.compile(design_of(layers["Dense"].examples()[0]), seed=2)
    paths = [tmp_path / f"{name}.{suffix}" for name in "ab"]
    for path in paths:
        export(network.design, network.weights, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("name", exporters.names())
def test_every_exporter_says_what_it_writes(name: str) -> None:
    exporter = exporters[name]
    assert exporter.TITLE
    assert (exporter.__doc__ or "").strip().splitlines()[0].endswith((".", ":", '"]'))
