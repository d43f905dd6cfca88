"""A look at the samples, drawn by what they are: images, points in the plane, a curve, or series."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from designer.common.text import format_number, scaled, tabular
from designer.common.theme import theme
from designer.data.class_colors import class_color
from designer.data.data_look import DataLook

PLOT_HEIGHT = 230
IMAGE_SIZE = 40
IMAGE_ROWS = 5
LEGEND_MOST = 10


class SampleView(QWidget):
    """Draws the samples of a look; nothing for plain tables."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("samples")
        self._look = DataLook()
        theme().changed.connect(self.update)

    def show_look(self, look: DataLook) -> None:
        """Show these samples."""
        self._look = look
        self.setVisible(look.x is not None and self.can_draw(look))
        self.updateGeometry()
        self.update()

    @staticmethod
    def can_draw(look: DataLook) -> bool:
        """Whether there is a picture of such samples."""
        x = look.x
        if x is None or not len(x):
            return False
        shapes = {
            "image": x.ndim == 4,
            "points": x.ndim == 2 and x.shape[1] == 2,
            "curve": x.ndim == 2,
            "sequence": x.ndim == 3,
        }
        return shapes.get(look.kind, False)

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(max(self.width(), 200)))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.heightForWidth(max(self.width(), 200)))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if self._look.kind == "image" and self._look.x is not None:
            rows = min(IMAGE_ROWS, -(-len(self._look.x) // self._columns(width)))
            return int(rows * self._cell().height() + 4)
        return PLOT_HEIGHT

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.can_draw(self._look):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._look.kind == "image":
            self._paint_images(painter)
            return
        painter.setPen(QPen(theme().color("border"), 1))
        painter.setBrush(theme().color("field"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setFont(tabular(scaled(self.font(), 0.85)))
        {"points": self._paint_points, "curve": self._paint_curve, "sequence": self._paint_series}[
            self._look.kind
        ](painter)

    # ------------------------------------------------------------------ images

    def _columns(self, width: int) -> int:
        return max(1, int(width // self._cell().width()))

    def _cell(self) -> QSize:
        return QSize(
            IMAGE_SIZE + 8, IMAGE_SIZE + QFontMetricsF(scaled(self.font(), 0.85)).height().__ceil__() + 8
        )

    def _paint_images(self, painter: QPainter) -> None:
        assert self._look.x is not None
        colors, cell = theme(), self._cell()
        columns = self._columns(self.width())
        painter.setFont(scaled(self.font(), 0.85))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._look.x.shape[1] > IMAGE_SIZE)
        for index, image in enumerate(self._look.x[: columns * IMAGE_ROWS]):
            x, y = (index % columns) * cell.width(), (index // columns) * cell.height()
            painter.drawImage(QRectF(x, y, IMAGE_SIZE, IMAGE_SIZE), to_image(image))
            painter.setPen(colors.color("text_muted"))
            area = QRectF(x - 3, y + IMAGE_SIZE + 1, IMAGE_SIZE + 6, cell.height() - IMAGE_SIZE - 4)
            label = painter.fontMetrics().elidedText(
                self._label(index), Qt.TextElideMode.ElideRight, IMAGE_SIZE + 6
            )
            painter.drawText(area, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, label)

    def _label(self, index: int) -> str:
        y = self._look.y
        if y is None or index >= len(y):
            return ""
        if self._look.task == "classification" and y.ndim == 1:
            return self._look.classes[int(y[index])]
        return format_number(float(y[index].reshape(-1)[0]))

    # ------------------------------------------------------------------ points, curves, series

    def _frame(self) -> QRectF:
        return QRectF(10, 10, self.width() - 20, self.height() - 46)

    def _paint_points(self, painter: QPainter) -> None:
        look = self._look
        assert look.x is not None
        assert look.y is not None
        frame = self._frame()
        low, high = look.x.min(axis=0), look.x.max(axis=0)
        # One scale for both axes: a circle looks like one.
        middle, reach = (low + high) / 2, max(float((high - low).max()) / 2, 1e-9) * 1.08
        side = min(frame.width(), frame.height())
        box = QRectF(frame.center().x() - side / 2, frame.top(), side, side)
        px = box.center().x() + (look.x[:, 0] - middle[0]) / reach * side / 2
        py = box.center().y() - (look.x[:, 1] - middle[1]) / reach * side / 2
        painter.setPen(Qt.PenStyle.NoPen)
        inks = self._inks()
        radius = 2.6 if len(px) <= 500 else 1.8 if len(px) <= 1200 else 1.4
        for x, y, ink in zip(px, py, inks, strict=True):
            painter.setBrush(ink)
            painter.drawEllipse(QPointF(float(x), float(y)), radius, radius)
        if look.task == "classification":
            self._paint_legend(painter)
        else:
            self._paint_below(painter, "value from blue (low) to orange (high)")

    def _inks(self) -> list[QColor]:
        look = self._look
        assert look.y is not None
        if look.task == "classification":
            known = {label: class_color(int(label)) for label in np.unique(look.y)}
            return [known[label] for label in look.y]
        values = look.y.reshape(len(look.y), -1)[:, 0]
        reach = max(float(np.abs(values - values.mean()).max()), 1e-9)
        table = theme().diverging_lut(256)
        places = np.clip((values - values.mean()) / reach * 127.5 + 127.5, 0, 255).astype(int)
        return [QColor(*(int(c) for c in table[place])) for place in places]

    def _paint_curve(self, painter: QPainter) -> None:
        look = self._look
        assert look.x is not None
        assert look.y is not None
        order = np.argsort(look.x[:, 0])
        self._paint_line(
            painter, look.x[order, 0], look.y.reshape(len(look.y), -1)[order, 0], "training", dots=True
        )
        name = look.feature_names[0] if look.feature_names else "x"
        target = look.target_names[0] if look.target_names else "y"
        span = f"{format_number(float(look.x.min()))} … {format_number(float(look.x.max()))}"
        self._paint_below(painter, f"{target} over {name}, {span}")

    def _paint_line(
        self, painter: QPainter, x: np.ndarray, y: np.ndarray, role: str, *, dots: bool = False
    ) -> None:
        frame = self._frame()
        low, high = float(np.nanmin(y)), float(np.nanmax(y))
        span_x, span_y = max(float(x.max() - x.min()), 1e-9), max(high - low, 1e-9)
        px = frame.left() + (x - x.min()) / span_x * frame.width()
        py = frame.bottom() - (y - low) / span_y * frame.height()
        if low < 0 < high:
            painter.setPen(QPen(theme().color("border"), 1))
            zero = frame.bottom() + low / span_y * frame.height()
            painter.drawLine(QPointF(frame.left(), zero), QPointF(frame.right(), zero))
        points = QPolygonF([QPointF(float(a), float(b)) for a, b in zip(px, py, strict=True)])
        if dots:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color(role))
            for place in range(points.size()):
                painter.drawEllipse(points.at(place), 1.8, 1.8)
        else:
            painter.setPen(QPen(theme().color(role), 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(points)

    def _paint_series(self, painter: QPainter) -> None:
        """The first feature of a few series, below each other."""
        look = self._look
        assert look.x is not None
        frame, count = self._frame(), len(look.x)
        lane = frame.height() / count
        if look.whole_numbers:
            self._paint_below(painter, f"{count} sequences of {look.x.shape[1]} steps")
        low, high = float(look.x[..., 0].min()), float(look.x[..., 0].max())
        for index, series in enumerate(look.x):
            top = frame.top() + index * lane
            values = (series[:, 0] - low) / max(high - low, 1e-9)
            px = np.linspace(frame.left(), frame.right() - 60, len(values))
            py = top + lane * 0.85 - values * lane * 0.7
            painter.setPen(QPen(theme().color("training"), 1.3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(
                QPolygonF([QPointF(float(a), float(b)) for a, b in zip(px, py, strict=True)])
            )
            painter.setPen(theme().color("text"))
            area = QRectF(frame.right() - 56, top, 56, lane)
            label = painter.fontMetrics().elidedText(self._label(index), Qt.TextElideMode.ElideRight, 56)
            painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        name = look.feature_names[0] if look.feature_names else "first feature"
        target = look.target_names[0] if look.target_names else "target"
        self._paint_below(painter, f"{name} over {look.x.shape[1]} steps; at the right the {target}")

    def _paint_legend(self, painter: QPainter) -> None:
        x, y = 12.0, self.height() - 24.0
        metrics = painter.fontMetrics()
        for number, name in enumerate(self._look.classes[:LEGEND_MOST]):
            width = metrics.horizontalAdvance(name)
            if x + width + 14 > self.width() - 12:
                break
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(class_color(number))
            painter.drawEllipse(QPointF(x + 4, y + 7), 4, 4)
            painter.setPen(theme().color("text_muted"))
            painter.drawText(QPointF(x + 12, y + 7 + metrics.ascent() / 2 - 1), name)
            x += width + 26

    def _paint_below(self, painter: QPainter, text: str) -> None:
        painter.setPen(theme().color("text_muted"))
        area = QRectF(12, self.height() - 28, self.width() - 24, 22)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def to_image(pixels: np.ndarray) -> QImage:
    """Return an image (H, W, C) of values from 0 to 1 as a picture; one channel is grey, three are red, green, blue."""
    data = np.ascontiguousarray(np.clip(pixels * 255.0, 0, 255).astype(np.uint8))
    height, width, channels = data.shape
    if channels == 1:
        return QImage(data.data, width, height, width, QImage.Format.Format_Grayscale8).copy()
    if channels == 3:
        return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    return to_image(np.repeat(pixels[..., :1], 1, axis=2))
