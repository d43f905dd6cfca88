"""fit(): training as a plain generator of snapshots. Whoever iterates decides when to stop: by leaving the loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.compiler.network import Network
from engine.data.dataset import DataSet, Split
from engine.design.settings import TrainingSettings
from engine.training.phased_run import make_run
from engine.training.snapshot import RunControl, Snapshot
from engine.training.state import RunState
from engine.training.stepping import StepObserver

Data = DataSet | Split | tuple[Any, ...]


def fit(
    network: Network,
    data: Data,
    settings: TrainingSettings | None = None,
    *,
    seed: int | None = None,
    state: RunState | None = None,
    control: RunControl | None = None,
    observer: StepObserver | None = None,
) -> Iterator[Snapshot]:
    """Train `network` in place and yield a Snapshot after every step.

    With `use_ema` the network holds the weights themselves between the steps, and their average when the run is over
    or the loop is left.

    Args:
        data: a DataSet (its validation part is used), a Split, (x, y), or (x, y, validation x, validation y).
        settings: epochs, batches, optimizer, ...; the design's own where none are given.
        seed: of the order of the samples; the network's own where none is given. Equal seeds give equal weights.
        state: a run held earlier (`RunControl.capture`), which goes on as if it had never been held.
        control: changes the learning rate between steps, and captures the state.
        observer: looks into some of the steps.

    Raises TrainingError, at the call where the data does not fit the network, and during the run where a loss or
    gradient stops being finite; the network then has the last weights that were good.
    """
    train, validation = split_parts(data)
    run = make_run(
        network,
        train,
        validation,
        network.design.training if settings is None else settings,
        seed=seed,
        observer=observer,
    )
    if state is not None:
        run.restore(state)
    if control is not None:
        control.on_capture = run.capture
    return run.steps(control)


def split_parts(data: Data) -> tuple[Split, Split | None]:
    """Return the training part and the validation part (None where there is none) of what `fit` takes."""
    if isinstance(data, DataSet):
        return data.train, data.validation
    if isinstance(data, Split):
        return data, None
    parts = [dict(part) if isinstance(part, dict) else np.asarray(part) for part in data]
    if len(parts) not in (2, 4):
        raise ValueError(
            f"fit takes (x, y) or (x, y, validation x, validation y). Received: {len(parts)} parts."
        )
    return Split(parts[0], parts[1]), Split(parts[2], parts[3]) if len(parts) == 4 else None
