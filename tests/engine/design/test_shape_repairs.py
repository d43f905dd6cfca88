"""Cures for shapes that don't fit: a setting of the layer itself, or a layer before it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.design import Design


@pytest.mark.parametrize(
    ("layer", "settings", "shape", "label", "cured"),
    [
        ("GroupNormalization", {}, (8,), "Set groups to 8", {"groups": 8}),
        ("GroupNormalization", {"groups": 4}, (5, 6), "Set groups to 3", {"groups": 3}),
        ("PReLU", {"shared_axes": (1, 2)}, (5, 6), None, None),
        ("PReLU", {"shared_axes": (1, 3)}, (5, 6), "Set shared axes to 1", {"shared_axes": (1,)}),
        ("Conv2D", {"kernel_size": (3, 3)}, (2, 2, 1), "Set padding to same", {"padding": "same"}),
        ("Conv1D", {"kernel_size": 5}, (4, 2), "Set padding to same", {"padding": "same"}),
        ("MaxPooling2D", {"pool_size": (3, 3)}, (2, 5, 1), "Set padding to same", {"padding": "same"}),
        ("AveragePooling1D", {"pool_size": 3}, (2, 1), "Set padding to same", {"padding": "same"}),
        ("Permute", {}, (4, 5, 6), "Set dims to 2, 3, 1", {"dims": (2, 3, 1)}),
    ],
)
def test_a_setting_that_would_do(
    layer: str, settings: dict[str, Any], shape: tuple[int, ...], label: str | None, cured: Any
) -> None:
    design = Design()
    node = design.add(layer, design.add("Input", shape=shape), **settings)
    design.add("Output", node, loss="mean_squared_error")
    problems = [p for p in design.check() if p.node == node.id and p.code == "shape"]
    if label is None:
        assert not problems
        return
    (problem,) = problems
    repair = problem.repairs[0]
    assert repair.label == label
    for edit in repair.edits:
        design.apply(edit)
    assert not [p for p in design.check() if p.severity == "error"]
    now = design.nodes[node.id].layer
    assert all(getattr(now, name) == value for name, value in cured.items())


def test_a_layer_that_no_setting_helps_keeps_its_insertions() -> None:
    design = Design()
    node = design.add("InstanceNormalization", design.add("Input", shape=(9,)))
    design.add("Output", node, loss="mean_squared_error")
    (problem,) = [p for p in design.check() if p.node == node.id]
    assert [repair.label for repair in problem.repairs] == ["Insert Reshape to 3 × 3 × 1"]
