"""What a generator makes: its points among the real ones, and its images above the nearest real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from designer.common.color_scales import blend
from designer.common.phase_colors import phase_color
from designer.common.text import format_count, format_number
from designer.plots import decision_field as field
from designer.plots.predictions_images import Tile
from designer.plots.predictions_marks import KeyRow, Stamps
from designer.plots.predictions_plane import PlaneView
from designer.plots.readout import ReadoutRow

Array = NDArray[Any]
REAL_RADIUS, MADE_RADIUS = 2.2, 2.8
MOST_PIXELS = 300
LIGHTEST = 0.26
"""How far the field goes from the surface towards the colour of text where the verdict is highest."""


class SamplesView(PlaneView):
    """Real and made points in one plane; the lighter the ground, the more real the discriminator holds a place."""

    _value: Mapping[str, Any] | None = None

    def show_value(self, value: Mapping[str, Any]) -> None:
        """Show what a `Predictor` of kind "samples" computed of points."""
        self._value = value
        places = np.concatenate((value["made"], value["real"])).astype(float)
        self.set_plane(tuple(value["about"]["bounds"]), places, square=True)

    def draw_back(self, painter: QPainter, place: QRectF) -> None:
        if self._value is None or "grid" not in self._value:
            return
        grid = self._value["grid"].astype(float)
        low, high = _reach(grid)
        ratio = self.devicePixelRatioF()
        width, height = (
            max(2, min(MOST_PIXELS, round(side * ratio))) for side in (place.width(), place.height())
        )
        values = field.enlarged(np.clip(grid, low, high)[..., None], width, height)[..., 0]
        share = ((values - low) / (high - low))[..., None]
        panel, text = (self._theme.color(role) for role in ("panel", "text"))
        light = blend(panel, text, LIGHTEST)
        dark = np.array([panel.red(), panel.green(), panel.blue()], float)
        end = np.array([light.red(), light.green(), light.blue()], float)
        rows = np.full((*values.shape, 4), 255, np.uint8)
        rows[..., :3] = np.clip(dark + share * (end - dark) + 0.5, 0, 255).astype(np.uint8)
        image = QImage(
            rows.tobytes(), rows.shape[1], rows.shape[0], 4 * rows.shape[1], QImage.Format.Format_RGBX8888
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, image)

    def draw_front(self, painter: QPainter, place: QRectF, stamps: Stamps) -> None:
        if self._value is None:
            return
        real, made = phase_color(self._theme, 0), phase_color(self._theme, 1)
        for name, radius, color in (("real", REAL_RADIUS, real), ("made", MADE_RADIUS, made)):
            points = self._value[name].astype(float)
            pixels = self.to_pixels(points[np.isfinite(points).all(axis=1)])
            inside = (np.abs(pixels) < 1e5).all(axis=1)
            stamps.stamp(painter, pixels[inside], "train", radius, color)
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))

    def key(self) -> Sequence[KeyRow]:
        if self._value is None:
            return ()
        value = self._value
        rows = [
            KeyRow("train", "real", format_count(len(value["real"])), phase_color(self._theme, 0)),
            KeyRow("train", "made", format_count(len(value["made"])), phase_color(self._theme, 1)),
        ]
        outside = self._outside()
        if outside:
            rows.append(KeyRow("none", "made, outside", format_count(outside)))
        if "grid" in value:
            low, high = _reach(value["grid"])
            panel, text = (self._theme.color(role) for role in ("panel", "text"))
            rows += [
                KeyRow("none", ""),
                KeyRow("area", "taken for real", format_number(high), blend(panel, text, LIGHTEST)),
                KeyRow("area", "taken for made", format_number(low), panel),
            ]
        return rows

    def describe(self, x: float, y: float, sample: int | None) -> tuple[str, Sequence[ReadoutRow]]:
        value = self._value
        assert value is not None
        about = value["about"]
        names = about["features"][:2] if len(about["features"]) >= 2 else ["x1", "x2"]
        rows = []
        if sample is not None:
            made = sample < len(value["made"])
            rows.append(ReadoutRow("made" if made else "real", "", phase_color(self._theme, int(made))))
        if "grid" in value:
            x_low, x_high, y_low, y_high = self._extent
            height, width = value["grid"].shape
            row = min(max(int((y - y_low) / (y_high - y_low) * height), 0), height - 1)
            column = min(max(int((x - x_low) / (x_high - x_low) * width), 0), width - 1)
            rows.append(ReadoutRow("verdict here", format_number(float(value["grid"][row, column]))))
        return f"{names[0]} {format_number(x)}, {names[1]} {format_number(y)}", rows

    def _outside(self) -> int:
        assert self._value is not None
        x_low, x_high, y_low, y_high = self._value["about"]["bounds"]
        x, y = self._value["made"].T
        return int(np.count_nonzero((x < x_low) | (x > x_high) | (y < y_low) | (y > y_high)))


def sample_tiles(value: Mapping[str, Any]) -> tuple[list[Tile], str]:
    """Return the tiles of images that were made, each above the real one that is nearest to it."""
    tiles = []
    for number, (made, nearest, distance) in enumerate(
        zip(value["made"], value["nearest"], value["distances"].tolist(), strict=True), start=1
    ):
        figure = f"{distance:.2f}"
        tiles.append(
            Tile(
                (made, nearest),
                ((figure, "text_muted"),),
                f"made image {number}",
                (ReadoutRow("difference to the nearest real one (RMS)", format_number(distance)),),
            )
        )
    return tiles, "made of noise, above the nearest real one"


def _reach(grid: Array) -> tuple[float, float]:
    """Return the verdicts at which the ground ends: 0 and 1 of probabilities, what there is of scores."""
    low, high = float(grid.min()), float(grid.max())
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    return (low, high) if high - low > 1e-9 else (low - 0.5, high + 0.5)
