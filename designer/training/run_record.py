"""What one run has told: its history, where it is, what was found. Plain data, no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from designer.training.history import SCALAR_NAMES, Epoch, Mark, Plan, RunHistory
from designer.training.layer_series import QUANTITIES
from designer.training.progress import Progress, Speedometer
from designer.training.stored_history import restored_history

_STEP, _EPOCH, _SECONDS, _PHASE = (SCALAR_NAMES.index(name) for name in ("step", "epoch", "seconds", "phase"))


class ActivationFigures(NamedTuple):
    """A layer's outputs in four numbers; the shares are of 1, NaN where one is not known."""

    mean: float
    std: float
    dead: float
    saturated: float


class RunRecord:
    """Takes rows, observations and events as they arrive."""

    def __init__(self) -> None:
        self.history = RunHistory()
        self.progress = Progress()
        self.findings: tuple[Any, ...] = ()
        self.observation: Any = None
        self.views_cost = 0.0
        self.layer_ids: tuple[str, ...] = ()
        self.activations: dict[str, ActivationFigures] = {}
        """What each layer with an activation puts out, as last observed, by node id."""
        self.preprocessing: Any = None
        """How the samples became what the network sees (a Preprocessing); it goes into the file with the weights."""
        self._speed = Speedometer()

    @classmethod
    def of_file(cls, stored: Any) -> RunRecord:
        """Return the record of the run whose History a file holds."""
        record = cls()
        record.history = history = restored_history(stored)
        plan, last = history.plan, history.epochs[-1].epoch if history.epochs else 0
        record.progress = Progress(history.step, plan.total_steps, last, plan.epochs, plan.steps_per_epoch)
        return record

    def begin(self, event: Any) -> None:
        """Note what a run that has started set out to do."""
        self.layer_ids = tuple(layer.node_id for layer in event.layers if layer.parameters)
        self.history.begin_layers(self.layer_ids)
        self.history.plan = Plan(
            epochs=event.epochs,
            steps_per_epoch=event.steps_per_epoch,
            total_steps=event.total_steps,
            batch_size=event.batch_size,
            samples=event.samples,
            metric=event.metrics[0] if event.metrics else "",
            phases=tuple(event.phases),
            metrics=tuple(event.metrics),
        )
        self.preprocessing = event.preprocessing

    def take_rows(self, rows: NDArray[Any]) -> None:
        """Add rows of scalars and work out the progress."""
        self._speed.add(int(rows[0, _STEP]), float(rows[0, _SECONDS]))
        self._speed.add(int(rows[-1, _STEP]), float(rows[-1, _SECONDS]))
        self.history.add_rows(rows)
        plan, speed = self.history.plan, self._speed.steps_per_second()
        step = int(rows[-1, _STEP])
        self.progress = Progress(
            step=step,
            total_steps=plan.total_steps,
            epoch=int(rows[-1, _EPOCH]),
            epochs=plan.epochs,
            steps_per_epoch=plan.steps_per_epoch,
            seconds=float(rows[-1, _SECONDS]),
            seconds_left=max(plan.total_steps - step, 0) / speed if plan.total_steps else float("nan"),
            steps_per_second=speed,
            phase=int(rows[-1, _PHASE]) if rows.shape[1] > _PHASE else 0,
            samples_per_second=speed * plan.batch_size if plan.batch_size else float("nan"),
        )

    def take_observation(self, observation: Any) -> None:
        """Add what was observed at the layers."""
        self.observation = observation
        self.views_cost = float(getattr(observation, "cost", 0.0) or 0.0)
        self.activations = {
            node_id: _figures(stats) for node_id, stats in (observation.activations or {}).items()
        }
        quantities: dict[str, Mapping[str, float]] = {
            name: _by_node(getattr(observation, name, None), self.layer_ids) for name in QUANTITIES
        }
        self.history.layers.append(observation.step, quantities)

    def take_epoch(self, event: Any) -> None:
        """Add an epoch that has ended."""
        metrics, validation = dict(event.metrics or {}), dict(event.validation or {})
        self.history.add_epoch(Epoch(event.epoch, event.step, metrics, validation))

    def take_change(self, step: int, what: str, old: float, new: float) -> None:
        """Flag a setting that was changed during the run."""
        if not np.isclose(old, new, rtol=1e-12):
            self.history.add_mark(Mark(step, f"{what} {old:.3g} → {new:.3g}"))


def _by_node(values: Any, layers: tuple[str, ...]) -> Mapping[str, float]:
    if values is None:
        return {}
    if isinstance(values, Mapping):
        return values
    return dict(zip(layers, (float(value) for value in values), strict=False))


def _figures(stats: Any) -> ActivationFigures:
    names = ActivationFigures._fields
    parts = (
        dict(stats) if isinstance(stats, Mapping) else {name: getattr(stats, name, None) for name in names}
    )
    return ActivationFigures(*(float("nan" if (part := parts.get(name)) is None else part) for name in names))
