"""A picture of weights: blue below zero, the surface at zero, orange above; hover for the value, click for a neuron."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from designer.common.text import format_number, scaled, tabular
from designer.common.theme import Theme
from designer.plots.readout import ReadoutLabel, ReadoutRow
from designer.plots.weight_pictures import WeightPicture, extremes_image

LARGEST_CELL = 28.0
GAP_INDEX = 255
COLORS = 255


class MatrixView(QWidget):
    """Draws a `WeightPicture` crisply, reduced by extremes where it has more cells than the screen has pixels.

    Signals: unit_chosen(index): a neuron or filter was clicked; page_turned(by): the wheel asks for others.
    """

    unit_chosen = Signal(int)
    page_turned = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture: WeightPicture | None = None
        self._name = ""
        self._limit = 1.0
        self._image: QImage | None = None
        self._hovered: tuple[int, int] | None = None
        self.readout = ReadoutLabel(theme, parent or self)
        self.setFont(tabular(scaled(self.font(), 0.88)))
        self.setMouseTracking(True)

    @property
    def picture(self) -> WeightPicture | None:
        """What is shown."""
        return self._picture

    def show_picture(self, picture: WeightPicture | None, name: str, limit: float) -> None:
        """Show a picture of the parameter `name`; the colours end at -`limit` and `limit`."""
        self._picture, self._name, self._limit = picture, name, limit
        self._image = None
        self.update()

    def restyle(self) -> None:
        """Take the colours of the theme anew."""
        self._image = None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 140)

    @property
    def room(self) -> tuple[int, int]:
        """The pixels there are, (width, height)."""
        return max(self.width(), 1), max(self.height(), 1)

    @property
    def place(self) -> QRectF:
        """Where the picture is drawn."""
        if self._picture is None:
            return QRectF()
        rows, columns = self._picture.values.shape
        across, down = self.width() / columns, self.height() / rows
        if self._picture.square:
            cell = min(across, down, LARGEST_CELL)
            if cell >= 2:
                cell = math.floor(cell)
            across = down = cell
        else:
            across, down = min(across, LARGEST_CELL * 2), min(down, LARGEST_CELL)
        width, height = across * columns, down * rows
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    # ------------------------------------------------------------------ drawing

    def _make_image(self) -> QImage:
        assert self._picture is not None
        ratio = self.devicePixelRatioF()
        place = self.place
        rows, columns = max(int(place.height() * ratio), 1), max(int(place.width() * ratio), 1)
        values = extremes_image(self._picture.values, rows, columns)
        with np.errstate(invalid="ignore"):
            share = np.clip(values / self._limit, -1, 1)
            index = np.nan_to_num((share + 1) * ((COLORS - 1) / 2) + 0.5).astype(np.uint8)
        index[np.isnan(values)] = GAP_INDEX
        bytes_per_line = -(-index.shape[1] // 4) * 4
        padded = np.zeros((index.shape[0], bytes_per_line), np.uint8)
        padded[:, : index.shape[1]] = index
        content = padded.tobytes()  # QImage does not hold on to it
        image = QImage(content, index.shape[1], index.shape[0], bytes_per_line, QImage.Format.Format_Indexed8)
        table = self._theme.diverging_lut(COLORS).astype(np.uint32)
        colors = (255 << 24) | (table[:, 0] << 16) | (table[:, 1] << 8) | table[:, 2]
        image.setColorTable([*colors.tolist(), 0])
        return image.copy()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture is None:
            return
        painter = QPainter(self)
        place = self.place
        if self._image is None:
            self._image = self._make_image()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(place, self._image)
        self._draw_tiles(painter, place)
        if self._hovered is not None:
            row, column = self._hovered
            rows, columns = self._picture.values.shape
            across, down = place.width() / columns, place.height() / rows
            cell = QRectF(
                place.left() + column * across, place.top() + row * down, max(across, 3), max(down, 3)
            )
            painter.setPen(QPen(self._theme.color("text"), 1))
            painter.drawRect(cell.adjusted(0, 0, -1, -1))

    def _draw_tiles(self, painter: QPainter, place: QRectF) -> None:
        """Frame tiles whose weights are near zero: without a frame they would be lost in the surface."""
        assert self._picture is not None
        height, width = self._picture.tile
        rows, columns = self._picture.values.shape
        cell = place.width() / columns
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if not height:
            painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))
            return
        if cell < 2:
            self._draw_separators(painter, place, cell)
            return
        if cell * width < 6:
            return
        for top in range(0, rows, height + 1):
            for left in range(0, columns, width + 1):
                if self._picture.source[top, left] >= 0:
                    corner = QPointF(place.left() + left * cell, place.top() + top * cell)
                    painter.drawRect(
                        QRectF(corner.x() - 0.5, corner.y() - 0.5, width * cell + 1, height * cell + 1)
                    )

    def _draw_separators(self, painter: QPainter, place: QRectF, cell: float) -> None:
        """Part tiles that are too small for frames evenly: the reduced picture has lost some of the gaps."""
        assert self._picture is not None
        height, width = self._picture.tile
        if cell * min(height, width) < 6:
            return
        rows, columns = self._picture.values.shape
        painter.setPen(QPen(self._theme.color("panel"), 1))
        for column in range(width, columns, width + 1):
            x = place.left() + (column + 0.5) * cell
            painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))
        for row in range(height, rows, height + 1):
            y = place.top() + (row + 0.5) * cell
            painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y))

    # ------------------------------------------------------------------ mouse

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """Return (row, column) of the cell at a point, None beside the picture."""
        place = self.place
        if self._picture is None or not place.contains(at):
            return None
        rows, columns = self._picture.values.shape
        row = int((at.y() - place.top()) / place.height() * rows)
        column = int((at.x() - place.left()) / place.width() * columns)
        return min(row, rows - 1), min(column, columns - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        index = self._picture.index_at(*cell) if self._picture is not None and cell is not None else None
        self._hovered = cell if index is not None else None
        self.update()
        if index is None or self._picture is None or cell is None:
            self.readout.hide()
            return
        value = float(self._picture.values[cell])
        role = "positive" if value > 0 else "negative"
        rows = [ReadoutRow(format_number(value, 4), "", self._theme.color(role))]
        if len(index) > 1:
            rows.append(ReadoutRow(f"unit {index[self._picture.unit_axis]}, click to see it alone", ""))
        parent = self.readout.parentWidget() or self
        at = event.position().toPoint()
        at = at if parent is self else self.mapTo(parent, at)
        self.readout.show_at(QPoint(at), f"{self._name}[{', '.join(map(str, index))}]", rows)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if self._picture is None or cell is None or event.button() != Qt.MouseButton.LeftButton:
            return
        index = self._picture.index_at(*cell)
        if index is not None and len(index) > 1:
            self.unit_chosen.emit(index[self._picture.unit_axis])

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._picture is not None and self._picture.pages > 1:
            self.page_turned.emit(-1 if event.angleDelta().y() > 0 else 1)
            event.accept()
        else:
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.readout.hide()
        self.update()
