"""What is told of a design that is not wrong, but not what it seems."""

from __future__ import annotations

from engine.design import Design
from engine.design import edits as e


def test_shared_weights_under_other_settings_are_told() -> None:
    design = Design()
    x = design.add("Input", shape=(3,))
    owner = design.add("Dense", x, units=3, activation="relu", kernel_initializer="he_normal")
    twin = design.add("Dense", owner, units=3)
    design.add("Output", twin, loss="mean_squared_error")
    design.apply(e.ReplaceNode(design.nodes[twin.id].with_(shares=owner.id)))
    (hint,) = [problem for problem in design.check() if problem.code == "shared_settings"]
    assert hint.severity == "hint"
    assert "but not its activation" in hint.message
    for edit in hint.repairs[0].edits:
        design.apply(edit)
    assert [problem for problem in design.check() if problem.code == "shared_settings"] == []
