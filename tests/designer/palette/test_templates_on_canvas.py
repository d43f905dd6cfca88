"""The templates as the canvas draws them: cards at their true width lie clear of each other and of the notes."""

from __future__ import annotations

from itertools import combinations

import pytest
from pytestqt.qtbot import QtBot

from designer.canvas.canvas_view import CanvasView
from designer.document.document import Document
from designer.document.selection import Selection
from engine.design import templates


@pytest.mark.parametrize("name", [info.name for info in templates.names()])
def test_cards_lie_clear_of_each_other(qtbot: QtBot, name: str) -> None:
    document = Document()
    view = CanvasView(document, Selection(document))
    qtbot.addWidget(view)
    document.set_design(templates.load(name))
    boxes = {node_id: item.rect() for node_id, item in view.canvas_scene.nodes.items()}
    boxes |= {note_id: item.rect() for note_id, item in view.canvas_scene.notes.items()}
    assert len(boxes) == len(document.design.nodes) + len(document.design.notes)
    for (first, a), (second, b) in combinations(boxes.items(), 2):
        assert not a.adjusted(-6, -6, 6, 6).intersects(b), f"{first} and {second} are too close"
