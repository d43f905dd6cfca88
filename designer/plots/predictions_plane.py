"""A room with two numeric axes, a key beside it and a readout: what pictures of samples have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize
from PySide6.QtGui import QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from designer.common.text import scaled, tabular
from designer.common.theme import Theme
from designer.plots.axes import NumberScale, draw_x_labels, draw_y_axis
from designer.plots.predictions_marks import KeyRow, Stamps, draw_key, key_width
from designer.plots.readout import ReadoutLabel, ReadoutRow

Array = NDArray[Any]
LEFT, TOP, RIGHT, BOTTOM = 44.0, 6.0, 8.0, 20.0
TICK_ROOM = 48.0
KEY_GAP, KEY_MOST = 14.0, 190.0
KEY_SHARE = 0.36
"""A key takes no more of the width: where that is too little, its figures are left off, and then all of it."""
NEAR = 9.0
"""Pixels within which a sample counts as under the mouse."""


class PlaneView(QWidget):
    """Draws into a picture that is kept until something changes, and the hovered place on top of it.

    A subclass gives `draw_back`, `draw_front`, `key` and `describe`, and says by `set_plane` what is where.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._x, self._y = NumberScale(), NumberScale()
        self._extent = (0.0, 1.0, 0.0, 1.0)
        self._square = False
        self._places: Array = np.zeros((0, 2))
        self._picture: QPixmap | None = None
        self._hovered: QPointF | None = None
        self.readout = ReadoutLabel(theme, parent or self)
        self.setFont(tabular(scaled(self.font(), 0.88)))
        self.setMouseTracking(True)

    # ------------------------------------------------------------------ for subclasses

    def draw_back(self, painter: QPainter, place: QRectF) -> None:
        """Draw what is below the axes' labels and the samples; clipped to the place."""

    def draw_front(self, painter: QPainter, place: QRectF, stamps: Stamps) -> None:
        """Draw samples and lines; clipped to the place."""

    def key(self) -> Sequence[KeyRow]:
        """Return the rows of the key."""
        return ()

    def describe(self, x: float, y: float, sample: int | None) -> tuple[str, Sequence[ReadoutRow]]:
        """Return heading and rows for a place, and the sample that is there."""
        raise NotImplementedError

    def set_plane(self, extent: tuple[float, float, float, float], places: Array, *, square: bool) -> None:
        """Say what is where: (x low, x high, y low, y high), the samples (n, 2), and whether the plane is a square."""
        self._extent, self._places, self._square = extent, places, square
        self.redraw()

    def redraw(self) -> None:
        """Draw everything anew."""
        self._picture = None
        self.update()
        if self._hovered is not None:
            self._tell()

    # ------------------------------------------------------------------ places

    @property
    def place(self) -> QRectF:
        """Where the axes are."""
        return self._layout()[0]

    def _layout(self) -> tuple[QRectF, QRectF | None]:
        """Return where the axes are, and where the key is, None where there is no room for one."""
        width, height = self.width() - LEFT - RIGHT, max(self.height() - TOP - BOTTOM, 1.0)
        key = self._key_width(width, height)
        taken = key + KEY_GAP if key else 0.0
        across = max(width - taken, 1.0)
        left = LEFT
        if self._square:
            across, height = (min(across, height),) * 2
            left += max((width - taken - across) / 2, 0.0)
        place = QRectF(round(left), TOP, round(across), round(height))
        if not key:
            return place, None
        return place, QRectF(place.right() + KEY_GAP, TOP, key, self.height() - TOP - 2)

    def _key_width(self, width: float, height: float) -> float:
        rows = self.key()
        if not rows:
            return 0.0
        spare = KEY_SHARE * self.width() if not self._square else max(width - 0.88 * min(width, height), 0.0)
        for values in (True, False):
            needed = min(key_width(rows, self.font(), values=values) + 2, KEY_MOST)
            if needed + KEY_GAP <= spare and (values or self._square):
                return needed
        return 0.0

    def to_pixels(self, points: Array) -> Array:
        """Return where points (n, 2) stand, in pixels."""
        x_low, x_high, y_low, y_high = self._extent
        place = self.place
        x = place.left() + (points[:, 0] - x_low) / max(x_high - x_low, 1e-30) * place.width()
        y = place.bottom() - (points[:, 1] - y_low) / max(y_high - y_low, 1e-30) * place.height()
        return np.stack((x, y), axis=1)

    def to_values(self, at: QPointF) -> tuple[float, float]:
        """Return the values at a pixel."""
        x_low, x_high, y_low, y_high = self._extent
        place = self.place
        x = x_low + (at.x() - place.left()) / place.width() * (x_high - x_low)
        return x, y_low + (place.bottom() - at.y()) / place.height() * (y_high - y_low)

    def sample_at(self, at: QPointF) -> int | None:
        """Return the number of the sample nearest to a pixel, None where none is near."""
        if not len(self._places):
            return None
        distance = np.hypot(*(self.to_pixels(self._places) - (at.x(), at.y())).T)
        nearest = int(np.nanargmin(distance)) if np.isfinite(distance).any() else 0
        return nearest if distance[nearest] <= NEAR else None

    def sizeHint(self) -> QSize:
        return QSize(320, 220)

    # ------------------------------------------------------------------ drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None or self._picture.devicePixelRatio() != self.devicePixelRatioF():
            self._picture = self._make_picture()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self._hovered is not None:
            place = self.place
            painter.setPen(QPen(self._theme.color("text"), 1))
            at, reach = self._hovered, 5.0
            painter.setClipRect(place)
            painter.drawLine(QPointF(at.x() - reach, at.y()), QPointF(at.x() + reach, at.y()))
            painter.drawLine(QPointF(at.x(), at.y() - reach), QPointF(at.x(), at.y() + reach))

    def _make_picture(self) -> QPixmap:
        ratio, theme = self.devicePixelRatioF(), self._theme
        picture = QPixmap(max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1))
        picture.setDevicePixelRatio(ratio)
        picture.fill(theme.color("panel"))
        # A painter that outlives its picture, as after an error, takes the program down; and a network gone astray has
        # numbers to show at which NumPy would stumble.
        with np.errstate(all="ignore"), QPainter(picture) as painter:
            place, key = self._layout()
            x_low, x_high, y_low, y_high = self._extent
            draw_y_axis(painter, place, self._y, y_low, y_high, theme, self.font())
            places, labels = self._x.ticks(x_low, x_high, max(2, int(place.width() / TICK_ROOM)))
            draw_x_labels(painter, place, places, labels, self._x_pixel, theme, self.font())
            painter.save()
            painter.setClipRect(place)
            self.draw_back(painter, place)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.draw_front(painter, place, Stamps(theme, ratio))
            painter.restore()
            if key is not None:
                draw_key(painter, key, self.key(), self.font(), theme)
        return picture

    def _x_pixel(self, value: float) -> float:
        x_low, x_high = self._extent[:2]
        place = self.place
        return place.left() + (value - x_low) / max(x_high - x_low, 1e-30) * place.width()

    # ------------------------------------------------------------------ mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self._hovered = at if self.place.contains(at) else None
        self.update()
        if self._hovered is None:
            self.readout.hide()
        else:
            self._tell()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.readout.hide()
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._hovered = None
        self.readout.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._picture = None

    def _tell(self) -> None:
        at = self._hovered
        assert at is not None
        heading, rows = self.describe(*self.to_values(at), self.sample_at(at))
        parent = self.readout.parentWidget() or self
        point = at.toPoint()
        self.readout.show_at(point if parent is self else self.mapTo(parent, point), heading, rows)
