"""A plot over the steps of a run: it follows the run until a person pans or zooms, and then waits to be told."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from designer.common.text import scaled, tabular
from designer.common.theme import Theme
from designer.plots.axes import ROOM_X, NumberScale, draw_x_labels, draw_y_axis
from designer.plots.readout import ReadoutLabel

MARGIN_LEFT, MARGIN_TOP, MARGIN_RIGHT, MARGIN_BOTTOM = 44, 6, 2, 20


class TimeViewBox(pg.ViewBox):
    """Pans and zooms along the steps alone: the range of the values follows what is visible."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.setMouseEnabled(x=True, y=False)
        self.disableAutoRange()

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            event.ignore()
        else:
            super().mouseDragEvent(event, axis=0)

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        super().wheelEvent(event, axis=0)


class TimePlot(pg.PlotWidget):
    """Steps along x, in the unit of `x_scale`; the y range is set by the panel from what is visible.

    While `following`, x runs from 0 to a round share of the planned run, so it moves seldom and ends where the run
    does. `foreground` are called with a painter in the widget's pixels, after the curves.

    Signals: hovered(step): the mouse is over that step; left(): it is gone; window_changed(): other steps are visible;
    following_changed(bool).
    """

    hovered = Signal(float)
    left = Signal()
    window_changed = Signal()
    following_changed = Signal(bool)

    def __init__(self, theme: Theme, *, log: bool, parent: QWidget | None = None) -> None:
        self._theme = theme
        self.x_scale = NumberScale(whole=True)
        self.y_scale = NumberScale(log=log)
        self.view = TimeViewBox()
        self.foreground: list[Callable[[QPainter], None]] = []
        self.following = True
        self._total = 0
        super().__init__(parent, viewBox=self.view)
        self.hideAxis("left")
        self.hideAxis("bottom")
        self.plotItem.hideButtons()
        self.plotItem.setMenuEnabled(False)
        self.plotItem.layout.setContentsMargins(MARGIN_LEFT, MARGIN_TOP, MARGIN_RIGHT, MARGIN_BOTTOM)
        # The axes are drawn with the background, which would otherwise be kept from before the range moved.
        self.setCacheMode(pg.PlotWidget.CacheModeFlag.CacheNone)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setFont(tabular(scaled(self.font(), 0.85)))
        self._cursor_step: float | None = None
        self.readout = ReadoutLabel(theme, self)
        self._follow = QPushButton("Follow", self)
        self._follow.setToolTip("Show the whole run again and follow it (double-click)")
        self._follow.setCursor(Qt.CursorShape.PointingHandCursor)
        self._follow.hide()
        self._follow.clicked.connect(self._on_follow_clicked)
        self.view.sigRangeChangedManually.connect(self._on_moved_by_hand)
        self.view.sigXRangeChanged.connect(self._on_window_changed)
        self.restyle()

    # ------------------------------------------------------------------ ranges

    @property
    def window(self) -> tuple[float, float]:
        """The steps that are visible."""
        low, high = self.view.viewRange()[0]
        return float(low), float(high)

    @property
    def columns(self) -> int:
        """How many places along x can be told apart on the screen."""
        return max(32, self.width() - MARGIN_LEFT - MARGIN_RIGHT)

    @property
    def place(self) -> QRectF:
        """Where the curves are, in the widget's pixels."""
        return QRectF(
            MARGIN_LEFT,
            MARGIN_TOP,
            max(self.width() - MARGIN_LEFT - MARGIN_RIGHT, 1),
            max(self.height() - MARGIN_TOP - MARGIN_BOTTOM, 1),
        )

    def follow(self, step: float, total: int) -> None:
        """Make room for a run that is at `step` of `total` (0: not known); does nothing while a person looks about."""
        self._total = max(total, int(step))
        if self.following:
            self._show(0.0, extent(step, total))

    def set_following(self, following: bool) -> None:
        """Follow the run, or stay."""
        if following != self.following:
            self.following = following
            self._follow.setVisible(not following)
            self.following_changed.emit(following)

    def set_y_range(self, low: float, high: float) -> None:
        """Show values between `low` and `high`, if they make a range."""
        good = math.isfinite(low) and math.isfinite(high) and high > low
        if good and [low, high] != list(self.view.viewRange()[1]):
            self.view.setYRange(low, high, padding=0)

    def x_of(self, step: float) -> float:
        """Return where a step stands, in the widget's pixels."""
        low, high = self.window
        place = self.place
        return place.left() + (step - low) / max(high - low, 1e-12) * place.width()

    def y_of(self, value: float) -> float:
        """Return where a value (an exponent on a logarithmic axis) stands, in the widget's pixels."""
        low, high = self.view.viewRange()[1]
        place = self.place
        return float(place.bottom() - (value - low) / max(high - low, 1e-300) * place.height())

    def step_at(self, x: float) -> float:
        """Return the step at a pixel."""
        low, high = self.window
        return low + (x - self.place.left()) / self.place.width() * (high - low)

    def _show(self, first: float, last: float) -> None:
        if (first, last) != self.window:
            self.view.setXRange(first, last, padding=0)

    def _on_moved_by_hand(self, *_: Any) -> None:
        low, high = self.window
        limit = float(max(self._total, 8))
        if low < 0 or high > limit:
            width = min(high - low, limit)
            low = min(max(low, 0.0), limit - width)
            self._show(low, low + width)
        self.set_following(False)

    def _on_window_changed(self, *_: Any) -> None:
        self.window_changed.emit()

    def _on_follow_clicked(self) -> None:
        self.set_following(True)

    # ------------------------------------------------------------------ looks

    def restyle(self) -> None:
        """Take the colours of the theme anew."""
        self.setBackground(self._theme.color("panel"))
        self.viewport().update()

    def show_cursor(self, step: float | None) -> None:
        """Put the line of the crosshair at a step, or take it away."""
        if step != self._cursor_step:
            self._cursor_step = step
            self.viewport().update()

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        super().drawBackground(painter, rect)
        painter.save()
        painter.resetTransform()
        low, high = self.view.viewRange()[1]
        draw_y_axis(painter, self.place, self.y_scale, low, high, self._theme, self.font())
        first, last = self.window
        places, labels = self.x_scale.ticks(first, last, max(2, int(self.place.width() / ROOM_X)))
        draw_x_labels(painter, self.place, places, labels, self.x_of, self._theme, self.font())
        painter.restore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        if self._cursor_step is not None:
            painter.setPen(QPen(self._theme.color("text_muted"), 1))
            x = round(self.x_of(self._cursor_step))
            painter.drawLine(QPointF(x + 0.5, self.place.top()), QPointF(x + 0.5, self.place.bottom()))
        for draw in self.foreground:
            painter.save()
            draw(painter)
            painter.restore()

    # ------------------------------------------------------------------ mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self.place.contains(event.position()) and not event.buttons():
            self.hovered.emit(self.step_at(event.position().x()))
        else:
            self._leave()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.set_following(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._leave()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.ignore()  # the panel has the menu

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_follow"):
            self._follow.adjustSize()
            bottom = self.height() - MARGIN_BOTTOM - self._follow.height() - 8
            self._follow.move(self.width() - self._follow.width() - 8, bottom)
            self.window_changed.emit()

    def _leave(self) -> None:
        self.show_cursor(None)
        self.readout.hide()
        self.left.emit()


def extent(step: float, total: int) -> float:
    """Return how far x reaches for a run at `step` of `total`: a half, a quarter... of the run that still has room."""
    reach = max(step, 1.0)
    if total <= 0:
        return float(2 ** math.ceil(math.log2(max(reach * 1.05, 8.0))))
    room = float(total)
    while room / 2 >= max(reach * 1.02, 8.0):
        room /= 2
    return max(room, reach)
