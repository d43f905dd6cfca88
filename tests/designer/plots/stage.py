"""A stage for the plots: a document, a session that replays a run, and panels on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from designer.common.theme import Theme
from designer.document.document import Document
from designer.document.selection import Selection
from designer.plots.panel_base import LivePanel
from designer.training.session import TrainingSession
from engine.design.design import Design
from tests.designer.training.fake_worker import FakeLauncher, Story

SHAPES = {
    "dense_1": {"kernel": (64, 24), "bias": (24,)},
    "dense_2": {"kernel": (24, 16), "bias": (16,)},
    "dense_3": {"kernel": (16, 10), "bias": (10,)},
}


def digits() -> Design:
    design = Design("digits")
    x = design.add("Input", shape=(64,))
    for units, activation in ((24, "relu"), (16, "tanh"), (10, "softmax")):
        x = design.add("Dense", x, units=units, activation=activation)
    design.add("Output", x, loss="categorical_crossentropy")
    return design


class Stage:
    """A document, a selection, a session that replays a story, and the panels made on them."""

    def __init__(self, qtbot: QtBot, design: Design | None = None) -> None:
        self.qtbot = qtbot
        self.document = Document()
        self.document.set_design(design or digits())
        self.selection = Selection(self.document)
        self.theme = Theme()
        self.launcher = FakeLauncher(Story(layers=tuple(SHAPES), shapes=SHAPES))
        self.session = TrainingSession(self.document, self.launcher)

    def panel(self, kind: type[LivePanel], size: tuple[int, int] = (340, 300), *, shown: bool = True) -> Any:
        panel = kind(self.session, self.document, self.selection, self.theme)
        self.qtbot.addWidget(panel)
        panel.resize(*size)
        if shown:
            panel.show()
        return panel

    def train_to(self, step: int, chunk: int = 50) -> None:
        if not self.session.is_alive:
            self.session.train()
            self.session._link._timer.stop()
        while self.session.is_alive and self.session.history.step < step:
            self.launcher.last.pace = min(chunk, step - self.session.history.step)
            self.session._on_polled()


def picture(panel: LivePanel) -> QImage:
    panel.draw_now()
    image = panel.grab().toImage()
    assert not image.isNull()
    return image


def has_color(image: QImage, name: Callable[[Any], bool]) -> bool:
    return any(
        name(image.pixelColor(x, y)) for x in range(0, image.width(), 2) for y in range(30, image.height(), 2)
    )
