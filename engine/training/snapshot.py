"""What `fit` yields after every step, and how a run is steered meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from engine.training.state import RunState


class Snapshot(msgspec.Struct):
    """The state of a run after a step. All figures are this object's own: a later step does not change them.

    `step` and `epoch` count from 1. `loss` is the batch's, before the step moved the weights; `metrics` are means over
    the epoch so far, "loss" first, then the metrics (measured every few batches; exact when `epoch_ended`).
    `gradient_norm` is the Euclidean norm of the whole gradient, before clipping. `validation` is None where it was not
    measured at this step. `stopped` tells why the run ends with this step ("epochs", "patience", "gradient_norm"), ""
    while it goes on; `restored_epoch` is the epoch whose weights were then put back, 0 where the last ones stand.
    `phase` is the name of the phase whose step it was, "" where the design has none.
    `seconds` is the time since the run began, with what the caller did between the steps.
    """

    step: int
    epoch: int
    steps_per_epoch: int
    total_steps: int
    loss: float
    learning_rate: float
    gradient_norm: float
    metrics: dict[str, float]
    epoch_ended: bool
    seconds: float
    validation: dict[str, float] | None = None
    stopped: str = ""
    restored_epoch: int = 0
    phase: str = ""

    @property
    def metric(self) -> float:
        """The first figure beside the loss, NaN where there is none."""
        for name, value in self.metrics.items():
            if name != "loss":
                return value
        return float("nan")


class RunControl:
    """Steers a run from between its steps.

    `learning_rate`: set it to change the rate: from the next step on it is this, and the schedule goes on from there.
    """

    def __init__(self) -> None:
        self.learning_rate: float | None = None
        self.on_capture: Callable[[], RunState] | None = None

    def capture(self) -> RunState:
        """Return the whole state of the run, with which `fit(..., state=...)` goes on bit for bit."""
        if self.on_capture is None:
            raise RuntimeError("RunControl.capture: pass this control to fit() first.")
        return self.on_capture()
