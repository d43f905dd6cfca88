"""gradloom train FILE_OR_TEMPLATE: train a design without a window."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli import silence_stdout
from engine.cli.printing import print_json

if TYPE_CHECKING:
    from engine.compiler.network import Network
    from engine.data import DataSet
    from engine.design import TrainingSettings
    from engine.training import RunControl, RunState, Snapshot
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
    weights: Annotated[Path | None, typer.Option(help="Begin with what fits of this file's weights.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin with random weights, not its own.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the file's run.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per epoch; the last has the result.")
    ] = False,
) -> None:
    """Train a design and print its figures; the last line has loss, validation and test results.

    A file with trained weights starts from them (--fresh starts anew), as Train does in the window.
    """
    import engine
    from engine.cli.opening import check_writable, data_settings, open_data, open_design
    from engine.core.errors import GradloomError
    from engine.data.references import moved_data
    from engine.training import RunControl

    for out, suffix in ((save, ".gradloom"), (history, ".csv")):
        if out is not None:
            check_writable(out, suffix)
    archive, folder = open_design(file)
    state, design = archive.run_state if resume else None, archive.design
    if resume and state is None:
        raise GradloomError(f"{file} holds no run to go on with. Train it without --resume.")
    if seed is not None:
        design.seed = seed
    design.training = _settings(design.training, epochs, batch_size)
    network = engine.compile(design)  # first of all: a bad design must not wait for a download
    _begin_with(network, None if fresh else archive.weights, weights, quiet=as_json)
    design.data = data_settings(archive, data)
    samples = open_data(design.data, folder, quiet=as_json)
    rows, control = Rows(as_json, heard_by_nobody=bool(save or history)), RunControl()
    last, interrupted = _run(network, samples, design.training, control, state, rows)
    held = control.capture()
    if save is not None:
        design.data = moved_data(design.data, folder, save.resolve().parent)
        _save(save, archive, network, samples, held)
    if history is not None:
        _write_history(history, held)
    if interrupted:
        kept = f"The run is in {save}: --resume goes on with it." if save else "Nothing was saved."
        raise KeyboardInterrupt(f"Interrupted after step {last.step:,} of {last.total_steps:,}. {kept}")
    rows.result(_result(network, samples, last))
    for out in (save, history):
        if out is not None and not as_json:
            rows.say(f"Wrote {out}.")


def _begin_with(network: Network, kept: Mapping[str, Any] | None, path: Path | None, *, quiet: bool) -> None:
    """Load the weights that a run starts from: those kept with the design, and over them what fits of another file."""
    if kept:
        network.load_weights(kept)
    if path is None:
        return
    from engine.core.errors import SettingError
    from engine.export import match_weights, matched_arrays, read_weights

    matches = match_weights(network.design, read_weights(path), inference=network.inference)
    arrays = matched_arrays(matches)
    if not arrays:
        raise SettingError(f"{path.name}: none of its arrays fits the network.")
    network.load_weights(arrays)
    for match in () if quiet else matches:
        typer.echo(f"{match.target or '-':32} {match.source or '-':32} {match.reason}")


class Rows:
    """Prints the figures of a run, as JSON or for people.

    Where the reader of the output leaves (`| head`), the run ends with it, unless `heard_by_nobody`: a run whose result
    goes to a file is worth finishing in silence.
    """

    def __init__(self, as_json: bool, *, heard_by_nobody: bool) -> None:
        self.as_json = as_json
        self._goes_on = heard_by_nobody
        self._silent = False

    def epoch(self, row: Mapping[str, object], figures: Mapping[str, float], epochs: int) -> None:
        """Print an epoch; on a terminal the progress bar tells it."""
        if self.as_json:
            self.say(row)
        elif not sys.stderr.isatty():
            self.say(f"epoch {row['epoch']}/{epochs}  {_line(figures)}")

    def result(self, result: Mapping[str, object]) -> None:
        """Print the last line."""
        self.say({"result": True, **result} if self.as_json else _line(result))

    def say(self, what: str | Mapping[str, object]) -> None:
        """Print a line. Raises BrokenPipeError where nobody reads and nothing is left to do."""
        if self._silent:
            return
        try:
            if isinstance(what, str):
                typer.echo(what)
            else:
                print_json(what)
        except BrokenPipeError:
            if not self._goes_on:
                raise
            self._silent = True
            silence_stdout()


def _line(figures: Mapping[str, object]) -> str:
    return "  ".join(f"{name} {value:.4g}" for name, value in figures.items() if isinstance(value, float))


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
    rows: Rows,
) -> tuple[Snapshot, bool]:
    """Train to the end, telling of each epoch; return the last snapshot, and whether it was interrupted there."""
    import engine
    from engine.cli.interrupt import stop_on_interrupt
    from engine.cli.progress import progress_bar
    from engine.core.errors import TrainingError

    last = None
    with stop_on_interrupt() as stop, progress_bar("Training", quiet=rows.as_json) as advance:
        for snapshot in engine.fit(network, samples, settings, control=control, state=state):
            last = snapshot
            if snapshot.epoch_ended:
                figures = _figures(snapshot)
                row = {"epoch": snapshot.epoch, "step": snapshot.step, **figures}
                losses = {name: value for name, value in figures.items() if name.endswith("loss")}
                told = f"epoch {snapshot.epoch:,}/{settings.epochs:,}  {_line(losses)}"
                advance(snapshot.step, snapshot.total_steps, told)
                rows.epoch(row, figures, settings.epochs)
            elif not snapshot.step % 16:
                advance(snapshot.step, snapshot.total_steps)
            if stop and not snapshot.stopped:
                return snapshot, True
    if last is None:
        raise TrainingError("The run that the file holds is finished. Raise --epochs to go on with it.")
    return last, False


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


def _write_history(path: Path, held: RunState) -> None:
    from engine.design.files import write_atomically

    write_atomically(path, held.history.to_csv().encode())


def _save(path: Path, archive: Archive, network: Network, samples: DataSet, held: RunState) -> None:
    from engine.training.archive import save_archive

    save_archive(
        path,
        archive.design,
        weights=dict(network.weights),
        run_state=held,
        history=held.history,
        thumbnail=archive.thumbnail,
        preprocessing=samples.preprocessing,
    )
