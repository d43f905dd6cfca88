"""The curves of a run in a file, and back: the engine's table of epochs, and a row for every step beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from designer.training.history import Epoch, Plan, RunHistory
from designer.training.phase_curves import phase_columns, phase_names, restore_phases

if TYPE_CHECKING:
    from engine.training.history import History

Array = NDArray[Any]
FACTS = ("epoch", "step", "learning_rate", "seconds")
VALIDATION = "val_"
STEP, COUNT = "step", "count"


def stored_steps(history: RunHistory, last_step: int) -> dict[str, Array]:
    """Return the curves up to a step by name, as a file holds them: "step", "count", "loss", "loss_low", ...

    `count` is how many steps a row stands for. All but the steps are written in single precision.
    """
    series = history.scalars
    rows = slice(0, int(np.searchsorted(series.step, last_step, "right")))
    if not rows.stop:
        return {}
    steps = {STEP: series.step[rows].copy(), COUNT: series.count[rows].astype(np.float32)}
    with np.errstate(over="ignore"):
        columns = {name: series[name][rows].astype(np.float32) for name in series.names}
        return steps | columns | phase_columns(history, steps[STEP])


def restored_history(stored: History) -> RunHistory:
    """Return the record of a run that a file holds. Where the file has no curves of every step, the epochs make them.

    Curves that can't be right (other lengths, steps that don't ascend) are left out: the epochs tell enough.
    """
    history = RunHistory()
    phases = phase_names(stored.steps)
    history.plan = Plan(phases=phases)
    figures = [name for name in stored.names if name not in FACTS]
    metrics = [name for name in figures if not name.startswith(VALIDATION)]
    for row in stored.rows():
        history.add_epoch(
            Epoch(
                epoch=int(row["epoch"]),
                step=int(row["step"]),
                metrics={name: row[name] for name in metrics if name in row},
                validation={
                    name.removeprefix(VALIDATION): row[name]
                    for name in figures
                    if name.startswith(VALIDATION) and name in row
                },
            )
        )
    if phases:  # what is measured at every step first, then the figures of the samples, the losses last
        metrics.sort(
            key=lambda name: (name.endswith("_loss"), not name.endswith("accuracy"), name != "sample_quality")
        )
    metric = next((name for name in metrics if name != "loss"), "")
    steps = dict(stored.steps) if _is_sound(stored.steps) else _steps_of_epochs(stored, metric)
    if steps:
        step, count = steps.pop(STEP), steps.pop(COUNT, None)
        restore_phases(history, step, steps)
        known = {name: steps[name] for name in history.scalars.names if name in steps}
        history.scalars.restore(step, np.ones(len(step)) if count is None else count, known)
    last = history.epochs[-1] if history.epochs else None
    if last is not None and last.epoch > 0:
        per_epoch = max(round(last.step / last.epoch), 1)
        history.plan = Plan(
            epochs=last.epoch,
            steps_per_epoch=per_epoch,
            total_steps=max(last.epoch * per_epoch, history.step),
            metric=metric,
            phases=phases,
            metrics=tuple(name for name in metrics if name != "loss") if phases else (),
        )
    return history


def _is_sound(steps: Mapping[str, Array]) -> bool:
    step = steps.get(STEP)
    if step is None or step.ndim != 1 or not len(step) or not np.isfinite(step).all():
        return False
    count = steps.get(COUNT)
    counted = count is None or bool(np.all((count >= 1) & (count < 2**60)))
    same = all(array.shape == step.shape and array.dtype.kind in "fiu" for array in steps.values())
    return same and counted and bool((np.diff(step) > 0).all())


def _steps_of_epochs(stored: History, metric: str) -> dict[str, Array]:
    """Return curves with a row for each epoch: the means over it, at its end."""
    if not len(stored) or "loss" not in stored.names:
        return {}
    steps = {name: stored.column(name) for name in FACTS}
    if not bool((np.diff(steps[STEP]) > 0).all()):
        return {}
    for name, column in (("loss", "loss"), ("metric", metric)):
        if column in stored.names:
            values = stored.column(column)
            steps |= {name: values, f"{name}_low": values, f"{name}_high": values}
    return steps
