"""The command line: the same program without a screen, for scripts, servers and tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Screenshot = Callable[..., Any]
"""Renders the window: screenshot(file, out, epochs=, theme=, size=). The window lives above the engine, so the
program's door hands it in."""


def main(arguments: Sequence[str], screenshot: Screenshot | None = None) -> int:
    """Run one command and return the exit status: 0, 1 for a failed run, 2 for bad usage, 130 when interrupted."""
    import sys

    import click

    from engine.cli.app import build_app
    from engine.core.errors import GradloomError

    try:
        command = build_app(screenshot)
        status = command.main(list(arguments), prog_name="gradloom", standalone_mode=False)
        return int(status or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        print(f"gradloom: {error.format_message()}", file=sys.stderr)
        return 2
    except GradloomError as error:
        print(f"gradloom: {error}", file=sys.stderr)
        return 1
    except MemoryError:
        print("gradloom: There is not enough memory. Use a smaller batch or network.", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, click.Abort):
        print("gradloom: Interrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone (`gradloom summary x | head`): that is no fault.
        return 0


__all__ = ["main"]
