"""A gesture held near the edge of the canvas scrolls it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect

from designer.canvas.edge_scroll import FASTEST, scroll_step
from tests.designer.canvas.hands import Hands

ROOM = QRect(0, 0, 400, 300)


@pytest.mark.parametrize(
    ("at", "across", "down"),
    [((200, 150), 0, 0), ((2, 150), 1, 0), ((398, 150), -1, 0), ((200, 1), 0, 1), ((399, 299), -1, -1)],
)
def test_it_scrolls_towards_the_edge(at: tuple[int, int], across: int, down: int) -> None:
    step = scroll_step(QPoint(*at), ROOM)
    assert [(x > 0) - (x < 0) for x in (step.x(), step.y())] == [across, down]


def test_it_is_faster_nearer_the_edge_up_to_a_limit() -> None:
    speeds = [scroll_step(QPoint(x, 150), ROOM).x() for x in (25, 10, 0, -500)]
    assert speeds == sorted(speeds)
    assert speeds[-1] == FASTEST


def test_a_card_held_at_the_edge_goes_on_moving(hands: Hands) -> None:
    view = hands.view
    edge = view.mapToScene(view.viewport().rect().right() - 4, 300)
    hands.press(hands.at("both"))
    hands.move(hands.at("both") + QPointF(20, 0))
    hands.move(edge)
    assert view.input.edge_scroll.active
    before = hands.scene.nodes[hands.node("both")].pos().x()
    for _ in range(10):
        view.input.edge_scroll.tick()
    assert hands.scene.nodes[hands.node("both")].pos().x() > before + 100
    hands.release(view.mapToScene(view.viewport().rect().right() - 4, 300))
    assert not view.input.edge_scroll.active
    moved = hands.document.design.node_named("both").position
    assert moved is not None
    assert moved[0] > before + 100
    hands.document.undo_stack.undo()
    assert hands.document.design.node_named("both").position == (816.0, 0.0)


def test_the_inputs_say_how_many_samples_there_are(hands: Hands) -> None:
    hands.view.set_samples(60_000)
    assert hands.scene.nodes[hands.node("images")].content.settings == "60,000 samples"
    assert "samples" not in hands.scene.nodes[hands.node("dense")].content.settings
    hands.view.set_samples(0)
    assert hands.scene.nodes[hands.node("images")].content.settings == ""
