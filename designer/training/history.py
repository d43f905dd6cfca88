"""What a run has told so far, in NumPy columns: scalars of every step, the epochs, the layers, and what was changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from designer.training.decimation import Envelope, envelope, extremes_kept, thinned
from designer.training.layer_series import LayerSeries
from designer.training.series import Joining, Series

Array = NDArray[Any]

SCALAR_NAMES = ("step", "epoch", "loss", "learning_rate", "metric", "gradient_norm", "seconds", "phase")
"""The columns of the rows that arrive: one row for each step."""
PHASE_COLUMNS: dict[str, Joining] = {"loss": "mean", "loss_low": "least", "loss_high": "greatest"}


@dataclass(frozen=True)
class Epoch:
    """One pass over the training samples: where it ended, what was measured; `validation` is empty where none was."""

    epoch: int
    step: int
    metrics: dict[str, float]
    validation: dict[str, float] = field(default_factory=dict)

    def score(self) -> float:
        """Return what a better epoch has less of: the validation loss, or the training loss where there is none."""
        return self.validation.get("loss", self.metrics.get("loss", np.nan))


@dataclass(frozen=True)
class Mark:
    """A setting that was changed during the run, for the flag on the curves."""

    step: int
    label: str
    detail: str = ""


@dataclass
class Plan:
    """What the run set out to do."""

    epochs: int = 0
    steps_per_epoch: int = 0
    total_steps: int = 0
    batch_size: int = 0
    samples: int = 0
    metric: str = ""
    phases: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    """All figures beside the loss, where the run told them; some are not measured in every epoch."""


class RunHistory:
    """The record of one run. Rows are only added; past its capacity neighbours join and their extremes stay.

    The best epoch is the one of least validation loss (training loss where nothing is validated). It is never joined
    with others or dropped.
    """

    def __init__(self, limit: int = 32_768, epoch_limit: int = 4_096) -> None:
        self._epoch_limit = epoch_limit
        self.plan = Plan()
        self.layers = LayerSeries()
        self.scalars = Series(
            {
                "epoch": "last",
                "loss": "mean",
                "loss_low": "least",
                "loss_high": "greatest",
                "learning_rate": "last",
                "metric": "mean",
                "metric_low": "least",
                "metric_high": "greatest",
                "gradient_norm": "mean",
                "gradient_norm_low": "least",
                "gradient_norm_high": "greatest",
                "seconds": "last",
            },
            limit,
        )
        self._limit = limit
        self.phase_losses: dict[str, Series] = {}
        """The loss of each phase's own steps, by its name; empty for a run without phases."""
        self.epochs: list[Epoch] = []
        self.marks: list[Mark] = []
        self.best: Epoch | None = None
        self.not_finite_step = -1

    @property
    def step(self) -> int:
        """The last step that is known, 0 before the first."""
        last = int(self.scalars.step[-1]) if len(self.scalars) else 0
        return max(last, self.epochs[-1].step if self.epochs else 0)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been told yet."""
        return not len(self.scalars) and not self.epochs

    def add_rows(self, rows: Array) -> None:
        """Add rows of scalars, one for each step, with the columns of `SCALAR_NAMES`."""
        if not len(rows):
            return
        table = dict(zip(SCALAR_NAMES, np.asarray(rows, float).T, strict=False))
        bad = ~np.isfinite(table["loss"])
        if bad.any() and self.not_finite_step < 0:
            self.not_finite_step = int(table["step"][np.argmax(bad)])
        columns = {name: table[name] for name in ("epoch", "learning_rate", "seconds")}
        for name in ("loss", "metric", "gradient_norm"):
            values = np.where(np.isfinite(table[name]), table[name], np.nan)
            columns |= {name: values, f"{name}_low": values, f"{name}_high": values}
        self.scalars.append(table["step"], columns)
        for place, name in enumerate(self.plan.phases if "phase" in table else ()):
            own = table["phase"] == place
            losses = {key: columns[key][own] for key in PHASE_COLUMNS}
            if name not in self.phase_losses:
                self.phase_losses[name] = Series(PHASE_COLUMNS, self._limit)
            self.phase_losses[name].append(table["step"][own], losses)

    def add_epoch(self, epoch: Epoch) -> None:
        """Add an epoch that has ended. Epoch 0 is the state before the first step."""
        self.epochs.append(epoch)
        score = epoch.score()
        if self.plan.phases:  # losses that pull against one another have no best
            score = np.nan
        if epoch.epoch > 0 and np.isfinite(score) and (self.best is None or score < self.best.score()):
            self.best = epoch
        if len(self.epochs) > self._epoch_limit:
            self._thin_epochs()

    def add_mark(self, mark: Mark) -> None:
        """Add a flag. One at the same step replaces the one before: a slider that is dragged changes many times."""
        if self.marks and self.marks[-1].step == mark.step:
            self.marks.pop()
        self.marks.append(mark)

    def cut(self, step: int) -> None:
        """Forget what came after a step: the run goes on from there."""
        if step >= self.step:
            return
        for series in (self.scalars, *self.phase_losses.values()):
            series.cut(step)
        self.layers.cut(step)
        self.epochs = [epoch for epoch in self.epochs if epoch.step <= step]
        self.marks = [mark for mark in self.marks if mark.step <= step]
        self.not_finite_step = -1
        scored = [epoch for epoch in self.epochs if epoch.epoch > 0 and np.isfinite(epoch.score())]
        scored = [] if self.plan.phases else scored
        self.best = min(scored, key=Epoch.score, default=None)

    def begin_layers(self, layers: tuple[str, ...]) -> None:
        """Start the observations of the layers with these ids, from input to output; the same layers go on."""
        if layers != self.layers.layers:
            self.layers = LayerSeries(layers)

    def epoch_values(self, name: str, *, validation: bool) -> tuple[Array, Array]:
        """Return (steps, values) of a figure measured at the ends of epochs, where it was measured."""
        rows = [
            (epoch.step, values[name])
            for epoch in self.epochs
            if name in (values := epoch.validation if validation else epoch.metrics)
        ]
        table = np.array(rows, float).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    def metric_names(self) -> tuple[str, ...]:
        """Return the figures beside the loss that the epochs tell, in order."""
        names = dict.fromkeys(name for name in (self.plan.metric, *self.plan.metrics) if name)
        for epoch in (*self.epochs[:1], *self.epochs[-1:]):
            names |= dict.fromkeys((*epoch.metrics, *epoch.validation))
        return tuple(name for name in names if name not in ("loss", "learning_rate"))

    @staticmethod
    def envelope(x: Array, low: Array, high: Array, points: int) -> Envelope:
        """Return at most `points` places of a curve with its extremes; for plots."""
        return envelope(x, low, high, points)

    @staticmethod
    def thinned(x: Array, values: Array, points: int) -> tuple[Array, Array]:
        """Return at most `points` places of a smooth curve; for plots."""
        return thinned(x, values, points)

    def _thin_epochs(self) -> None:
        scores = np.array([epoch.score() for epoch in self.epochs])
        best = self.epochs.index(self.best) if self.best in self.epochs else -1
        self.epochs = [self.epochs[index] for index in extremes_kept(scores, self._epoch_limit // 2, best)]
