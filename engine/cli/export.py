"""gradloom export FILE OUT: the trained weights in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.printing import print_json


def export(
    file: Annotated[str, typer.Argument(help="A trained design.", metavar="FILE")],
    out: Annotated[Path, typer.Argument(help="Where to write; the suffix names the format.", metavar="OUT")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write a design's trained weights; the format follows from the suffix (an unknown one lists those there are)."""
    from engine.cli.evaluate import trained_network
    from engine.cli.opening import check_writable, open_design
    from engine.export import export as write

    check_writable(out)
    archive, _ = open_design(file)
    # Through the network: its arrays are in order, and known to fit the design.
    weights = trained_network(archive, file).weights
    write(archive.design, weights, out)
    count = sum(array.size for array in weights.values())
    if as_json:
        print_json({"out": str(out), "arrays": len(weights), "numbers": count})
    else:
        typer.echo(f"{out}: {len(weights)} arrays, {count:,} numbers.")
