"""What the keys and the palette's drops do; and that everything the mouse does goes by key as well."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.canvas.inline_editor import NameEditor, NoteEditor
from designer.canvas.menus import context_menu
from engine.design import Design
from tests.designer.canvas.hands import CTRL, NONE, SHIFT, Hands

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard")


def test_arrows_nudge_and_merge_into_one_step(hands: Hands) -> None:
    hands.view.selection.set([hands.node("flat")])
    hands.key(Qt.Key.Key_Right)
    hands.key(Qt.Key.Key_Right)
    hands.key(Qt.Key.Key_Down, SHIFT)
    assert hands.document.design.node_named("flat").position == (32.0, 272.0)
    assert hands.document.undo_stack.count() == 1
    hands.key(Qt.Key.Key_Z, CTRL)
    assert hands.document.design.node_named("flat").position == (0.0, 192.0)
    hands.key(Qt.Key.Key_Y, CTRL)
    assert hands.document.design.node_named("flat").position == (32.0, 272.0)


def test_arrows_walk_along_wires(hands: Hands) -> None:
    chosen = hands.view.selection
    hands.key(Qt.Key.Key_Right)
    assert chosen.nodes == (hands.node("images"),)
    hands.key(Qt.Key.Key_Right, CTRL)
    assert chosen.nodes == (hands.node("first"),)
    hands.key(Qt.Key.Key_Down, CTRL)
    assert chosen.nodes == (hands.node("dense"),)
    hands.key(Qt.Key.Key_Left, CTRL | SHIFT)
    assert chosen.nodes == (hands.node("dense"), hands.node("flat"))


def test_a_network_is_built_by_keyboard_alone(hands: Hands) -> None:
    hands.document.set_design(Design("keys"))
    for word in ("input", "dense", "outp"):
        hands.key(Qt.Key.Key_Tab)
        popup = hands.view.popups.search
        assert popup is not None
        QTest.keyClicks(popup.field, word)
        QTest.keyClick(popup.field, Qt.Key.Key_Return)
    design = hands.document.design
    assert [node.type for node in design.nodes.values()] == ["Input", "Dense", "Output"]
    assert [(x.source, x.target) for x in design.edges] == [("input_1", "dense_1"), ("dense_1", "output_1")]
    xs = [node.position[0] for node in design.nodes.values() if node.position]
    assert xs == sorted(xs)
    assert len(set(xs)) == 3


def test_connecting_by_keyboard(hands: Hands) -> None:
    hands.view.selection.set([hands.node("first")])
    hands.key(Qt.Key.Key_W)
    popup = hands.view.popups.search
    assert popup is not None
    titles = [entry.title for entry in popup.model.shown]
    assert "images" not in titles
    QTest.keyClicks(popup.field, "flat")
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert hands.has_edge("first", "flat")
    hands.view.selection.set([hands.node("loss")])
    told: list[str] = []
    hands.view.told.connect(told.append)
    hands.key(Qt.Key.Key_Return, CTRL)
    assert told == ["loss has no output."]


def test_rename_in_place_and_backspace_in_the_field(hands: Hands) -> None:
    hands.view.selection.set([hands.node("dense")])
    node_id = hands.node("dense")
    hands.key(Qt.Key.Key_F2)
    field = hands.port_widget.findChild(NameEditor)
    assert field is not None
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClicks(field, "classes")
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not [f for f in hands.port_widget.findChildren(NameEditor) if f.isVisible()]
    assert hands.document.design.nodes[node_id].name == "classes"
    assert hands.document.undo_stack.count() == 1
    hands.key(Qt.Key.Key_F2)
    for field in hands.port_widget.findChildren(NameEditor):
        if field.isVisible():
            QTest.keyClicks(field, "other")
            QTest.keyClick(field, Qt.Key.Key_Escape)
    assert hands.document.design.nodes[node_id].name == "classes"


def test_a_taken_name_is_refused_in_words(hands: Hands) -> None:
    told: list[str] = []
    hands.view.told.connect(told.append)
    hands.view.selection.set([hands.node("dense")])
    hands.key(Qt.Key.Key_F2)
    field = hands.port_widget.findChild(NameEditor)
    assert field is not None
    field.setText("flat")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "already" in told[0]
    assert hands.document.design.node_named("dense")


def test_a_comment_frames_the_selection_and_takes_text(hands: Hands) -> None:
    hands.view.selection.set([hands.node("flat"), hands.node("dense")])
    hands.key(Qt.Key.Key_C)
    note_id = hands.view.selection.notes[0]
    x, y, width, height = hands.document.design.notes[note_id].rectangle
    assert x < 0
    assert y < 192
    assert x + width > 272 + 176
    assert y + height > 192 + 80
    field = hands.port_widget.findChild(NoteEditor)
    assert field is not None
    QTest.keyClicks(field, "Head")
    QTest.keyClick(field, Qt.Key.Key_Return, CTRL)
    assert hands.document.design.notes[note_id].text == "Head"


def test_copy_paste_duplicate_freeze_bypass(hands: Hands) -> None:
    hands.view.selection.set([hands.node("flat"), hands.node("dense")])
    hands.key(Qt.Key.Key_C, CTRL)
    hands.key(Qt.Key.Key_V, CTRL)
    assert len(hands.document.design.nodes) == 9
    assert len(hands.view.selection.nodes) == 2
    hands.key(Qt.Key.Key_D, CTRL)
    assert len(hands.document.design.nodes) == 11
    hands.view.selection.set([hands.node("first")])
    hands.key(Qt.Key.Key_L, CTRL)
    hands.key(Qt.Key.Key_B, CTRL)
    first = hands.document.design.node_named("first")
    assert first.frozen
    assert first.bypassed
    symbols = [symbol for symbol, _ in hands.scene.nodes[first.id].card.marks]
    assert "frozen" in symbols
    assert "bypassed" in symbols


def test_laying_out_is_one_step_on_the_grid(hands: Hands) -> None:
    hands.key(Qt.Key.Key_L)
    assert hands.document.undo_stack.count() == 1
    for node in hands.document.design.nodes.values():
        assert node.position is not None
        assert node.position[0] % 16 == 0
        assert node.position[1] % 16 == 0
    rects = [item.rect() for item in hands.scene.nodes.values()]
    assert not any(a.intersects(b) for i, a in enumerate(rects) for b in rects[i + 1 :])


def test_zoom_keeps_the_point_under_the_wheel(hands: Hands) -> None:
    place = QPoint(310, 222)
    before = hands.view.mapToScene(place)
    for turn in (120, 120, -120, -360, 240):
        wheel = QWheelEvent(
            QPointF(place),
            hands.port_widget.mapToGlobal(QPointF(place)),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            NONE,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(hands.port_widget, wheel)
        moved = hands.view.mapToScene(place) - before
        assert moved.manhattanLength() * hands.view.zoom < 6
    hands.view.set_zoom(1e9)
    assert hands.view.zoom == pytest.approx(4.0)
    hands.key(Qt.Key.Key_1, CTRL)
    assert hands.view.zoom == pytest.approx(1.0)


def test_f_and_home_fit(hands: Hands) -> None:
    hands.view.selection.set([hands.node("loss")])
    hands.key(Qt.Key.Key_F)
    assert hands.view.visible_rect().contains(hands.scene.nodes[hands.node("loss")].rect())
    hands.view.centerOn(9000, 9000)
    hands.key(Qt.Key.Key_Home)
    assert hands.view.visible_rect().contains(hands.scene.content_rect())


def test_a_fitted_network_stays_fitted_until_somebody_moves(hands: Hands) -> None:
    hands.key(Qt.Key.Key_Home)
    hands.view.resize(700, 400)
    assert hands.view.visible_rect().contains(hands.scene.content_rect())
    hands.view.zoom_in()
    zoom = hands.view.zoom
    hands.view.resize(1200, 700)
    assert hands.view.zoom == zoom


def test_a_palette_layer_is_dropped_on_the_canvas(hands: Hands) -> None:
    assert hands.drop("Dense", QPointF(100, 400))
    new = list(hands.document.design.nodes.values())[-1]
    assert new.type == "Dense"
    assert hands.scene.nodes[new.id].rect().contains(QPointF(100, 400))
    assert hands.document.undo_stack.count() == 1
    assert not hands.drop("Nonsense", QPointF(100, 400))


def test_a_layer_dropped_on_a_wire_goes_into_it_and_makes_room(hands: Hands) -> None:
    middle = (hands.port("flat", output=True) + hands.port("dense", output=False)) / 2
    assert hands.drop("Dropout", middle)
    new = list(hands.document.design.nodes.values())[-1]
    assert hands.has_edge("flat", new.name)
    assert hands.has_edge(new.name, "dense")
    assert not hands.has_edge("flat", "dense")
    rects = [item.rect() for item in hands.scene.nodes.values()]
    assert not any(a.intersects(b) for i, a in enumerate(rects) for b in rects[i + 1 :])
    hands.document.undo_stack.undo()
    assert hands.document.design == _plain(hands)


def test_an_input_dropped_on_a_wire_stays_beside_it(hands: Hands) -> None:
    middle = (hands.port("flat", output=True) + hands.port("dense", output=False)) / 2
    assert hands.drop("Input", middle)
    assert hands.has_edge("flat", "dense")


def test_the_empty_canvas_teaches(hands: Hands) -> None:
    asked: list[bool] = []
    hands.view.templates_requested.connect(lambda: asked.append(True))
    assert not hands.view.empty_panel.isVisible()
    hands.document.set_design(Design())
    assert hands.view.empty_panel.isVisible()
    hands.view.empty_panel.template_button.click()
    assert asked == [True]
    hands.view.add_layer("Input")
    hands.scene.settle()
    assert not hands.view.empty_panel.isVisible()


def test_menus_offer_the_cures_of_problems(hands: Hands) -> None:
    from designer.canvas.hits import Hit

    lonely = hands.view.add_layer("Dense", QPointF(100, 400))
    menu = context_menu(hands.view, Hit("node", node=lonely), QPointF())
    texts = [action.text() for action in menu.actions()]
    assert "Remove dense_2" in texts[0]
    menu.actions()[0].trigger()
    assert lonely not in hands.document.design.nodes
    menu.deleteLater()


def _plain(hands: Hands) -> Design:
    from tests.designer.canvas.hands import network

    plain = network()
    plain.name = hands.document.design.name
    return plain
