"""The command line: the same program without a screen, for scripts, servers and tests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

Screenshot = Callable[..., Any]
"""Renders the window: screenshot(file, out, epochs=, theme=, size=). The window lives above the engine, so the
program's door hands it in."""

FAILED, BAD_USAGE, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str], screenshot: Screenshot | None = None) -> int:
    """Run one command and return the exit status: 0, 1 for a failed run, 2 for bad usage, 130 when interrupted.

    Whatever goes wrong is told in one line on stderr.
    """
    from engine.core.threads import leave_a_core

    leave_a_core()
    from engine.cli.app import CommandLineError, build_app, run_app
    from engine.core.errors import GradloomError

    try:
        return run_app(build_app(screenshot), arguments)
    except CommandLineError as error:
        return _bad_usage(error)
    except GradloomError as error:
        return _tell(str(error), FAILED)
    except MemoryError:
        return _tell("There is not enough memory. Use a smaller batch or network.", FAILED)
    except KeyboardInterrupt as interrupt:
        return _tell(str(interrupt) or "Interrupted.", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone (`gradloom summary FILE | head`): that is no fault, but stdout is dead.
        silence_stdout()
        return 0
    except OSError as error:
        # Every file is read and written with an error of its own: what is left is the output (a full disk).
        silence_stdout()
        return _tell(f"Can't write the output: {error.strerror or error}.", FAILED)


def _bad_usage(error: Any) -> int:
    """Tell what is wrong with the arguments and where to read more."""
    if "\n" in error.format_message():  # no argument at all: the message is the whole help
        error.show()
        return BAD_USAGE
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "gradloom"
    return _tell(f"{error.format_message().rstrip('.')}. See: {command} --help", BAD_USAGE)


def _tell(message: str, status: int) -> int:
    line = " ".join(message.split("\n"))
    try:
        sys.stderr.write(f"gradloom: {line}\n")
    except OSError:  # nobody hears us
        pass
    return status


def silence_stdout() -> None:
    """Let what is still to be flushed at exit go nowhere, instead of failing there."""
    import os

    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):  # a stdout that is no file, as in tests
        return
    finally:
        os.close(nowhere)


__all__ = ["main", "silence_stdout"]
