"""gradloom templates: the designs that come with the program."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.printing import print_json


def templates(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
) -> None:
    """List the templates, each a design that trains as it is."""
    from engine.design.templates import names

    infos = names()
    width = max(len(info.name) for info in infos)
    for info in infos:
        if as_json:
            row = {"name": info.name, "title": info.title, "description": info.description}
            print_json(row)
        else:
            typer.echo(f"{info.name:<{width}}  {info.title}")
