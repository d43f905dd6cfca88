"""A small picture of the learning rate over the run, from the schedule's own rule."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from designer.common.text import count_noun, format_number, scaled, tabular
from designer.common.theme import theme
from engine.core.errors import GradloomError
from engine.core.registry import family
from engine.design.settings import TrainingSettings
from engine.schedules.base import standstill

POINTS = 200
FORESEEN = 5_000
"""Epochs for which the response to a loss that stands still is worked out; it ends long before."""


class ScheduleCurve(QWidget):
    """Learning rate against epochs; for a schedule that responds to the run, that of a loss which stands still."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(96)
        self.setAccessibleName("learning rate over the run")
        self._rates: list[float] = []
        self._epochs = 1
        self._responds = False
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(240, 96)

    @property
    def rates(self) -> list[float]:
        """The learning rates that are drawn, from the first step to the last."""
        return list(self._rates)

    def show_settings(self, settings: TrainingSettings, steps_per_epoch: int = 100) -> None:
        """Draw the learning rate of these settings."""
        self._epochs = settings.epochs
        total = max(1, settings.epochs * steps_per_epoch)
        try:
            rate = float(family("optimizer").get(settings.optimizer).learning_rate)
            schedule = family("schedule").get(settings.schedule)
            steps = sorted({round(i * (total - 1) / (POINTS - 1)) for i in range(POINTS)})
            responses = standstill(schedule, min(settings.epochs, FORESEEN))
            self._responds = responses[-1] != responses[0]
            self._rates = [
                rate
                * float(schedule.factor(step, steps_per_epoch, total))
                * responses[min(step // steps_per_epoch, len(responses) - 1)]
                for step in steps
            ]
        except (GradloomError, TypeError, ArithmeticError):
            self._rates = []
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = theme()
        painter.setPen(QPen(colors.color("border"), 1))
        painter.setBrush(colors.color("field"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        rates = [rate for rate in self._rates if math.isfinite(rate)]
        if len(rates) < 2:
            return
        frame = QRectF(10, 24, self.width() - 20, self.height() - 44)
        top = max(max(rates), 1e-300)
        points = QPolygonF()
        for index, rate in enumerate(self._rates):
            x = frame.left() + index / (len(self._rates) - 1) * frame.width()
            points.append(QPointF(x, frame.bottom() - rate / top * frame.height()))
        painter.setPen(QPen(colors.color("border"), 1))
        painter.drawLine(frame.bottomLeft(), frame.bottomRight())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colors.color("training"), 1.6))
        painter.drawPolyline(points)
        painter.setFont(tabular(scaled(self.font(), 0.85)))
        painter.setPen(colors.color("text_muted"))
        strip, below = QRectF(10, 5, frame.width(), 16), QRectF(10, frame.bottom() + 3, frame.width(), 15)
        painter.drawText(strip, Qt.AlignmentFlag.AlignLeft, "learning rate")
        first, last = format_number(rates[0]), format_number(rates[-1])
        highest = max(rates)
        climbs = highest > max(rates[0], rates[-1])
        span = f"{first} → {format_number(highest)} → {last}" if climbs else f"{first} → {last}"
        if highest == min(rates):
            span = first
        painter.drawText(strip, Qt.AlignmentFlag.AlignRight, span)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, count_noun(self._epochs, "epoch"))
        if self._responds:
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "if the loss stands still")
