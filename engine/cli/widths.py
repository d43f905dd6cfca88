"""gradloom widths FILE: the same network with ever more hidden units, and the error that is left."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.printing import print_json


def widths(
    file: Annotated[str, typer.Argument(help="A design, or a template's name.", metavar="FILE_OR_TEMPLATE")],
    units: Annotated[
        str, typer.Option(help="The numbers of hidden units to try, with commas between.")
    ] = "1,2,4,8,16,32,64",
    starts: Annotated[int, typer.Option(min=1, help="Random starts of each; the best one counts.")] = 3,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per number of units.")
    ] = False,
) -> None:
    """Train a design with ever more units in its hidden layers and print the error that is left of each."""
    from pathlib import Path

    from engine.analysis import width_results
    from engine.cli.opening import data_settings, open_data, open_design
    from engine.core.errors import SettingError

    try:
        wanted = tuple(int(part) for part in units.split(","))
    except ValueError:
        raise SettingError(f"--units takes whole numbers with commas between. Received: {units!r}.") from None
    if not wanted or min(wanted) < 1:
        raise SettingError(f"--units takes numbers from 1 on. Received: {units!r}.")
    archive, folder = open_design(file)
    samples = open_data(data_settings(archive, None), Path(folder), quiet=as_json)
    if not as_json:
        typer.echo("units  parameters  root mean square error  largest error")
    for result in width_results(archive.design, samples, wanted, starts):
        if as_json:
            print_json(result._asdict())
        else:
            typer.echo(
                f"{result.units:>5}  {result.parameters:>10,}  {result.error:>22.4g}  {result.largest:>13.4g}"
            )
