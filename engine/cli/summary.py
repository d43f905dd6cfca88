"""gradloom summary FILE: the table of layers, shapes and parameters."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.printing import print_json


def summary(
    file: Annotated[str, typer.Argument(help="A design, or a template's name.", metavar="FILE")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the table of layers, output shapes and parameters."""
    from engine.cli.opening import open_design
    from engine.compiler.summary import multiply_adds, summary_rows, summary_text, totals
    from engine.design.inference import infer

    design = open_design(file)[0].design
    inference = infer(design)
    if not as_json:
        typer.echo(summary_text(design, inference))
        return
    moving, still = totals(design, inference)
    rows = [
        {"name": name, "type": kind, "output_shape": shape, "parameters": count}
        for name, kind, shape, count in summary_rows(design, inference)
    ]
    result = {
        "design": design.name,
        "layers": rows,
        "parameters": moving + still,
        "trainable": moving,
        "multiply_adds": multiply_adds(design, inference),
    }
    print_json(result)
