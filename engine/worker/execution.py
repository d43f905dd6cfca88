"""Carrying out a run in the training process, and saying how it ended, whatever happens."""

from __future__ import annotations

import traceback
from pathlib import Path

from engine.compiler.network import compile_design
from engine.core.errors import DataError, GradloomError, TrainingError
from engine.data import DataSet, load
from engine.design.design import Design
from engine.training.finding import Finding
from engine.training.state import RunState
from engine.worker.loop import Loop, weights_of
from engine.worker.process import Line
from engine.worker.progress import LoadingProgress, RunStoppedError
from engine.worker.protocol import Failed, Findings, Finished, Run, SetWatches
from engine.worker.shared import SharedBlock


def execute(run: Run, line: Line, block: SharedBlock, watches: SetWatches | None) -> None:
    """Load the data, compile the design, train. Every end is told by Finished or Failed."""
    loop: Loop | None = None
    try:
        design = run.read_design()
        data = _load(run, design, line)
        network = compile_design(design, seed=run.seed, dtype=run.dtype)
        if run.weights is not None:
            from engine.training.arrays import unpack_arrays

            network.load_weights(unpack_arrays(run.weights))
        loop = Loop(run, network, data, line, block)
        if run.state is not None:
            loop.training.restore(RunState.from_bytes(run.state))
        loop.carry_out(watches)
    except RunStoppedError:
        line.send(Finished(reason="stopped", step=0, epoch=0, seconds=0.0))
    except TrainingError as error:
        _fail_at_step(error, line, loop)
    except GradloomError as error:
        line.send(Failed(message=str(error), node=str(getattr(error, "node", ""))))
    except MemoryError as error:
        message = "There is not enough memory to train this. Choose a smaller batch, fewer samples or smaller layers."
        line.send(Failed(message=message, kind="memory", details=str(error)))
    except Exception as error:  # noqa: BLE001 - the window must hear of every end
        message = f"Training met a fault of its own: {type(error).__name__}: {error}."
        line.send(Failed(message=message, kind="internal", details=traceback.format_exc()))


def _load(run: Run, design: Design, line: Line) -> DataSet:
    if design.data is None:
        raise DataError("The design names no data to train on. Choose a data set in the Data panel.")
    progress = LoadingProgress(line)
    folder = Path(run.folder) if run.folder else None
    return load(design.data, folder=folder, on_progress=progress, allow_download=run.allow_download)


def _fail_at_step(error: TrainingError, line: Line, loop: Loop | None) -> None:
    if loop is None or error.step < 0:
        line.send(Failed(message=str(error), node=error.node))
        return
    training = loop.training
    # The run has put the last good weights back.
    line.send(weights_of(training, "last_good"))
    finding = Finding(
        node=error.node,
        kind="not_finite",
        severity="error",
        message=str(error),
        figures={"step": float(error.step)},
        step=error.step,
    )
    line.send(Findings(error.step, (finding, *loop.last_findings())))
    line.send(
        Failed(
            message=str(error), node=error.node, step=error.step, epoch=training.epoch + 1, kind="not_finite"
        )
    )
