"""The commands put together. Each is a function in a module of its own, named after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_command

from engine.cli.check import check
from engine.cli.evaluate import evaluate
from engine.cli.export import export
from engine.cli.generate import generate
from engine.cli.predict import predict
from engine.cli.summary import summary
from engine.cli.templates import templates
from engine.cli.train import train
from engine.cli.version import program_version
from engine.cli.widths import widths

if TYPE_CHECKING:
    from engine.cli import Screenshot

HELP = """Draw neural networks, train them, and see why they learn.

Without a command, gradloom [FILE] opens the window."""

# Typer has Click from one place or another, depending on its version; its own exceptions lead to the right one.
CommandLineError: type[Exception] = typer.BadParameter.__mro__[2]
"""The base of all errors about the arguments."""


def build_app(screenshot: Screenshot | None = None) -> Any:
    """Return the command line as one command, for `run_app`."""
    app = typer.Typer(
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    for command in (train, evaluate, predict, generate, export, summary, check, widths, templates):
        app.command()(command)
    if screenshot is not None:
        app.command("screenshot")(screenshot)
    return get_command(app)


def run_app(app: Any, arguments: Sequence[str]) -> int:
    """Run the command that the arguments name and return its status. Every error comes out as it was raised."""
    try:
        with app.make_context("gradloom", list(arguments)) as context:
            status = app.invoke(context)
    except typer.Exit as stop:
        return stop.exit_code
    return status if isinstance(status, int) else 0


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gradloom {program_version()}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave."),
    ] = False,
) -> None:
    pass


_options.__doc__ = HELP
