"""The loss over the run: training and validation, the metric beside it, the best epoch, and what was changed when."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout

from designer.common.color_scales import blend
from designer.common.text import format_count, format_number, format_percent
from designer.plots.annotations import (
    BOTTOM_LEFT,
    BOTTOM_RIGHT,
    TOP_LEFT,
    TOP_RIGHT,
    Corner,
    LegendEntry,
    draw_best,
    draw_flags,
    draw_legend,
    draw_notice,
    legend_patch,
)
from designer.plots.empty_state import Teaching, sketch_curve
from designer.plots.loss_curves import Curves, LossCurves, padded
from designer.plots.panel_base import LivePanel
from designer.plots.panel_header import OptionButton, SegmentedControl
from designer.plots.phase_lines import PhaseLines
from designer.plots.readout import ReadoutRow
from designer.plots.smoothing_button import SmoothingButton
from designer.plots.time_plot import TimePlot

SHARES = ("accuracy", "precision", "recall", "f1", "auc", "sample_quality", "sample_coverage")
"""Metrics (or endings of their names) that are shares of one, and are written in percent."""
ABBREVIATIONS = {
    "mean_absolute_error": "MAE",
    "mean_squared_error": "MSE",
    "root_mean_squared_error": "RMSE",
    "r2_score": "R²",
    "sequence_accuracy": "Exact",
    "free_accuracy": "Free",
    "free_sequence_accuracy": "Free exact",
    "free_mean_absolute_error": "Free MAE",
    "sample_quality": "Quality",
    "sample_modes": "Modes",
    "sample_precision": "Precision",
    "sample_coverage": "Coverage",
}
FEW_POINTS = 40
"""Up to so many epochs each one gets its dot."""

NOTHING_BUT_ZERO = (-8.0, 0.0)
"""Exponents of a logarithmic axis on which everything is 0."""


class LossPanel(LivePanel):
    """Loss or a metric: the raw line faint under the smoothed one, and the validation at the ends of epochs."""

    TITLE: ClassVar[str] = "Loss"
    NAME: ClassVar[str] = "loss"

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._curves = LossCurves()
        self._shown: Curves | None = None
        self._floor = math.nan
        self._build()
        self.restyle()
        session = self.session
        session.history_changed.connect(self.refresh)
        session.state_changed.connect(self.refresh)

    def _build(self) -> None:
        self._quantity = SegmentedControl(
            (("loss", "Loss", "Show the loss"),), self.theme, self, heading=True
        )
        self._log = OptionButton("log", "Logarithmic values", self.theme, self)
        self._log.setCheckable(True)
        self._log.setChecked(True)
        self._unit = OptionButton("epochs", "Show steps or epochs along the axis", self.theme, self)
        self._smoothing = SmoothingButton(self.theme, parent=self)
        self.header.set_tabs(self._quantity, shown=False)
        for widget in (self._smoothing, self._log, self._unit):
            self.header.add(widget)
        self.plot = TimePlot(self.theme, log=True, parent=self.content)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot)
        self._raw, self._smooth, self._validation = (
            pg.PlotCurveItem(connect="finite", antialias=True) for _ in range(3)
        )
        self._phases = PhaseLines(self.plot, self.theme)
        self._dots = pg.ScatterPlotItem(size=6, pxMode=True)
        for item in (self._raw, self._smooth, self._validation, self._dots):
            self.plot.view.addItem(item, ignoreBounds=True)
        self.plot.foreground.append(self._draw_foreground)
        self._quantity.chosen.connect(self._on_option_changed)
        self._log.toggled.connect(self._on_option_changed)
        self._smoothing.changed.connect(self._on_option_changed)
        self._unit.clicked.connect(self._on_unit_clicked)
        self.plot.window_changed.connect(self.refresh)
        self.plot.following_changed.connect(self._on_option_changed)
        self.plot.hovered.connect(self._on_hovered)

    # ------------------------------------------------------------------ what is shown

    @property
    def quantity(self) -> str:
        """What is shown: "loss" or the name of a metric."""
        return self._quantity.key or "loss"

    @property
    def log(self) -> bool:
        """Whether the values' axis is logarithmic; shares of one never are, nor losses below zero."""
        return self._log.isChecked() and not self._is_share and not self._below_zero

    @property
    def _in_phases(self) -> bool:
        return self.quantity == "loss" and bool(self.session.history.phase_losses)

    @property
    def _below_zero(self) -> bool:
        return self._in_phases and self._phases.has_negative(self.session.history)

    @property
    def _is_share(self) -> bool:
        return self.quantity.endswith(SHARES)

    def teaching(self) -> Teaching | None:
        if not self.session.history.is_empty:
            return None
        if self.session.state in ("starting", "running"):
            return Teaching(
                "The first steps are being taken", "The curve begins with the first step.", sketch_curve
            )
        return Teaching(
            "No run yet",
            "Press Train (F5): the training loss is drawn at every step, the validation loss after every epoch.",
            sketch_curve,
        )

    def draw(self) -> None:
        history = self.session.history
        self._offer_metrics()
        self.plot.follow(history.step, history.plan.total_steps)
        per_epoch = history.plan.steps_per_epoch
        wide = self.plot.window[1] - self.plot.window[0] >= 2 * per_epoch
        in_epochs = self._unit.text() == "epochs" and per_epoch > 0 and wide
        self.plot.x_scale.unit_size = float(per_epoch) if in_epochs else 1.0
        self.plot.x_scale.unit_name = "epochs" if in_epochs else "steps"
        self.plot.y_scale.log = self.log
        start, end = self.plot.window
        smoothing = self._smoothing.value
        self._phases.show(history if self._in_phases else None, start, end, smoothing, log=self.log)
        if self._in_phases:
            self._shown = None
            for item in (self._raw, self._smooth, self._validation):
                item.setData([], [])
            self._dots.setData(x=[], y=[])
            self.plot.viewport().update()
            return
        shown = self._curves.between(history, self.quantity, start, end, self.plot.columns, smoothing)
        self._shown = shown
        self._floor = self._range()[0]
        self._raw.setData(*_zigzag(shown, self._y))
        line = shown.smooth_x, shown.smooth_y
        if not len(shown.smooth_x):
            line = shown.train_epochs_x, shown.train_epochs_y
        self._smooth.setData(line[0], self._y(line[1]))
        self._validation.setData(shown.validation_x, self._y(shown.validation_y))
        self._set_dots(shown, line)
        self.plot.viewport().update()

    def set_ranges(self) -> None:
        self.plot.set_y_range(*self._range())

    def restyle(self) -> None:
        theme = self.theme
        training, panel = theme.color("training"), theme.color("panel")
        # Solid mixed colours: translucent lines would show every joint.
        self._raw.setPen(pg.mkPen(blend(panel, training, 0.42 if theme.dark else 0.34), width=1))
        self._smooth.setPen(pg.mkPen(training, width=2))
        self._validation.setPen(pg.mkPen(theme.color("validation"), width=2))
        self._phases.restyle()
        self.plot.restyle()

    def table(self) -> tuple[list[str], list[list[object]]]:
        history = self.session.history
        scalars = history.scalars
        names = ["step", "epoch", "loss", "loss_least", "loss_greatest", "learning_rate"]
        columns = [scalars.step, scalars["epoch"], scalars["loss"], scalars["loss_low"], scalars["loss_high"]]
        columns += [scalars["learning_rate"]]
        if history.plan.metric:
            names.append(history.plan.metric)
            columns.append(scalars["metric"])
        rows: list[list[object]] = [list(row) for row in zip(*(c.tolist() for c in columns), strict=True)]
        figures = ["loss", *history.metric_names()]
        names += [f"val_{name}" for name in figures]
        at_step = {int(row[0]): row for row in rows}  # type: ignore[call-overload]  # the first column is the step
        for row in rows:
            row += [math.nan] * len(figures)
        for epoch in history.epochs:
            if epoch.step not in at_step:
                at_step[epoch.step] = [epoch.step, epoch.epoch, *[math.nan] * (len(names) - 2)]
                rows.append(at_step[epoch.step])
            row = at_step[epoch.step]
            row[-len(figures) :] = [epoch.validation.get(name, math.nan) for name in figures]
        rows.sort(key=lambda row: row[0])  # type: ignore[arg-type, return-value]
        return names, rows

    # ------------------------------------------------------------------ details

    def _range(self) -> tuple[float, float]:
        """Return the range of the values' axis for what is shown, NaN where that is nothing."""
        if self._in_phases and math.isfinite(self._phases.least):
            return padded(self._phases.least, self._phases.greatest, log=self.log)
        if self._shown is None:
            return math.nan, math.nan
        low, high = self._curves.range_of(self._shown, log=self.log)
        if math.isfinite(low):
            return padded(low, high, log=self.log, unit_interval=self._is_share)
        return NOTHING_BUT_ZERO if self.log else (math.nan, math.nan)

    def _y(self, values: Any) -> Any:
        """Return where values stand on the axis. No logarithm is that of 0: it is drawn at the axis' floor."""
        if not self.log:
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(values > 0, np.log10(values), np.where(values == 0, self._floor, np.nan))

    def _set_dots(self, shown: Curves, line: tuple[Any, Any]) -> None:
        x, y, brushes = [], [], []
        for points, role in (
            ((shown.validation_x, shown.validation_y), "validation"),
            (line if len(line[0]) <= 5 else (line[0][:0], line[1][:0]), "training"),
        ):
            if len(points[0]) <= FEW_POINTS:
                good = np.isfinite(self._y(points[1]))
                x += points[0][good].tolist()
                y += self._y(points[1])[good].tolist()
                brushes += [pg.mkBrush(self.theme.color(role))] * int(good.sum())
        self._dots.setData(x=x, y=y, brush=brushes, pen=pg.mkPen(None), size=5)

    def _offer_metrics(self) -> None:
        names = ("loss", *self.session.history.metric_names())
        tips = [(name, label_of(name), f"Show the {name.replace('_', ' ')}") for name in names[:3]]
        self.header.set_tabs(self._quantity, shown=len(tips) > 1)
        if [key for key, _, _ in tips] != self._quantity.keys:
            self._quantity.set_choices(tips)
        self._log.setEnabled(not self._is_share)

    def _words(self, value: float) -> str:
        return format_percent(value) if self._is_share else format_number(value, fixed=True)

    def _draw_foreground(self, painter: QPainter) -> None:
        history, theme, plot = self.session.history, self.theme, self.plot
        draw_flags(painter, plot, theme, [(mark.step, mark.label) for mark in history.marks])
        best = history.best
        if best is not None and len(history.epochs) > 1:
            validated = self.quantity in best.validation
            figures = best.validation if validated else best.metrics
            value = float(self._y(np.float64(figures.get(self.quantity, np.nan))))
            role = "validation" if validated else "training"
            draw_best(painter, plot, theme, best.step, value, theme.color(role))
        if history.not_finite_step >= 0:
            text = f"✕ not a number from step {format_count(history.not_finite_step)}"
            draw_notice(painter, plot, theme, text, "failing", history.not_finite_step)
        draw_legend(painter, plot, theme, self.legend(), corner=self._legend_corner())

    def _legend_corner(self) -> Corner:
        """Return the corner where the legend covers the curves least; the usual ones go first."""
        right = [TOP_RIGHT, BOTTOM_RIGHT]
        corners = [*(right[::-1] if self._is_share else right), BOTTOM_LEFT, TOP_LEFT]
        # One place more or less does not make it jump.
        return min(corners, key=lambda corner: self._crowd(corner) // 2)

    def _crowd(self, corner: Corner) -> int:
        """Return at how many of 24 places per curve a legend in a corner would cover it."""
        plot, count = self.plot, 0
        patch = legend_patch(plot, self.legend(), corner)
        columns = np.linspace(plot.step_at(patch.left()), plot.step_at(patch.right()), 24)
        for item in (self._smooth, self._validation, *self._phases.lines):
            x, y = item.getData()
            if x is not None and len(x):
                heights = np.interp(columns, x, y, left=np.nan, right=np.nan)
                rows = [plot.y_of(height) for height in heights]
                count += sum(patch.top() - 3 <= row <= patch.bottom() + 3 for row in rows)
        return count

    def legend(self) -> list[LegendEntry]:
        """Return the legend: the lines, with their latest values, and the best epoch."""
        history, theme, entries = self.session.history, self.theme, []
        if self._in_phases:
            return self._phases.legend(history, self._smoothing.value)
        column = self._curves.column_of(history, self.quantity)
        if column and len(history.scalars):
            value = float(self._curves.smoothed(history, column, self._smoothing.value)[-1])
            entries.append(LegendEntry("train", self._words(value), theme.color("training_text")))
        elif history.epochs and self.quantity in history.epochs[-1].metrics:
            value = history.epochs[-1].metrics[self.quantity]
            entries.append(LegendEntry("train", self._words(value), theme.color("training_text")))
        _, values = history.epoch_values(self.quantity, validation=True)
        if len(values):
            text = self._words(float(values[-1]))
            entries.append(LegendEntry("validation", text, theme.color("validation_text")))
        if history.best is not None and len(history.epochs) > 1:
            entries.append(
                LegendEntry("best epoch", format_count(history.best.epoch), theme.color("healthy_text"))
            )
        return entries

    def _on_hovered(self, step: float) -> None:
        history = self.session.history
        scalars = history.scalars
        if self._in_phases:
            self._phases.show_readout(history, step, self._smoothing.value)
            return
        column = self._curves.column_of(history, self.quantity)
        if not len(scalars) or not column:
            return
        index = int(np.clip(np.searchsorted(scalars.step, step), 0, len(scalars) - 1))
        if index and step - scalars.step[index - 1] < scalars.step[index] - step:
            index -= 1
        at = float(scalars.step[index])
        low, high = float(scalars[f"{column}_low"][index]), float(scalars[f"{column}_high"][index])
        raw = self._words(low) if low == high else f"{self._words(low)} to {self._words(high)}"
        smooth = float(self._curves.smoothed(history, column, self._smoothing.value)[index])
        rows = [
            ReadoutRow("train", self._words(smooth), self.theme.color("training")),
            ReadoutRow("this step" if low == high else "these steps", raw),
        ]
        steps, values = history.epoch_values(self.quantity, validation=True)
        if len(steps):
            near = int(np.argmin(np.abs(steps - at)))
            epoch = next(e.epoch for e in history.epochs if e.step == steps[near])
            words = f"{self._words(float(values[near]))} (epoch {epoch})"
            rows.append(ReadoutRow("validation", words, self.theme.color("validation")))
        rate = float(scalars["learning_rate"][index])
        if math.isfinite(rate):
            rows.append(ReadoutRow("learning rate", format_number(rate)))
        rows += [
            ReadoutRow("changed", m.label) for m in history.marks if abs(plot_gap(self.plot, m.step, at)) < 6
        ]
        heading = f"step {format_count(int(at))}, epoch {int(scalars['epoch'][index])}"
        self.plot.show_cursor(at)
        place = QPoint(int(self.plot.x_of(at)), int(self.plot.place.center().y()))
        self.plot.readout.show_at(place, heading, rows)

    def _on_option_changed(self, *_: object) -> None:
        if self.isVisible():
            self.draw_now()

    def _on_unit_clicked(self) -> None:
        self._unit.setText("steps" if self._unit.text() == "epochs" else "epochs")
        self._on_option_changed()


def label_of(name: str) -> str:
    """Return a figure's name as a tab has room for it: mean_absolute_error gives "MAE"."""
    known = {"accuracy": "Accuracy", **ABBREVIATIONS}
    for ending in sorted(known, key=len, reverse=True):
        if name.endswith(ending):  # of several outputs each figure has the Output's name before it
            return known[ending]
    return name.replace("_", " ").capitalize()


def plot_gap(plot: TimePlot, first: float, second: float) -> float:
    """Return how many pixels lie between two steps."""
    return plot.x_of(first) - plot.x_of(second)


def _zigzag(shown: Curves, to_axis: Any) -> tuple[Any, Any]:
    raw = shown.raw
    if raw.exact:
        return raw.x, to_axis(raw.low)
    return np.repeat(raw.x, 2), np.column_stack((to_axis(raw.low), to_axis(raw.high))).ravel()
