"""The pictures of the Theory view: a line with its knots, the linear regions of a plane, the error against units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from designer.common.color_scales import blend
from designer.common.text import format_count, format_number
from designer.plots.predictions_marks import KeyRow, Stamps, radius_for
from designer.plots.predictions_plane import PlaneView
from designer.plots.readout import ReadoutRow

if TYPE_CHECKING:
    from designer.plots.theory_model import Samples, TheoryModel
    from engine.analysis import Polygon, Regions, WidthResult

Array = NDArray[Any]
KNOT_RADIUS = 3.6
MARK_RADIUS, MOST_MARKS = 1.9, 120
"""Samples over regions are few and small: it is the regions that are looked at."""


class LineView(PlaneView):
    """The network of one input: its polygonal line, each knot a mark on it and a tick at the foot."""

    _line: Polygon | None = None
    _model: TheoryModel | None = None

    def show_line(self, line: Polygon, model: TheoryModel) -> None:
        """Show a line over the samples that it is fitted to."""
        self._line, self._model = line, model
        samples = model.samples
        values = line.y[:, 0] if samples is None else samples.y
        low, high = float(values.min()), float(values.max())
        margin = 0.12 * max(high - low, 1e-9)
        places = np.zeros((0, 2)) if samples is None else np.column_stack((samples.x[:, 0], samples.y))
        self.set_plane(
            (float(line.x[0]), float(line.x[-1]), low - margin, high + margin), places, square=False
        )

    def draw_back(self, painter: QPainter, place: QRectF) -> None:
        if self._line is None:
            return
        pen = QPen(blend(self._theme.color("panel"), self._theme.color("accent"), 0.35), 1)
        painter.setPen(pen)
        for x in self._knots()[:, 0].tolist():
            painter.drawLine(QLineF(round(x) + 0.5, place.top(), round(x) + 0.5, place.bottom()))

    def draw_front(self, painter: QPainter, place: QRectF, stamps: Stamps) -> None:
        line = self._line
        if line is None:
            return
        if len(self._places):
            ink = self._theme.color("training")
            stamps.stamp(painter, self.to_pixels(self._places), "train", radius_for(len(self._places)), ink)
        corners = np.clip(self.to_pixels(np.column_stack((line.x, line.y[:, 0]))), -1e5, 1e5)
        shape = QPolygonF([QPointF(x, y) for x, y in corners.tolist()])
        for width, role in ((4.4, "panel"), (2.0, "text")):
            pen = QPen(self._theme.color(role), width)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPolyline(shape)
        painter.setPen(QPen(self._theme.color("panel"), 1.4))
        painter.setBrush(self._theme.color("accent"))
        for x, y in np.clip(self._knots(), -1e5, 1e5).tolist():
            painter.drawEllipse(QPointF(x, y), KNOT_RADIUS, KNOT_RADIUS)

    def _knots(self) -> Array:
        """Return where the knots stand, in pixels (k, 2)."""
        assert self._line is not None
        x = np.array([knot.x for knot in self._line.knots])
        return self.to_pixels(np.column_stack((x, np.interp(x, self._line.x, self._line.y[:, 0]))))

    def key(self) -> Sequence[KeyRow]:
        if self._line is None or self._model is None:
            return ()
        theme, units = self._theme, sum(self._model.widths)
        rows = [
            KeyRow("line", "network", "", theme.color("text")),
            KeyRow("area", "knots", f"{len(self._line.knots)}", theme.color("accent")),
            KeyRow("none", "hidden units", format_count(units)),
        ]
        if self._model.samples is not None:
            rows.append(
                KeyRow("train", "samples", format_count(len(self._model.samples.y)), theme.color("training"))
            )
        return rows

    def describe(self, x: float, y: float, sample: int | None) -> tuple[str, Sequence[ReadoutRow]]:
        line, model = self._line, self._model
        assert line is not None
        assert model is not None
        piece = max(int(np.searchsorted(line.x, x)) - 1, 0)
        piece = min(piece, len(line.x) - 2)
        run = line.x[piece + 1] - line.x[piece]
        slope = (line.y[piece + 1, 0] - line.y[piece, 0]) / run if run > 0 else 0.0
        rows = [
            ReadoutRow(
                "network", format_number(float(np.interp(x, line.x, line.y[:, 0]))), self._theme.color("text")
            ),
            ReadoutRow("slope here", format_number(float(slope))),
        ]
        if line.knots:
            knot = min(line.knots, key=lambda k: abs(k.x - x))
            rows.append(
                ReadoutRow(
                    f"nearest knot, {model.unit_name(knot.node, knot.unit)}",
                    format_number(knot.x),
                    self._theme.color("accent"),
                )
            )
        return f"x {format_number(x)}", rows


class RegionsView(PlaneView):
    """The network of two inputs: each piece of the plane on which it is linear, in the colour of what it says there."""

    _regions: Regions | None = None
    _samples: Samples | None = None
    _rows: tuple[KeyRow, ...] = ()
    _facts: tuple[tuple[str, str], ...] = ()

    def show_regions(
        self,
        regions: Regions,
        model: TheoryModel,
        rows: Sequence[KeyRow],
        facts: Sequence[tuple[str, str]],
    ) -> None:
        """Show regions under the samples, with these rows as the key, and the same in words where the mouse is."""
        self._regions, self._samples, self._rows, self._facts = (
            regions,
            model.samples,
            tuple(rows),
            tuple(facts),
        )
        (x0, y0), (x1, y1) = model.range
        places = np.zeros((0, 2)) if self._samples is None else self._samples.x
        # Not a square: the figures beside it are what the picture is for.
        self.set_plane((float(x0), float(x1), float(y0), float(y1)), places, square=False)

    def draw_back(self, painter: QPainter, place: QRectF) -> None:
        regions = self._regions
        if regions is None or not len(regions):
            return
        theme = self._theme
        limit = max(float(np.nanpercentile(np.abs(regions.values), 90)), 1e-12)
        table = theme.diverging_lut(255)
        with np.errstate(all="ignore"):
            shares = np.nan_to_num(np.clip(regions.values / limit, -1, 1))
        index = ((shares + 1) * 127 + 0.5).astype(int)
        ends = np.cumsum([len(piece) for piece in regions.pieces])
        pixels = np.split(self.to_pixels(np.concatenate(regions.pieces)), ends[:-1])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(blend(theme.color("panel"), theme.color("text"), 0.45), 0.8))
        panel = theme.color("panel")
        for corners, place_in_table in zip(pixels, index.tolist(), strict=True):
            red, green, blue = (int(part) for part in table[place_in_table][:3])
            painter.setBrush(blend(panel, QColor(red, green, blue), 0.7))
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners.tolist()]))

    def draw_front(self, painter: QPainter, place: QRectF, stamps: Stamps) -> None:
        samples = self._samples
        if samples is None:
            return
        points = self.to_pixels(self._places)
        middle = (samples.y.min() + samples.y.max()) / 2
        for above, role in ((False, "training"), (True, "validation")):
            here = (samples.y > middle) == above
            stamps.stamp(painter, points[here][:MOST_MARKS], "train", MARK_RADIUS, self._theme.color(role))

    def key(self) -> Sequence[KeyRow]:
        return self._rows

    def describe(self, x: float, y: float, sample: int | None) -> tuple[str, Sequence[ReadoutRow]]:
        rows = [ReadoutRow("x2", format_number(y))]
        if self._regions is not None:
            inside = [i for i, piece in enumerate(self._regions.pieces) if _contains(piece, x, y)]
            if inside:
                rows.append(
                    ReadoutRow(
                        "network in this region's middle",
                        format_number(float(self._regions.values[inside[0]])),
                    )
                )
                rows.append(ReadoutRow("corners of the region", str(len(self._regions.pieces[inside[0]]))))
        rows += [ReadoutRow(words, figure) for words, figure in self._facts]
        return f"x1 {format_number(x)}", rows


class ErrorsView(PlaneView):
    """The error that is left against the number of hidden units, both on logarithmic axes."""

    _results: tuple[WidthResult, ...] = ()

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._x.log = self._y.log = True

    def show_results(self, results: Sequence[WidthResult]) -> None:
        """Show what is known by now."""
        self._results = tuple(results)
        if not self._results:
            self.set_plane((0.0, 2.0, -3.0, 0.0), np.zeros((0, 2)), square=False)
            return
        units, errors = self._curve("error")
        largest = self._curve("largest")[1]
        low, high = min(errors.min(), largest.min()), max(errors.max(), largest.max())
        extent = (
            min(units.min(), 0.0) - 0.05,
            max(units.max(), 0.3) + 0.1,
            np.floor(low * 2) / 2,
            np.ceil(high * 2) / 2 + 0.01,
        )
        self.set_plane(tuple(map(float, extent)), np.column_stack((units, errors)), square=False)  # type: ignore[arg-type]

    def _curve(self, what: str) -> tuple[Array, Array]:
        units = np.log10([result.units for result in self._results])
        return units, np.log10(np.maximum([getattr(result, what) for result in self._results], 1e-9))

    def draw_front(self, painter: QPainter, place: QRectF, stamps: Stamps) -> None:
        if not self._results:
            return
        for what, role in (("largest", "text_muted"), ("error", "training")):
            points = self.to_pixels(np.column_stack(self._curve(what)))
            painter.setPen(QPen(self._theme.color(role), 1.8))
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points.tolist()]))
            stamps.stamp(painter, points, "train", 3.6, self._theme.color(role))

    def key(self) -> Sequence[KeyRow]:
        if not self._results:
            return ()
        last, theme = self._results[-1], self._theme
        return (
            KeyRow("line", "rms", format_number(last.error), theme.color("training")),
            KeyRow("line", "largest", format_number(last.largest), theme.color("text_muted")),
            KeyRow("none", ""),
            KeyRow("none", "→ units", ""),
            KeyRow("none", "↑ error", ""),
        )

    def describe(self, x: float, y: float, sample: int | None) -> tuple[str, Sequence[ReadoutRow]]:
        if sample is None:
            return f"{format_number(10**x)} units", [ReadoutRow("error", format_number(10**y))]
        result = self._results[sample]
        rows = [
            ReadoutRow("root mean square error", format_number(result.error), self._theme.color("training")),
            ReadoutRow("largest error", format_number(result.largest)),
            ReadoutRow("parameters", format_count(result.parameters)),
        ]
        return f"{result.units} units in each hidden layer", rows


def _contains(piece: Array, x: float, y: float) -> bool:
    """Whether a convex polygon holds a point."""
    edges = np.roll(piece, -1, axis=0) - piece
    sides = edges[:, 0] * (y - piece[:, 1]) - edges[:, 1] * (x - piece[:, 0])
    return bool((sides >= 0).all() or (sides <= 0).all())
