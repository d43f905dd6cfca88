"""Whose turn it is, on the canvas: lit while it can be seen, that is, while the run steps slowly or holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from designer.common.throttle import Throttle

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView
    from designer.training.session import TrainingSession

LIGHT_MS = 100
SEEN = 10.0
"""Steps in a second up to which one sees a light go from phase to phase; beyond, all are lit."""


class PhaseLights(QObject):
    """Lights the phase of the latest step of a run on the canvas."""

    def __init__(self, session: TrainingSession, canvas: CanvasView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._canvas = session, canvas
        self._show = Throttle(LIGHT_MS, self._light, self)
        session.progressed.connect(self._show.call)
        session.state_changed.connect(self._show.call)

    def _light(self) -> None:
        session = self._session
        progress, speed = session.progress, session.progress.steps_per_second
        holds = session.state == "paused"
        slow = session.state == "running" and not math.isnan(speed) and speed <= SEEN
        phases = session.history.plan.phases
        lit = bool(phases) and progress.step > 0 and (holds or slow)
        self._canvas.set_phase(progress.phase if lit else -1)
