"""How a canvas begins: empty, with the templates on it, or with a network that is there already."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from designer.canvas.canvas_view import CanvasView
from designer.canvas.drops import LAYER_MIME
from designer.document.document import Document
from designer.document.selection import Selection
from engine.design import Design, templates
from engine.design.layout import layout
from tests.designer.canvas.hands import Hands

SIZES = ((766, 438), (1406, 614))
"""The canvas in a window of 1280 x 800 and of 1920 x 1080."""


def canvas(qtbot: QtBot, design: Design | None = None, size: tuple[int, int] = (900, 600)) -> CanvasView:
    document = Document()
    if design is not None:
        document.set_design(design)
    view = CanvasView(document, Selection(document))
    qtbot.addWidget(view)
    view.resize(*size)
    view.show()
    return view


def gallery() -> QWidget:
    widget = QWidget()
    column = QVBoxLayout(widget)
    column.addWidget(QPushButton("first"))
    column.addWidget(QPushButton("second"))
    return widget


def long_network(count: int) -> Design:
    design = Design("long")
    node = design.add("Input", shape=(4,))
    for _ in range(count):
        node = design.add("Dense", node, units=4)
    for node_id, position in layout(design).items():
        design.nodes[node_id] = design.nodes[node_id].with_(position=position)
    return design


@pytest.mark.parametrize("count", [3, 400])
def test_a_canvas_is_made_for_a_network_that_is_there_already(qtbot: QtBot, count: int) -> None:
    view = canvas(qtbot, long_network(count))
    assert len(view.canvas_scene.nodes) == count + 1
    assert view.empty_panel.isHidden()


def test_the_gallery_is_made_when_an_empty_canvas_is_seen(qtbot: QtBot) -> None:
    made: list[QWidget] = []
    view = canvas(qtbot, long_network(1))
    view.set_gallery(lambda: made.append(gallery()) or made[0])  # type: ignore[func-returns-value]
    assert not made
    view.document.set_design(Design("empty"))
    assert len(made) == 1
    assert made[0].isVisible()
    assert view.empty_panel.height() == view.viewport().height()
    view.document.set_design(long_network(1))
    view.document.set_design(Design("empty"))
    assert len(made) == 1


def test_a_layer_can_be_dropped_on_the_panel_of_an_empty_canvas(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    view.set_gallery(gallery)
    mime = QMimeData()
    mime.setData(LAYER_MIME, b"Dense")
    at = QPointF(view.rect().center())
    arguments = (mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    # Qt asks the widget under the pointer, then those below it; nothing but the view takes a drop.
    for widget in (view.empty_panel, *view.empty_panel.findChildren(QWidget)):
        assert not widget.acceptDrops()
    enter = QDragEnterEvent(at.toPoint(), Qt.DropAction.CopyAction, *arguments)
    QApplication.sendEvent(view, enter)
    assert enter.isAccepted()
    drop = QDropEvent(at, Qt.DropAction.CopyAction, *arguments)
    QApplication.sendEvent(view, drop)
    assert drop.isAccepted()
    assert [node.type for node in view.document.design.nodes.values()] == ["Dense"]
    assert view.empty_panel.isHidden()


def test_a_double_click_beside_the_templates_opens_the_search(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    view.set_gallery(gallery)
    QTest.mouseDClick(view.empty_panel, Qt.MouseButton.LeftButton, pos=view.empty_panel.rect().topLeft())
    assert view.popups.search is not None
    view.popups.search.close()


def test_an_arrow_leads_from_the_empty_canvas_to_the_templates(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    view.set_gallery(gallery)
    view.activateWindow()
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    focused = view.focusWidget() or QApplication.focusWidget()
    assert isinstance(focused, QPushButton)
    assert focused.text() == "first"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", [info.name for info in templates.names()])
def test_nothing_lies_over_a_fitted_network(qtbot: QtBot, name: str, size: tuple[int, int]) -> None:
    view = canvas(qtbot, templates.load(name), size)
    view.fit_all()
    view.set_edge_gradients(dict.fromkeys(view.document.design.edges, 0.001))
    seen = view.viewport().rect()
    scene = view.canvas_scene
    overlays = [overlay.rect() for overlay in (view.legend, view.minimap) if overlay.visible]
    assert view.legend.visible
    rects = [item.rect() for item in scene.nodes.values()] + [item.rect() for item in scene.notes.values()]
    for rect in rects:
        place = view.mapFromScene(rect).boundingRect()
        assert seen.united(place) == seen
        assert not any(place.intersects(overlay) for overlay in overlays)


@pytest.mark.parametrize("name", [info.name for info in templates.names()])
def test_nothing_in_a_template_overlaps(qtbot: QtBot, name: str) -> None:
    scene = canvas(qtbot, templates.load(name)).canvas_scene
    places = {item_id: item.rect() for item_id, item in scene.nodes.items()}
    places |= {item_id: item.rect() for item_id, item in scene.notes.items()}
    pairs = itertools.combinations(places, 2)
    assert not [(a, b) for a, b in pairs if places[a].intersects(places[b])]


def test_a_wire_can_be_drawn_at_the_zoom_at_which_a_network_is_fitted(qtbot: QtBot) -> None:
    view = canvas(qtbot, templates.load("digits-cnn"), SIZES[0])
    hands = Hands(view)
    view.set_zoom(0.5)
    assert view.canvas_scene.simple
    hands.drag(hands.port("edges", output=True), hands.port("pool", output=False))
    assert hands.has_edge("edges", "pool")
    view.set_zoom(0.4)
    assert view.canvas_scene.hit(hands.port("edges", output=True), view.tolerance()).kind != "port"
