"""gradloom train FILE_OR_TEMPLATE: train a design without a window."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.compiler.network import Network
    from engine.data import DataSet
    from engine.design import TrainingSettings
    from engine.training import History, RunControl, RunState, Snapshot
    from engine.training.archive import Archive


def train(
    file: Annotated[str, typer.Argument(help="A design, or a template's name.", metavar="FILE_OR_TEMPLATE")],
    data: Annotated[
        str | None, typer.Option(help="Train on this source instead of the design's own.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the training samples.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Samples in each step.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of weights, order and dropout.")] = None,
    save: Annotated[Path | None, typer.Option(help="Write the trained design here (.gradloom).")] = None,
    history: Annotated[Path | None, typer.Option(help="Write the figures of each epoch here (.csv).")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run that the file holds.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per epoch; the last has the result.")
    ] = False,
) -> None:
    """Train a design and print its figures; the last line has loss, validation and test results."""
    import engine
    from engine.cli.opening import data_settings, open_data, open_design
    from engine.core.errors import GradloomError
    from engine.training import RunControl

    for out, suffix in ((save, ".gradloom"), (history, ".csv")):
        if out is not None and out.suffix.lower() != suffix:
            raise GradloomError(f"{out.name}: write this to a file that ends in {suffix}.")
    archive, folder = open_design(file)
    design = archive.design
    if seed is not None:
        design.seed = seed
    design.training = _settings(design.training, epochs, batch_size)
    design.data = data_settings(archive, data)
    samples = open_data(design.data, folder, quiet=as_json)
    network = engine.compile(design)
    control, state = RunControl(), archive.run_state if resume else None
    if resume and state is None:
        raise GradloomError(f"{file} holds no run to go on with. Train it without --resume.")
    last = _run(network, samples, design.training, control, state, quiet=as_json)
    result = _result(network, samples, last)
    held = control.capture()
    if save is not None:
        _save(save, archive, network, samples, held)
    if history is not None:
        from engine.design.files import write_atomically

        write_atomically(history, _history(held).to_csv().encode())
    if as_json:
        typer.echo(json.dumps({"result": True, **_finite(result)}))
    else:
        typer.echo(
            "  ".join(f"{name} {value:.4g}" for name, value in result.items() if isinstance(value, float))
        )
        for out in (save, history):
            if out is not None:
                typer.echo(f"Wrote {out}.")


def _settings(settings: TrainingSettings, epochs: int | None, batch_size: int | None) -> TrainingSettings:
    changes: dict[str, object] = {}
    if epochs is not None:
        changes["epochs"] = epochs
    if batch_size is not None:
        changes |= {"batch_size": batch_size, "batching": "mini_batch"}
    return settings.replace(**changes) if changes else settings


def _run(
    network: Network,
    samples: DataSet,
    settings: TrainingSettings,
    control: RunControl,
    state: RunState | None,
    *,
    quiet: bool,
) -> Snapshot:
    """Train to the end and return the last snapshot, telling of each epoch on the way."""
    import engine
    from engine.cli.progress import progress_bar
    from engine.core.errors import TrainingError

    last = None
    with progress_bar("Training", quiet=quiet) as advance:
        for snapshot in engine.fit(network, samples, settings, control=control, state=state):
            last = snapshot
            if snapshot.step % 16 == 0 or snapshot.epoch_ended:
                advance(snapshot.step, snapshot.total_steps)
            if not snapshot.epoch_ended:
                continue
            row = {"epoch": snapshot.epoch, "step": snapshot.step, **_figures(snapshot)}
            if quiet:
                typer.echo(json.dumps(_finite(row)))
            elif not sys.stderr.isatty():
                figures = "  ".join(f"{name} {value:.4g}" for name, value in _figures(snapshot).items())
                typer.echo(f"epoch {snapshot.epoch}/{settings.epochs}  {figures}")
    if last is None:
        raise TrainingError("The run that the file holds is finished. Raise --epochs to go on with it.")
    return last


def _figures(snapshot: Snapshot) -> dict[str, float]:
    validation = snapshot.validation or {}
    return {**snapshot.metrics, **{f"val_{name}": value for name, value in validation.items()}}


def _result(network: Network, samples: DataSet, last: Snapshot) -> dict[str, object]:
    """Return the final figures: of the last epoch in training, and of the weights as they are on the other parts."""
    import engine

    result: dict[str, object] = {
        "epochs": last.epoch,
        "steps": last.step,
        "stopped": last.stopped,
        "seconds": last.seconds,
        **{name: float(value) for name, value in last.metrics.items()},
    }
    metrics = network.design.training.metrics
    for part, prefix in ((samples.validation, "val_"), (samples.test, "test_")):
        if part is not None and len(part):
            result |= {
                f"{prefix}{name}": value for name, value in engine.evaluate(network, part, metrics).items()
            }
    return result


def _history(held: RunState) -> History:
    from engine.training import History

    prefix = "history/"
    return History.from_arrays(
        {k.removeprefix(prefix): a for k, a in held.arrays.items() if k.startswith(prefix)}
    )


def _save(path: Path, archive: Archive, network: Network, samples: DataSet, held: RunState) -> None:
    from engine.training.archive import save_archive

    save_archive(
        path,
        archive.design,
        weights=dict(network.weights),
        run_state=held,
        history=_history(held),
        thumbnail=archive.thumbnail,
        preprocessing=samples.preprocessing,
    )


def _finite(row: Mapping[str, object]) -> dict[str, object]:
    """Return the row as JSON can hold it: what is not a finite number is null."""
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}
