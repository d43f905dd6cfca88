"""gradloom export FILE OUT: the trained weights in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    file: Annotated[str, typer.Argument(help="A trained design.", metavar="FILE")],
    out: Annotated[Path, typer.Argument(help="Where to write; the suffix names the format.")],
) -> None:
    """Write a design's trained weights; the format follows from the suffix (.safetensors, .npz)."""
    from engine.cli.opening import open_design
    from engine.core.errors import ExportError
    from engine.export import export as write

    archive, _ = open_design(file)
    if not archive.weights:
        raise ExportError(
            f"{file} holds no weights: train it first (gradloom train {file} --save OUT.gradloom)."
        )
    write(archive.design, archive.weights, out)
    count = sum(array.size for array in archive.weights.values())
    typer.echo(f"{out}: {len(archive.weights)} arrays, {count:,} numbers.")
