"""A canvas of a fixed size with a small network on it."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from designer.canvas.canvas_view import CanvasView
from designer.common.theme import theme
from designer.document.document import Document
from designer.document.selection import Selection
from tests.designer.canvas.hands import Hands, network


@pytest.fixture
def hands(qtbot: QtBot) -> Hands:
    """Hands on a canvas of 1200 x 700 at 100 %, with the network's first card near the upper left corner."""
    theme().set_mode("dark")
    document = Document()
    view = CanvasView(document, Selection(document))
    qtbot.addWidget(view)
    view.resize(1200, 700)
    view.show()
    document.set_design(network())
    view.zoom_reset()
    view.centerOn(500, 250)
    return Hands(view)
