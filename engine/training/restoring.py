"""Capturing the state of a run, and putting it back after checking that it belongs there."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import FileFormatError, TrainingError
from engine.core.random import restore
from engine.schedules.base import Response
from engine.training.history import History
from engine.training.state import RunState

if TYPE_CHECKING:
    from engine.training.run import TrainingRun

Array = NDArray[Any]


def capture_run(run: TrainingRun) -> RunState:
    """Return everything that a run needs to go on bit for bit."""
    meter_facts, arrays = run.meter.state()
    best_facts, best_arrays = run.best.state()
    vector, statistics = run.best.before_restore or (
        run.network.parameter_vector,
        run.network.store.statistics,
    )
    if run.average is not None:
        vector = vector if run.average.raw is None else run.average.raw
        arrays["average"] = run.average.vector.copy()
    arrays |= {"vector": vector.copy(), "statistics": statistics.copy(), **best_arrays}
    arrays |= {f"slot/{name}": slot.copy() for name, slot in run.slots().items()}
    arrays |= {f"history/{name}": column for name, column in run.history.to_arrays().items()}
    facts = {
        "step": run.step,
        "epoch": run.epoch,
        "position": run.position,
        "samples": run.samples,
        "optimizer": run.optimizer_names,
        "optimizer_steps": [updater.steps for updater in run.updaters.values()],
        "learning_rate": run.learning_rate,
        "seconds": run.seconds,
        "norm_squares": run._norm_squares,
        "schedule": run.schedule.NAME,
        "response": run.response.to_data(),
        "average_steps": 0 if run.average is None else run.average.steps,
        "shuffle": run._shuffle_state,
        "streams": run.network.random_states(),
        "meter": meter_facts,
        "best": best_facts,
    }
    return RunState(facts, arrays)


def restore_run(run: TrainingRun, state: RunState) -> None:
    """Put `state` into `run`. Raises TrainingError, before anything is changed, where it belongs to another run."""
    facts, arrays = state.facts, state.arrays
    _check(run, state)
    try:
        history = History.from_arrays(
            {
                name.removeprefix("history/"): array
                for name, array in arrays.items()
                if name.startswith("history/")
            }
        )
        restore(copy.deepcopy(run._shuffle), facts["shuffle"])
        run.network.restore_random_states(facts["streams"])
        run._shuffle_state = dict(facts["shuffle"])
        run.best.load(facts["best"], arrays)
        run.meter.restore(facts["meter"], arrays, run.network.plan(run.batch, True))
        run.epoch, run.position, run.step = int(facts["epoch"]), int(facts["position"]), int(facts["step"])
        run.seconds, run._norm_squares = float(facts["seconds"]), float(facts["norm_squares"])
        run.learning_rate = float(facts["learning_rate"])
        steps = facts["optimizer_steps"]
        counts = [int(steps)] if isinstance(steps, int) else [int(count) for count in steps]
        for updater, count in zip(run.updaters.values(), counts, strict=True):
            updater.steps = count
        # What another schedule made of the run is not this one's doing.
        response = facts.get("response", {}) if facts.get("schedule") == run.schedule.NAME else {}
        run.response = Response.validated(response)
        if run.average is not None:
            run.average.load(int(facts.get("average_steps", 0)), arrays)
    except (KeyError, TypeError, ValueError, FileFormatError) as error:
        raise TrainingError(f"The held run can't go on: its state is damaged ({error}).") from error
    run.history = history
    run.network.parameter_vector[...] = arrays["vector"]
    run.network.store.statistics[...] = arrays["statistics"]
    for name, slot in run.slots().items():
        slot[...] = arrays[f"slot/{name}"]
    run.keep_good()


def _check(run: TrainingRun, state: RunState) -> None:
    facts, arrays = state.facts, state.arrays
    if facts.get("samples") != run.samples:
        raise TrainingError(
            f"The held run was on {facts.get('samples')} training samples, but there are {run.samples} now: "
            "it can't go on where it was. Start a new run from its weights."
        )
    if facts.get("optimizer") != run.optimizer_names:
        raise TrainingError(
            f"The held run was by {facts.get('optimizer')}, but the optimizer is {run.optimizer_names} now: "
            "it can't go on where it was. Start a new run from its weights."
        )
    wanted = {"vector": run.network.parameter_vector, "statistics": run.network.store.statistics}
    wanted |= {f"slot/{name}": slot for name, slot in run.slots().items()}
    for name, array in wanted.items():
        found = arrays.get(name)
        if found is None or found.shape != array.shape or found.dtype.kind != np.dtype(array.dtype).kind:
            raise TrainingError(
                "The held run belongs to a network of other layers or sizes: start a new run from its weights."
            )
