"""The command line: the same program without a screen, for scripts, servers and tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Screenshot = Callable[..., Any]
"""Renders the window: screenshot(file, out, epochs=, theme=, size=). The window lives above the engine, so the
program's door hands it in."""


def main(arguments: Sequence[str], screenshot: Screenshot | None = None) -> int:
    """Run one command and return the exit status: 0, 1 for a failed run, 2 for bad usage, 130 when interrupted."""
    import os

    from engine.cli.app import build_app
    from engine.core.errors import GradloomError

    try:
        # Usage errors are told, and ended with status 2, by the command itself.
        build_app(screenshot)(list(arguments), prog_name="gradloom")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except GradloomError as error:
        _tell(str(error))
        return 1
    except MemoryError:
        _tell("There is not enough memory. Use a smaller batch or network.")
        return 1
    except KeyboardInterrupt:
        _tell("Interrupted.")
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone (`gradloom summary FILE | head`): that is no fault, but stdout is dead.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    return 0


def _tell(message: str) -> None:
    import sys

    sys.stderr.write(f"gradloom: {message}\n")


__all__ = ["main"]
