"""What the mouse does: each gesture is one command at most, and Esc leaves nothing behind."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.design import edits as e
from engine.design.elements import Note
from tests.designer.canvas.hands import ALT, CTRL, SHIFT, Hands

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard")
FREE = QPointF(300, 400)


def test_a_click_selects_and_a_click_beside_clears(hands: Hands) -> None:
    chosen = hands.view.selection
    hands.click(hands.at("first"))
    assert chosen.nodes == (hands.node("first"),)
    hands.click(hands.at("dense"), SHIFT)
    assert chosen.nodes == (hands.node("first"), hands.node("dense"))
    hands.click(hands.at("first"), CTRL)
    assert chosen.nodes == (hands.node("dense"),)
    hands.click(FREE)
    assert chosen.empty
    assert hands.document.undo_stack.count() == 0


def test_a_click_on_a_wire_selects_it_and_delete_removes_it(hands: Hands) -> None:
    edge = hands.edge("flat", "dense")
    middle = (hands.port("flat", output=True) + hands.port("dense", output=False)) / 2
    hands.click(middle)
    assert hands.view.selection.edges == (edge,)
    hands.key(Qt.Key.Key_Delete)
    assert edge not in hands.document.design.edges
    hands.document.undo_stack.undo()
    assert edge in hands.document.design.edges


def test_moving_snaps_and_is_one_undo_step_for_many(hands: Hands) -> None:
    design = hands.document.design
    hands.view.selection.set([hands.node("flat"), hands.node("dense")])
    hands.drag(hands.at("flat"), hands.at("flat") + QPointF(45, 70))
    assert design.node_named("flat").position == (48.0, 256.0 + 0.0)
    assert design.node_named("dense").position == (320.0, 256.0)
    assert hands.document.undo_stack.count() == 1
    hands.document.undo_stack.undo()
    assert design.node_named("flat").position == (0.0, 192.0)
    assert hands.scene.nodes[hands.node("flat")].pos() == QPointF(0, 192)


def test_esc_takes_a_move_back(hands: Hands) -> None:
    before = hands.document.design.copy()
    hands.carry(hands.at("first"), hands.at("first") + QPointF(120, 90))
    assert hands.scene.nodes[hands.node("first")].pos() != QPointF(272, 0)
    hands.key(Qt.Key.Key_Escape)
    assert hands.scene.nodes[hands.node("first")].pos() == QPointF(272, 0)
    hands.release(hands.at("first"))
    assert hands.document.design == before
    assert hands.document.undo_stack.count() == 0
    assert hands.view.input.tool is None


def test_the_rubber_band_selects_adds_and_toggles(hands: Hands) -> None:
    chosen = hands.view.selection
    hands.drag(QPointF(-40, 150), QPointF(300, 300))
    assert set(chosen.nodes) == {hands.node("flat"), hands.node("dense")}
    hands.drag(QPointF(240, -30), QPointF(460, 120), SHIFT)
    assert set(chosen.nodes) == {hands.node("flat"), hands.node("dense"), hands.node("first")}
    hands.drag(QPointF(-40, 150), QPointF(300, 300), CTRL)
    assert set(chosen.nodes) == {hands.node("first")}
    hands.carry(QPointF(-40, 150), QPointF(300, 300))
    hands.key(Qt.Key.Key_Escape)
    assert set(chosen.nodes) == {hands.node("first")}


@pytest.mark.parametrize("backwards", [False, True])
def test_a_wire_is_drawn_from_either_end(hands: Hands, backwards: bool) -> None:
    ends = hands.port("images", output=True), hands.port("both", output=False)
    edge_count = len(hands.document.design.edges)
    hands.drag(*(reversed(ends) if backwards else ends))
    assert len(hands.document.design.edges) == edge_count  # 8 x 8 x 1 can't be added to 8 x 8 x 4
    hands.view.input.end_gesture()
    _close_menu(hands)
    ends = hands.port("first", output=True), hands.port("flat", output=False)
    hands.drag(*(reversed(ends) if backwards else ends))
    assert hands.has_edge("first", "flat")
    assert not hands.has_edge("both", "flat"), "a new wire takes the place of the old one at a single input"
    assert hands.document.undo_stack.count() == 1
    hands.document.undo_stack.undo()
    assert hands.has_edge("both", "flat")


def test_a_click_on_a_port_only_selects(hands: Hands) -> None:
    hands.click(hands.port("flat", output=True))
    assert hands.view.popups.search is None
    assert hands.view.selection.nodes == (hands.node("flat"),)
    assert hands.document.undo_stack.count() == 0


def test_the_wire_in_hand_tells_shapes_and_reasons(hands: Hands) -> None:
    hands.carry(hands.port("first", output=True), hands.at("dense"))
    preview = hands.view.input.tool._item  # type: ignore[union-attr]
    assert "8 × 8 × 4" in preview.label
    assert "8 × 8 × 3" in preview.label
    hands.key(Qt.Key.Key_Escape)
    hands.carry(hands.port("dense", output=True), hands.at("first"))
    assert "closes a cycle" in hands.view.input.tool._item.label  # type: ignore[union-attr]
    hands.key(Qt.Key.Key_Escape)
    assert not [n for n, item in hands.scene.nodes.items() if item.glowing or item.target]
    assert hands.document.undo_stack.count() == 0


def test_only_ports_that_fit_glow(hands: Hands) -> None:
    hands.press(hands.port("second", output=True))
    hands.move(hands.port("second", output=True) + QPointF(20, 20))
    glowing = {hands.document.design.nodes[n].name for n, item in hands.scene.nodes.items() if item.glowing}
    assert glowing == {"flat", "dense", "loss"}  # upstream would close a cycle, `both` has this wire already
    hands.key(Qt.Key.Key_Escape)


def test_a_misfit_offers_the_layer_that_makes_it_fit(hands: Hands) -> None:
    hands.drag(hands.port("images", output=True), hands.at("both"))
    menu = QApplication.activePopupWidget()
    assert menu is not None
    labels = [action.text() for action in menu.actions()]
    assert labels == ["Insert a 1 × 1 Conv2D with 4 filters"]
    menu.actions()[0].trigger()
    _close_menu(hands)
    inserted = list(hands.document.design.nodes.values())[-1]
    assert inserted.type == "Conv2D"
    assert hands.has_edge("images", inserted.name)
    assert hands.has_edge(inserted.name, "both")
    assert hands.document.undo_stack.count() == 1


def test_a_wire_dropped_on_nothing_opens_the_search_and_connects_the_choice(hands: Hands) -> None:
    hands.drag(hands.port("flat", output=True), QPointF(300, 420))
    popup = hands.view.popups.search
    assert popup is not None
    shown = {entry.title for entry in popup.model.shown}
    assert "Dense" in shown
    assert "Conv2D" not in shown, "a vector does not fit a convolution"
    assert "Input" not in shown
    QTest.keyClicks(popup.field, "dens")
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    new = list(hands.document.design.nodes.values())[-1]
    assert new.type == "Dense"
    assert hands.has_edge("flat", new.name)
    assert hands.document.undo_stack.count() == 1
    assert hands.view.selection.nodes == (new.id,)


def test_esc_in_the_search_leaves_nothing(hands: Hands) -> None:
    before = hands.document.design.copy()
    QTest.mouseDClick(hands.port_widget, Qt.MouseButton.LeftButton, pos=hands.pixel(FREE))
    popup = hands.view.popups.search
    assert popup is not None
    QTest.keyClick(popup.field, Qt.Key.Key_Escape)
    assert hands.document.design == before


def test_ctrl_drag_moves_a_wires_end_and_drops_it_on_nothing(hands: Hands) -> None:
    hands.drag(hands.port("dense", output=False), hands.at("loss"), CTRL)
    assert hands.has_edge("flat", "loss")
    assert not hands.has_edge("flat", "dense")
    assert not hands.has_edge("dense", "loss")
    hands.document.undo_stack.undo()
    assert hands.has_edge("flat", "dense")
    hands.drag(hands.port("dense", output=False), FREE, CTRL)
    assert not hands.has_edge("flat", "dense")
    assert hands.document.undo_stack.count() == 1


def test_ctrl_drag_and_esc_keep_the_wire(hands: Hands) -> None:
    before = hands.document.design.copy()
    hands.carry(hands.port("dense", output=False), FREE, CTRL)
    hands.key(Qt.Key.Key_Escape)
    assert hands.document.design == before
    assert not any(wire.faded for wire in hands.scene.wires.values())


def test_the_knife_cuts_what_it_crosses(hands: Hands) -> None:
    x = (hands.port("flat", output=True).x() + hands.port("dense", output=False).x()) / 2
    hands.drag(QPointF(x, 180), QPointF(x, 280), ALT | SHIFT)
    assert not hands.has_edge("flat", "dense")
    assert hands.has_edge("dense", "loss")
    assert hands.document.undo_stack.undoText() == "Cut 1 wire"


def test_middle_button_and_space_pan(hands: Hands) -> None:
    before = hands.view.visible_rect().center()
    middle = Qt.MouseButton.MiddleButton
    start = QPointF(300, 400)
    hands.press(start, button=middle)
    there = hands.pixel(start) + QPoint(60, 30)
    QTest.mouseMove(hands.port_widget, there)
    hands.move(hands.view.mapToScene(there), button=middle)
    QTest.mouseRelease(hands.port_widget, middle, pos=there)
    assert (hands.view.visible_rect().center() - before).x() == pytest.approx(-60)
    QTest.keyPress(hands.view, Qt.Key.Key_Space)
    hands.drag(hands.at("flat"), hands.at("flat") + QPointF(30, 0))
    QTest.keyRelease(hands.view, Qt.Key.Key_Space)
    assert hands.document.undo_stack.count() == 0
    assert hands.document.design.node_named("flat").position == (0.0, 192.0)


def test_a_comment_is_dragged_with_what_is_in_it_and_resized(hands: Hands) -> None:
    note = Note(id="note_1", text="Head", rectangle=(-16.0, 144.0, 512.0, 176.0))
    hands.document.push("Add", [e.AddNote(note)])
    hands.drag(QPointF(100, 156), QPointF(100, 188))
    assert hands.document.design.notes["note_1"].rectangle == (-16.0, 176.0, 512.0, 176.0)
    assert hands.document.design.node_named("flat").position == (0.0, 224.0)
    assert hands.document.design.node_named("loss").position == (544.0, 192.0)
    hands.drag(QPointF(490, 346), QPointF(523, 380))
    assert hands.document.design.notes["note_1"].rectangle == (-16.0, 176.0, 544.0, 208.0)
    assert hands.document.undo_stack.count() == 3


def test_a_loose_card_let_go_on_a_wire_goes_into_it(hands: Hands) -> None:
    hands.view.add_layer("Dropout", QPointF(300, 400))
    name = list(hands.document.design.nodes.values())[-1].name
    wire_middle = (hands.port("flat", output=True) + hands.port("dense", output=False)) / 2
    grip = hands.at(name)
    center = hands.scene.nodes[hands.node(name)].rect().center()
    hands.drag(grip, grip + (wire_middle - center))
    assert hands.has_edge("flat", name)
    assert hands.has_edge(name, "dense")
    assert hands.document.undo_stack.count() == 2


def test_a_gesture_ends_when_its_card_is_taken_away(hands: Hands) -> None:
    hands.carry(hands.at("first"), hands.at("first") + QPointF(50, 50))
    hands.document.push("Delete", hands.document.design.removal([hands.node("first")]))
    assert hands.view.input.tool is None


def _close_menu(hands: Hands) -> None:
    if (menu := QApplication.activePopupWidget()) is not None:
        menu.close()
