"""Models that PyTorch recorded: its weights, inputs and outputs, computed by our layers node by node.

They come with ONNX (backend/test/data). These numbers were made by another implementation altogether, so they say
more than a formula written twice.
"""

from __future__ import annotations

import collections
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.oracles.adapter import Skip, run_node
from tests.oracles.whole import fits, run_whole

onnx = pytest.importorskip("onnx")

FOLDERS = ("pytorch-converted", "pytorch-operator")
RAN = 82
"""Models that ran and agreed. The number may only rise."""
CLOSE = {"rtol": 1e-3, "atol": 2e-6}
WHOLE = {("Abs", "Constant", "Add", "Div"): "Softsign"}
"""Graphs that write out, step by step, what one of ours is as a whole."""


def models() -> list[Path]:
    """Return the folders of the recorded models."""
    data = Path(onnx.__file__).parent / "backend" / "test" / "data"
    return [path for folder in FOLDERS for path in sorted((data / folder).iterdir()) if path.is_dir()]


def load(path: Path) -> Any:
    """Return an array from a file of one tensor."""
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return onnx.numpy_helper.to_array(tensor)


def compute(model: Any, inputs: list[Any]) -> list[Any]:
    """Return the outputs of a model, each node by the adapter. Raises Skip."""
    graph, opset = model.graph, model.opset_import[0].version
    values = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}
    fed = [i.name for i in graph.input if i.name not in values]
    values |= dict(zip(fed, inputs, strict=True))
    operators = tuple(node.op_type for node in graph.node)
    if operators in WHOLE:
        return list(run_node(WHOLE[operators], {}, inputs, opset=opset))
    whole = run_whole(graph, values) if fits(graph, values) else {}
    for node in graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Constant":
            values[node.output[0]] = onnx.numpy_helper.to_array(attributes["value"])
            continue
        given = [values[name] if name else None for name in node.input]
        found = run_node(node.op_type, attributes, given, outputs=len(node.output), opset=opset)
        values |= dict(zip(node.output, found, strict=False))
    for name, y in whole.items():  # as one design, and node by node
        np.testing.assert_allclose(y, values[name], rtol=1e-5, atol=1e-6)
    return [values[output.name] for output in graph.output]


def outcome(folder: Path) -> str:
    """Run a model on its recorded inputs; return "" where it agrees, or why it was skipped."""
    model = onnx.load(folder / "model.onnx")
    for data in sorted(folder.glob("test_data_set_*")):
        inputs = [load(data / f"input_{n}.pb") for n in range(len(list(data.glob("input_*.pb"))))]
        try:
            found = compute(model, inputs)
        except Skip as reason:
            return str(reason)
        for place, y in enumerate(found):
            wanted = load(data / f"output_{place}.pb")
            assert y.shape == wanted.shape, f"{folder.name}: shape {y.shape}, expected {wanted.shape}"
            np.testing.assert_allclose(y, wanted, err_msg=folder.name, **CLOSE)
    return ""


def test_every_model_that_ours_mean(capsys: pytest.CaptureFixture[str]) -> None:
    agreed: list[str] = []
    skipped: dict[str, list[str]] = collections.defaultdict(list)
    wrong: list[str] = []
    for folder in models():
        try:
            reason = outcome(folder)
        except Exception as error:  # noqa: BLE001 - every model is to be told, not the first
            wrong.append(f"{folder.name}: {type(error).__name__} {error}")
            continue
        if reason:
            skipped[reason].append(folder.name)
        else:
            agreed.append(folder.name)
    count = sum(map(len, skipped.values()))
    lines = [f"\nPyTorch, recorded models: {len(agreed)} agree, {count} skipped, {len(wrong)} do not agree"]
    for reason, names in sorted(skipped.items(), key=lambda item: -len(item[1])):
        lines.append(
            f"{len(names):5} skipped: {reason} ({', '.join(n.removeprefix('test_') for n in names)})"
        )
    with capsys.disabled():
        sys.stdout.write("\n".join([*lines, *wrong]) + "\n")
    assert not wrong, "\n".join(wrong)
    assert len(agreed) == RAN, "the number of models that agree has changed: it may only rise, write it down"
