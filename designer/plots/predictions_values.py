"""Numbers that are predicted: a curve through the samples of one input, and answers against the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from designer.common.text import format_number
from designer.plots.predictions_marks import PART_NAMES, KeyRow, Mark, Stamps, radius_for
from designer.plots.predictions_plane import PlaneView
from designer.plots.readout import ReadoutRow

Array = NDArray[Any]
PARTS: tuple[Mark, ...] = ("train", "validation", "test")


class Figures(NamedTuple):
    """How good numbers are: R² = 1 - sum (t - y)² / sum (t - mean t)², and the mean absolute error."""

    explained: float
    mean_error: float


def regression_figures(truth: Array, answers: Array) -> Figures:
    """Return the figures of answers (n,) to targets (n,); NaN where there are none, or R² where no target varies."""
    if not len(truth):
        return Figures(float("nan"), float("nan"))
    wide, said = truth.astype(np.float64), answers.astype(np.float64)
    with np.errstate(all="ignore"):
        spread = float(((wide - wide.mean()) ** 2).sum())
        explained = 1 - float(((wide - said) ** 2).sum()) / spread if spread > 0 else float("nan")
        return Figures(explained, float(np.abs(wide - said).mean()))


class CurveView(PlaneView):
    """The fitted curve over one input, and the samples that it is fitted to."""

    _value: Mapping[str, Any] | None = None
    _target = 0

    def show_value(self, value: Mapping[str, Any], target: int = 0) -> None:
        """Show what a `Predictor` of kind "curve" computed; of several targets the one of this number."""
        self._value, self._target = value, min(target, value["truth"].shape[1] - 1)
        truth = value["truth"][:, self._target]
        places = np.column_stack((value["places"][:, 0], truth)).astype(float)
        # The samples alone say how far the axis reaches: a curve that runs away must not flatten them.
        low, high = _widened(truth, 0.12)
        line_x = value["line_x"]
        self.set_plane((float(line_x[0]), float(line_x[-1]), low, high), places, square=False)

    def draw_front(self, painter: QPainter, place: QRectF, stamps: Stamps) -> None:
        if self._value is None:
            return
        points, radius = self.to_pixels(self._places), radius_for(len(self._places))
        for number, mark in enumerate(PARTS):
            stamps.stamp(painter, points[self._value["part"] == number], mark, radius, self._ink(mark))
        curve = np.column_stack((self._value["line_x"], self._value["line"][:, self._target])).astype(float)
        curve = curve[np.isfinite(curve).all(axis=1)]
        pixels = np.clip(self.to_pixels(curve), -1e5, 1e5)
        polygon = QPolygonF([QPointF(x, y) for x, y in pixels.tolist()])
        for width, role in ((4.4, "panel"), (2.0, "text")):
            pen = QPen(self._theme.color(role), width)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPolyline(polygon)

    def key(self) -> Sequence[KeyRow]:
        if self._value is None:
            return ()
        about = self._value["about"]
        rows = [KeyRow("line", "network", "", self._theme.color("text"))]
        for name, shown, _ in about["parts"]:
            here = self._value["part"] == PARTS.index(name)
            truth, said = (self._value[k][here, self._target] for k in ("truth", "answers"))
            figure = f"R² {format_number(regression_figures(truth, said).explained)}" if shown else "–"
            rows.append(KeyRow(name, PART_NAMES[name], figure, self._ink(name)))
        features, targets = about["features"], about["targets"]
        if len(features) == 1 and self._target < len(targets):
            rows += [
                KeyRow("none", ""), KeyRow("none", f"→ {features[0]}"), KeyRow("none", f"↑ {targets[self._target]}"),
            ]  # fmt: skip
        return rows

    def describe(self, x: float, y: float, sample: int | None) -> tuple[str, Sequence[ReadoutRow]]:
        value = self._value
        assert value is not None
        features = value["about"]["features"]
        name = features[0] if len(features) == 1 else "x"
        answer = float(np.interp(x, value["line_x"], value["line"][:, self._target]))
        rows = [ReadoutRow("network", format_number(answer), self._theme.color("text"))]
        if sample is not None:
            mark = PARTS[int(value["part"][sample])]
            truth, said = (
                float(value["truth"][sample, self._target]),
                float(value["answers"][sample, self._target]),
            )
            rows.append(ReadoutRow(f"{PART_NAMES[mark]} sample", format_number(truth), self._ink(mark)))
            rows.append(ReadoutRow("off by", format_number(said - truth)))
        return f"{name} {format_number(x)}", rows

    def _ink(self, mark: Mark) -> QColor:
        roles = {"train": "training", "validation": "validation"}
        return self._theme.color(roles.get(mark, "healthy"))


class ScatterView(PlaneView):
    """Answers over the truth: on the diagonal lies what is right."""

    _value: Mapping[str, Any] | None = None
    _target = 0

    def show_value(self, value: Mapping[str, Any], target: int = 0) -> None:
        """Show what a `Predictor` of kind "scatter" computed; of several targets the one of this number."""
        self._value, self._target = value, min(target, value["truth"].shape[1] - 1)
        truth, answers = value["truth"][:, self._target], value["answers"][:, self._target]
        low, high = _widened(truth, 0.08)
        said = answers[np.isfinite(answers)]
        if len(said):
            # Answers may reach beyond the targets, but a few wild ones must not shrink all others to a point.
            reach = high - low
            low = max(min(low, float(np.percentile(said, 1)) - 0.04 * reach), low - reach)
            high = min(max(high, float(np.percentile(said, 99)) + 0.04 * reach), high + reach)
        places = np.column_stack((truth, answers)).astype(float)
        self.set_plane((low, high, low, high), places, square=True)

    @property
    def figures(self) -> Figures:
        """How good the answers are that are shown."""
        if self._value is None:
            return Figures(float("nan"), float("nan"))
        return regression_figures(
            self._value["truth"][:, self._target], self._value["answers"][:, self._target]
        )

    def draw_front(self, painter: QPainter, place: QRectF, stamps: Stamps) -> None:
        if self._value is None:
            return
        pen = QPen(self._theme.color("text_muted"), 1.2)
        pen.setDashPattern([4.0, 3.0])
        painter.setPen(pen)
        painter.drawLine(place.bottomLeft(), place.topRight())
        finite = np.isfinite(self._places).all(axis=1)
        stamps.stamp(
            painter, self.to_pixels(self._places[finite]), "train", radius_for(len(self._places)), self._ink()
        )

    def key(self) -> Sequence[KeyRow]:
        if self._value is None:
            return ()
        about, figures = self._value["about"], self.figures
        name, shown, _ = about["parts"][0]
        return [
            KeyRow("train", f"{PART_NAMES[name]}", str(shown), self._ink()),
            KeyRow("none", "R²", format_number(figures.explained)),
            KeyRow("none", "MAE", format_number(figures.mean_error)),
            KeyRow("none", ""),
            KeyRow("none", "→ true"),
            KeyRow("none", "↑ predicted"),
        ]

    def describe(self, x: float, y: float, sample: int | None) -> tuple[str, Sequence[ReadoutRow]]:
        value = self._value
        assert value is not None
        targets = value["about"]["targets"]
        name = targets[self._target] if self._target < len(targets) else "target"
        if sample is None:
            return name, [ReadoutRow("true", format_number(x)), ReadoutRow("predicted", format_number(y))]
        truth, said = (
            float(value["truth"][sample, self._target]),
            float(value["answers"][sample, self._target]),
        )
        return f"{name}, sample {sample + 1}", [
            ReadoutRow("true", format_number(truth)),
            ReadoutRow("predicted", format_number(said), self._ink()),
            ReadoutRow("off by", format_number(said - truth)),
        ]

    def _ink(self) -> QColor:
        assert self._value is not None
        part = self._value["about"]["parts"][0][0]
        return self._theme.color({"train": "training", "validation": "validation"}.get(part, "healthy"))


def _widened(values: Array, share: float) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    air = share * (high - low) if high - low > 1e-12 else 1.0
    return low - air, high + air
