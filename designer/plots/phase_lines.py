"""The loss of each phase as a line of its own: raw and faint, smoothed and strong."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPoint

from designer.common.color_scales import blend
from designer.common.phase_colors import phase_color, phase_text_color
from designer.common.text import format_count, format_number
from designer.common.theme import Theme
from designer.plots.annotations import LegendEntry
from designer.plots.readout import ReadoutRow
from designer.plots.smoothing import Smoother
from designer.plots.time_plot import TimePlot

if TYPE_CHECKING:
    from designer.training.history import RunHistory
    from designer.training.series import Series

Array = NDArray[Any]


class PhaseLines:
    """Draws the losses of the phases into a plot.

    Attributes:
        least, greatest: the range of what is drawn, NaN where that is nothing.
    """

    def __init__(self, plot: TimePlot, theme: Theme) -> None:
        self._plot, self._theme = plot, theme
        self._raw: list[pg.PlotCurveItem] = []
        self.lines: list[pg.PlotCurveItem] = []
        self._smoothers: dict[str, Smoother] = {}
        self.least = self.greatest = math.nan

    def show(
        self, history: RunHistory | None, start: float, end: float, smoothing: float, *, log: bool
    ) -> None:
        """Draw what lies between two steps; None takes the lines off."""
        losses = {} if history is None else history.phase_losses
        self._make(len(losses))
        found: list[Array] = []
        columns = self._plot.columns
        for (name, series), raw, line in zip(losses.items(), self._raw, self.lines, strict=False):
            assert history is not None
            rows = series.window(start, end)
            step, low, high = series.step[rows], series["loss_low"][rows], series["loss_high"][rows]
            envelope = history.envelope(step, low, high, min(columns, 1_000))
            smooth = self._smoothed(name, series, smoothing, history)[rows]
            x, y = history.thinned(step, smooth, columns)
            if envelope.exact:
                raw.setData(envelope.x, _on_axis(envelope.low, log=log))
            else:
                both = np.column_stack((envelope.low, envelope.high)).ravel()
                raw.setData(np.repeat(envelope.x, 2), _on_axis(both, log=log))
            line.setData(x, _on_axis(y, log=log))
            found += [_within(np.concatenate((envelope.low, envelope.high)), log=log), y]
        for item in (*self._raw[len(losses) :], *self.lines[len(losses) :]):
            item.setData([], [])
        values = np.concatenate(found) if found else np.zeros(0)
        values = values[np.isfinite(values) & ((values > 0) | (not log))]
        self.least = float(values.min()) if len(values) else math.nan
        self.greatest = float(values.max()) if len(values) else math.nan

    def has_negative(self, history: RunHistory) -> bool:
        """Return whether a loss falls below zero, as a critic's does: then no logarithm is of use."""
        return any(bool(np.any(series["loss_low"] < 0)) for series in history.phase_losses.values())

    def legend(self, history: RunHistory, smoothing: float) -> list[LegendEntry]:
        """Return a line of the legend for each phase, with its latest smoothed loss."""
        return [
            LegendEntry(
                name,
                format_number(float(self._smoothed(name, series, smoothing, history)[-1]), fixed=True),
                phase_text_color(self._theme, place),
            )
            for place, (name, series) in enumerate(history.phase_losses.items())
            if len(series)
        ]

    def show_readout(self, history: RunHistory, step: float, smoothing: float) -> None:
        """Show the figures of the phases at a step."""
        rows, at, epoch = [], math.nan, 0
        scalars = history.scalars
        if len(scalars):
            index = int(np.clip(np.searchsorted(scalars.step, step), 0, len(scalars) - 1))
            at, epoch = float(scalars.step[index]), int(scalars["epoch"][index])
        for place, (name, series) in enumerate(history.phase_losses.items()):
            if len(series):
                near = int(np.clip(np.searchsorted(series.step, step), 0, len(series) - 1))
                value = float(self._smoothed(name, series, smoothing, history)[near])
                rows.append(
                    ReadoutRow(name, format_number(value, fixed=True), phase_color(self._theme, place))
                )
        if rows and math.isfinite(at):
            plot = self._plot
            plot.show_cursor(at)
            corner = QPoint(int(plot.x_of(at)), int(plot.place.center().y()))
            plot.readout.show_at(corner, f"step {format_count(int(at))}, epoch {epoch}", rows)

    def restyle(self) -> None:
        """Take the colours of the theme."""
        panel = self._theme.color("panel")
        for place, (raw, line) in enumerate(zip(self._raw, self.lines, strict=True)):
            color = phase_color(self._theme, place)
            raw.setPen(pg.mkPen(blend(panel, color, 0.42 if self._theme.dark else 0.34), width=1))
            line.setPen(pg.mkPen(color, width=2))

    def _make(self, count: int) -> None:
        if len(self.lines) >= count:
            return
        while len(self.lines) < count:
            for items in (self._raw, self.lines):
                item = pg.PlotCurveItem(connect="finite", antialias=True)
                item.setZValue(len(items) + (20 if items is self.lines else 0))
                self._plot.view.addItem(item, ignoreBounds=True)
                items.append(item)
        self.restyle()

    def _smoothed(self, name: str, series: Series, smoothing: float, history: RunHistory) -> Array:
        smoother = self._smoothers.setdefault(name, Smoother())
        key = (name, id(series), series.generation)
        return smoother.smooth(series.step, series["loss"], smoothing, history.plan.total_steps, key)


def _on_axis(values: Array, *, log: bool) -> Array:
    if not log:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log10(values), np.nan)


def _within(raw: Array, *, log: bool) -> Array:
    """Return the raw values that the axis makes room for: a lone spike does not flatten the rest."""
    raw = raw[np.isfinite(raw)]
    if len(raw) > 200 and not log:
        low, high = np.quantile(raw, (0.005, 0.995))
        return np.clip(raw, low - 1.5 * (high - low), high + 1.5 * (high - low))
    return raw
