"""The arrow from an Output back to where its previous step enters again."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from designer.canvas.items.feedback_links_item import way_back
from engine.design import templates
from tests.designer.canvas.hands import Hands


def test_the_way_back_goes_below_the_cards_between() -> None:
    output, previous = QRectF(600, 0, 100, 60), QRectF(0, 0, 100, 60)
    between, far = QRectF(300, 10, 100, 140), QRectF(300, 600, 100, 60)
    path = way_back(output, previous, [output, previous, between, far])
    assert path.boundingRect().bottom() > between.bottom()
    assert path.boundingRect().bottom() < far.top()
    assert path.currentPosition().x() == previous.center().x()
    assert not any(between.contains(path.pointAtPercent(share / 100)) for share in range(101))


def test_arrows_are_drawn_and_follow_the_cards(hands: Hands) -> None:
    view = hands.view
    view.document.set_design(templates.load("output-recurrent"))
    scene = view.canvas_scene
    links, nodes = scene.links.feedback, view.document.design.nodes
    ((output, previous),) = links.pairs
    assert (nodes[output].type, nodes[previous].type) == ("Output", "PreviousOutput")
    before = links.boundingRect()
    assert before.isValid()
    scene.preview({output: QPointF(1400.0, 400.0)}, ())
    assert links.boundingRect() != before
    view.document.set_design(templates.load("xor"))
    assert links.pairs == ()
