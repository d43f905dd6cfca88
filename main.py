"""The program's door: reads the arguments and starts the application or a command; nothing else.

Nothing heavy is imported here: a spawned training process imports this module again.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

COMMANDS = frozenset(
    {
        "train",
        "evaluate",
        "predict",
        "generate",
        "export",
        "summary",
        "check",
        "widths",
        "templates",
        "screenshot",
    }
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `gradloom [FILE]` (the window) or `gradloom COMMAND ...`; return the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if _asks_for_the_window(arguments):
        from designer.app import run

        return run(arguments[0] if arguments else None)

    from engine.cli import main as run_command

    return run_command(arguments, screenshot=screenshot)


def screenshot(file: str, out: str, epochs: int = 0, theme: str = "dark", size: str = "1280x800") -> int:
    """Render the whole window off screen to a picture, after training for some epochs."""
    from designer.app import screenshot as render

    return render(file, out, epochs=epochs, theme=theme, size=size)


def _asks_for_the_window(arguments: Sequence[str]) -> bool:
    """Whether the arguments are none or one file. A bare word that is no file is a mistyped command, not a design."""
    if not arguments:
        return True
    first = arguments[0]
    if len(arguments) > 1 or first in COMMANDS or first.startswith("-"):
        return False
    return Path(first).suffix != "" or Path(first).exists()


if __name__ == "__main__":
    sys.exit(main())
