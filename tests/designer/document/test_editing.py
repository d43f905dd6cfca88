"""The edits behind the gestures and menus."""

from __future__ import annotations

import pytest

from designer.document import editing
from engine.core.errors import ConnectionRuleError, DesignError, SettingError
from engine.design.design import Design
from engine.design.edits import Edit
from engine.design.elements import Edge
from tests.designer.document.networks import chain


def apply(design: Design, edits: list[Edit]) -> Design:
    for edit in edits:
        design.apply(edit)
    return design


def wires(design: Design) -> list[tuple[str, str]]:
    return [(edge.source, edge.target) for edge in design.edges]


def test_deleting_takes_the_wires_along() -> None:
    design = chain()
    apply(design, editing.deletion(design, ["dense_1"], [Edge(source="dense_2", target="output_1")]))
    assert list(design.nodes) == ["input_1", "dense_2", "output_1"]
    assert design.edges == []


def test_deleting_and_joining_keeps_the_network_whole() -> None:
    design = chain()
    apply(design, editing.healing_deletion(design, ["dense_1", "dense_2"]))
    assert wires(design) == [("input_1", "output_1")]


@pytest.mark.parametrize("name", ["", "   ", "dense_2", "a/b"])
def test_a_name_that_is_empty_taken_or_ambiguous_is_refused(name: str) -> None:
    with pytest.raises(DesignError):
        editing.renaming(chain(), "dense_1", name)


def test_renaming_trims_and_leaves_an_equal_name_alone() -> None:
    design = chain()
    apply(design, editing.renaming(design, "dense_1", "  hidden   layer "))
    assert design.nodes["dense_1"].name == "hidden layer"
    assert editing.renaming(design, "dense_1", "hidden layer") == []


def test_a_wire_to_a_taken_input_takes_its_place() -> None:
    design = chain()
    apply(design, editing.connection(design, Edge(source="input_1", target="dense_2")))
    assert wires(design) == [("input_1", "dense_1"), ("dense_2", "output_1"), ("input_1", "dense_2")]


def test_a_wire_that_closes_a_cycle_is_refused() -> None:
    with pytest.raises(ConnectionRuleError, match="cycle"):
        editing.connection(chain(), Edge(source="dense_2", target="dense_1"))


def test_replugging_keeps_the_wires_place_in_the_order() -> None:
    design = chain()
    old = Edge(source="dense_1", target="dense_2")
    apply(design, editing.replugging(design, old, Edge(source="dense_1", target="output_1")))
    assert wires(design) == [("input_1", "dense_1"), ("dense_1", "output_1")]
    assert editing.replugging(design, design.edges[0], design.edges[0]) == []


def test_inserting_on_a_wire() -> None:
    design = chain()
    edits, node_id = editing.insertion_on(design, design.edges[1], "Dense", (300.0, 50.0))
    apply(design, edits)
    assert design.nodes[node_id].position == (300.0, 50.0)
    assert ("dense_1", node_id) in wires(design)
    assert (node_id, "dense_2") in wires(design)
    with pytest.raises(ConnectionRuleError, match="can't stand on a wire"):
        editing.insertion_on(design, design.edges[0], "Input", None)


def test_a_loose_node_dropped_on_a_wire_is_spliced_in() -> None:
    design = chain()
    loose = design.add("Dense", units=5, position=(0, 300))
    assert editing.can_splice(design, loose.id)
    assert not editing.can_splice(design, "dense_1")
    apply(design, editing.splicing(design, design.edges[0], loose.id, (120.0, 0.0)))
    assert wires(design)[0] == (loose.id, "dense_1")
    assert ("input_1", loose.id) in wires(design)
    with pytest.raises(ConnectionRuleError, match="has wires already"):
        editing.splicing(design, design.edges[2], loose.id)


def test_a_layer_can_be_attached_at_either_end_of_a_loose_wire() -> None:
    design = chain()
    edits, after = editing.attachment(design, "Dense", (0.0, 0.0), source=("dense_1", "output"))
    apply(design, edits)
    assert ("dense_1", after) in wires(design)
    edits, before = editing.attachment(design, "Dense", (0.0, 0.0), target=("dense_1", "input"))
    apply(design, edits)
    assert (before, "dense_1") in wires(design)
    assert ("input_1", "dense_1") not in wires(design)
    with pytest.raises(ConnectionRuleError, match="takes no input"):
        editing.attachment(design, "Input", None, source=("dense_1", "output"))


def test_freezing_toggles_all_to_one_state() -> None:
    design = chain()
    apply(design, editing.freezing(design, ["dense_1"]))
    apply(design, editing.freezing(design, ["dense_1", "dense_2"]))
    assert design.nodes["dense_1"].frozen
    assert design.nodes["dense_2"].frozen
    apply(design, editing.freezing(design, ["dense_1", "dense_2"]))
    assert not design.nodes["dense_1"].frozen


def test_a_setting_out_of_range_is_refused_and_an_equal_one_is_no_edit() -> None:
    design = chain()
    with pytest.raises(SettingError):
        editing.setting_change(design, ["dense_1"], "units", 0)
    assert editing.setting_change(design, ["dense_1"], "units", 8) == []
    assert len(editing.setting_change(design, ["dense_1", "dense_2"], "units", 3)) == 1


def test_a_comment_frames_what_is_selected() -> None:
    design = chain()
    edits, note_id = editing.commenting(design, ["dense_1", "dense_2"], "hidden")
    apply(design, edits)
    x, y, width, height = design.notes[note_id].rectangle
    assert x < 240
    assert y < 0
    assert x + width > 480 + 170
    assert y + height > 80
