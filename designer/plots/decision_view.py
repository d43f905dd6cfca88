"""The answer over the plane of two inputs: the decision surface, and the samples in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from designer.common.class_colors import class_color
from designer.common.text import format_count, format_number, format_percent
from designer.plots import decision_field as field
from designer.plots.predictions_marks import PART_NAMES, KeyRow, Mark, Stamps, radius_for
from designer.plots.predictions_plane import PlaneView
from designer.plots.predictions_values import regression_figures
from designer.plots.readout import ReadoutRow

Array = NDArray[Any]
MOST_PIXELS = 360
"""A larger field is drawn at so many pixels a side and enlarged: it is smooth all the same."""
PARTS: tuple[Mark, ...] = ("train", "validation", "test")
TOLD = 3


class DecisionView(PlaneView):
    """Draws classes in their colours, mixed by probability, or values from blue to orange; samples on top."""

    _value: Mapping[str, Any] | None = None
    _target = 0

    def show_value(self, value: Mapping[str, Any], target: int = 0) -> None:
        """Show what a `Predictor` of kind "surface" computed; of several targets the one of this number."""
        about = value["about"]
        self._value, self._target = value, min(target, value["truth"].shape[1] - 1)
        self._classifies = about["task"] == "classification"
        self._reach = (0.0, 1.0) if self._classifies else _reach(value["truth"][:, self._target])
        self.set_plane(tuple(about["bounds"]), value["places"], square=bool(about["square"]))

    @property
    def wrong(self) -> Array:
        """Which samples are classified wrongly (n,) bool."""
        assert self._value is not None
        if not self._classifies:
            return np.zeros(len(self._value["truth"]), bool)
        return np.asarray(self._value["truth"][:, 0] != self._value["answers"][:, 0])

    # ------------------------------------------------------------------ the field

    def draw_back(self, painter: QPainter, place: QRectF) -> None:
        if self._value is None:
            return
        pixels = self._pixels(place)
        height, width = pixels.shape[:2]
        rows = np.full((height, width, 4), 255, np.uint8)
        rows[..., :3] = pixels
        image = QImage(rows.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBX8888)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, image)

    def _pixels(self, place: QRectF) -> Array:
        assert self._value is not None
        ratio = self.devicePixelRatioF()
        width = max(2, min(MOST_PIXELS, round(place.width() * ratio)))
        height = max(2, min(MOST_PIXELS, round(place.height() * ratio)))
        line = _rgb(self._theme.color("text"))
        if self._classifies:
            shares = field.enlarged(_shares(self._value["grid"]), width, height)
            colors = np.array([_rgb(class_color(self._theme, k)) for k in range(shares.shape[-1])])
            return field.class_field(shares, colors, _rgb(self._theme.color("panel")), line)
        low, high = self._reach
        # What lies beyond the colours, or is no number, must not spread between the grid's places.
        grid = np.nan_to_num(
            np.clip(self._value["grid"][..., [self._target]], low, high), nan=(low + high) / 2
        )
        values = field.enlarged(grid, width, height)[..., 0]
        return field.value_field(values, low, high, self._theme.diverging_lut(256))

    def draw_front(self, painter: QPainter, place: QRectF, stamps: Stamps) -> None:
        value = self._value
        if value is None:
            return
        points = self.to_pixels(value["places"].astype(float))
        radius, truth = radius_for(len(points)), value["truth"][:, self._target]
        wrong = self.wrong
        for number, mark in enumerate(PARTS):
            here = (value["part"] == number) & ~wrong
            if self._classifies:
                for label in np.unique(truth[here]):
                    color = class_color(self._theme, int(label))
                    stamps.stamp(painter, points[here & (truth == label)], mark, radius, color)
            else:
                self._stamp_values(painter, stamps, points[here], truth[here], mark, radius)
        for label in np.unique(truth[wrong]):
            color = class_color(self._theme, int(label))
            stamps.stamp(painter, points[wrong & (truth == label)], "wrong", radius, color)
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))

    def _stamp_values(
        self, painter: QPainter, stamps: Stamps, points: Array, truth: Array, mark: Mark, radius: float
    ) -> None:
        low, high = self._reach
        table, steps = self._theme.diverging_lut(24), 24
        bins = np.clip((truth - low) / (high - low) * steps, 0, steps - 1).astype(int)
        for step in np.unique(bins):
            stamps.stamp(painter, points[bins == step], mark, radius, QColor(*map(int, table[step])))

    # ------------------------------------------------------------------ key and readout

    def key(self) -> Sequence[KeyRow]:
        if self._value is None:
            return ()
        about, wrong = self._value["about"], self.wrong
        rows: list[KeyRow] = []
        for name, shown, _ in about["parts"]:
            here = self._value["part"] == PARTS.index(name)
            rows.append(KeyRow(name, PART_NAMES[name], self._figure(here, shown)))
        if self._classifies:
            rows.append(KeyRow("wrong", "wrong", format_count(int(wrong.sum()))))
            rows.append(KeyRow("none", ""))
            names = about["classes"]
            rows += [KeyRow("area", name, "", class_color(self._theme, k)) for k, name in enumerate(names)]
        else:
            rows.append(KeyRow("none", ""))
            low, high = self._reach
            table = self._theme.diverging_lut(3)
            for value, index in ((high, 2), ((low + high) / 2, 1), (low, 0)):
                rows.append(KeyRow("area", format_number(value), "", QColor(*map(int, table[index]))))
        if len(about["features"]) == 2:
            rows += [KeyRow("none", ""), *_axis_rows(about["features"])]
        return rows

    def _figure(self, here: Array, shown: int) -> str:
        assert self._value is not None
        if not shown:
            return "–"
        if self._classifies:
            return format_percent(1 - float(self.wrong[here].mean()))
        truth = self._value["truth"][here, self._target]
        figures = regression_figures(truth, self._value["answers"][here, self._target])
        return f"R² {format_number(figures.explained)}"

    def describe(self, x: float, y: float, sample: int | None) -> tuple[str, Sequence[ReadoutRow]]:
        value = self._value
        assert value is not None
        about = value["about"]
        names = about["features"] if len(about["features"]) == 2 else ["x1", "x2"]
        rows: list[ReadoutRow] = []
        if sample is not None:
            rows += self._sample_rows(sample)
        x_low, x_high, y_low, y_high = self._extent
        side_y, side_x = value["grid"].shape[:2]
        row = min(max(int((y - y_low) / (y_high - y_low) * side_y), 0), side_y - 1)
        column = min(max(int((x - x_low) / (x_high - x_low) * side_x), 0), side_x - 1)
        here = value["grid"][row, column]
        if self._classifies:
            shares = _shares(here)
            for k in np.argsort(-shares, kind="stable")[:TOLD]:
                color = class_color(self._theme, int(k))
                rows.append(ReadoutRow(about["classes"][int(k)], format_percent(float(shares[k])), color))
        else:
            rows.append(ReadoutRow("answer here", format_number(float(here[self._target]))))
        return f"{names[0]} {format_number(x)}, {names[1]} {format_number(y)}", rows

    def _sample_rows(self, sample: int) -> list[ReadoutRow]:
        value = self._value
        assert value is not None
        part = PART_NAMES[PARTS[int(value["part"][sample])]]
        truth, answer = (
            float(value["truth"][sample, self._target]),
            float(value["answers"][sample, self._target]),
        )
        if not self._classifies:
            return [ReadoutRow(f"{part} sample", format_number(truth))]
        names = value["about"]["classes"]
        right = "right" if truth == answer else "wrong"
        return [
            ReadoutRow(f"{part} sample, {right}", names[int(truth)], class_color(self._theme, int(truth)))
        ]


def _axis_rows(names: Sequence[str]) -> list[KeyRow]:
    return [KeyRow("none", f"→ {names[0]}"), KeyRow("none", f"↑ {names[1]}")]


def _shares(grid: Array) -> Array:
    """Return the share of every class (..., classes): one layer is that of the second of two."""
    return np.concatenate((1 - grid, grid), axis=-1) if grid.shape[-1] == 1 else grid


def _reach(truth: Array) -> tuple[float, float]:
    """Return the values at which the colours end: around zero where the targets lie on both sides of it."""
    low, high = float(truth.min()), float(truth.max())
    if low < 0 < high:
        low, high = -max(-low, high), max(-low, high)
    return (low, high) if high - low > 1e-12 else (low - 1.0, high + 1.0)


def _rgb(color: QColor) -> Array:
    return np.array([color.red(), color.green(), color.blue()], np.float32)
