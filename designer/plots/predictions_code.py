"""What an autoencoder keeps: where the samples lie in its code, beside what it makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from designer.common.class_colors import class_color
from designer.common.text import format_number, scaled
from designer.common.theme import Theme
from designer.plots.predictions_images import TilesView, reconstruction_tiles
from designer.plots.predictions_marks import KeyRow, Stamps, radius_for
from designer.plots.predictions_plane import PlaneView
from designer.plots.readout import ReadoutRow

Array = NDArray[Any]
SIDE_BY_SIDE = 520
"""From this width on the code and the images stand beside each other."""
SMALL = 3
"""Of a code of up to so many numbers two tell the most: it comes first where there is room for one picture."""
NAMED = 12
"""Up to so many classes are named in the picture itself."""


class CodeView(PlaneView):
    """Draws each sample at the first two numbers of its code, in the colour of its class, and the classes' names."""

    _value: Mapping[str, Any] | None = None

    def show_value(self, value: Mapping[str, Any]) -> None:
        """Show what a `Predictor` of kind "reconstruction" computed, where that has a code."""
        self._value = value
        codes = value["codes"].astype(float)
        finite = codes[np.isfinite(codes).all(axis=1)]
        low, high = np.zeros(2), np.ones(2)
        if len(finite):
            # A few samples very far out must not press all others together.
            low, high = np.percentile(finite, 2, axis=0), np.percentile(finite, 98, axis=0)
            most = 0.6 * (high - low)
            low, high = (
                np.maximum(low - most, finite.min(axis=0)),
                np.minimum(high + most, finite.max(axis=0)),
            )
        air = np.where(high - low > 1e-9, 0.06 * (high - low), 1.0)
        (x_low, y_low), (x_high, y_high) = low - air, high + air
        self.set_plane((float(x_low), float(x_high), float(y_low), float(y_high)), codes, square=False)

    def draw_front(self, painter: QPainter, place: QRectF, stamps: Stamps) -> None:
        value = self._value
        if value is None:
            return
        points, labels = self.to_pixels(self._places), value["labels"]
        finite = np.isfinite(points).all(axis=1)
        radius = radius_for(len(points))
        for label in np.unique(labels):
            stamps.stamp(painter, points[finite & (labels == label)], "train", radius, self._ink(int(label)))
        classes = value["about"]["code"]["classes"]
        if 1 < len(classes) <= NAMED:
            for number, name in enumerate(classes):
                own = points[finite & (labels == number)]
                if len(own):
                    self._draw_name(painter, QPointF(*np.median(own, axis=0)), name)

    def _draw_name(self, painter: QPainter, at: QPointF, name: str) -> None:
        """Write the name of a class where its samples are, with an edge that sets it off from them."""
        font = scaled(self.font(), 1.45, bold=True)
        metrics = QFontMetricsF(font)
        path = QPainterPath()
        path.addText(
            at.x() - metrics.horizontalAdvance(name) / 2, at.y() + metrics.capHeight() / 2, font, name
        )
        pen = QPen(self._theme.color("panel"), 4.0)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, pen)
        painter.fillPath(path, self._theme.color("text"))

    def key(self) -> Sequence[KeyRow]:
        if self._value is None:
            return ()
        code, dimensions = self._value["about"]["code"], self._value["dimensions"].tolist()
        rows = [KeyRow("train", name, "", self._ink(number)) for number, name in enumerate(code["classes"])]
        rows += [KeyRow("none", "")] if rows else []
        return [
            *rows,
            KeyRow("none", f"→ {code['name']} {dimensions[0] + 1}"),
            KeyRow("none", f"↑ {code['name']} {dimensions[1] + 1}"),
        ]

    def describe(self, x: float, y: float, sample: int | None) -> tuple[str, Sequence[ReadoutRow]]:
        value = self._value
        assert value is not None
        code, dimensions = value["about"]["code"], value["dimensions"].tolist()
        heading, color = code["name"], None
        if sample is not None:
            x, y = (float(number) for number in value["codes"][sample])
            label = int(value["labels"][sample])
            heading = f"sample {sample + 1}"
            if label >= 0:
                heading, color = f"{heading}, class {code['classes'][label]}", self._ink(label)
        return heading, [
            ReadoutRow(f"{code['name']} {dimensions[0] + 1}", format_number(x), color),
            ReadoutRow(f"{code['name']} {dimensions[1] + 1}", format_number(y), color),
        ]

    def _ink(self, label: int) -> QColor:
        return self._theme.color("training") if label < 0 else class_color(self._theme, label)


def shows_code_first(about: Mapping[str, Any]) -> bool:
    """Return whether the code is what to see first where it is narrow, and the images second."""
    return "code" in about and about["code"]["size"] <= SMALL


class ReconstructionPage(QWidget):
    """The code and the images beside each other, or one of them where it is narrow; without a code the images alone."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.code = CodeView(theme, self)
        self.images = TilesView(theme, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.code, 5)
        row.addWidget(self.images, 4)

    def show_value(self, value: Mapping[str, Any], *, code: bool) -> None:
        """Show what a `Predictor` of kind "reconstruction" computed; `code` where there is room for one of the two."""
        self.images.show_tiles(*reconstruction_tiles(value))
        has_code, both = "codes" in value, self.width() >= SIDE_BY_SIDE
        if has_code:
            self.code.show_value(value)
        self.code.setVisible(has_code and (both or code))
        self.images.setVisible(both or not has_code or not code)
