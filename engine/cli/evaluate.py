"""gradloom evaluate FILE --data SOURCE: the loss and metrics of a trained design on other samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.printing import print_json

if TYPE_CHECKING:
    from pathlib import Path

    from engine.compiler.network import Network
    from engine.data import Split
    from engine.training.archive import Archive


def evaluate(
    file: Annotated[str, typer.Argument(help="A trained design.", metavar="FILE")],
    data: Annotated[str | None, typer.Option(help="A data set's name, or a CSV, NPZ or IDX file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the loss and metrics on a data source: its test part where it has one, else all of its samples."""
    import engine
    from engine.cli.opening import open_design

    archive, folder = open_design(file)
    network = trained_network(archive, file)
    split = treated_samples(archive, data, folder, need_targets=True)
    result = engine.evaluate(network, split, archive.design.training.metrics)
    if as_json:
        print_json({"samples": len(split), **result})
    else:
        figures = "  ".join(f"{name} {value:.4g}" for name, value in result.items())
        typer.echo(f"{len(split):,} samples  {figures}")


def trained_network(archive: Archive, file: str) -> Network:
    """Compile the design and load its weights. Raises GradloomError where it has none."""
    import engine
    from engine.core.errors import GradloomError

    if not archive.weights:
        raise GradloomError(
            f"{file} holds no weights: train it first (gradloom train {file} --save OUT.gradloom)."
        )
    network = engine.compile(archive.design)
    network.load_weights(archive.weights)
    return network


def treated_samples(archive: Archive, source: str | None, folder: Path, *, need_targets: bool) -> Split:
    """Return the samples of a source, treated as the training samples were."""
    from engine.cli.opening import data_settings, open_data
    from engine.data import load_samples

    settings = data_settings(archive, source)
    if archive.preprocessing is not None:
        return load_samples(
            settings, archive.preprocessing, folder=folder, allow_download=True, need_targets=need_targets
        )
    samples = open_data(settings, folder, quiet=True)
    return samples.test or samples.train
