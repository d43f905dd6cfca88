"""The program's door: reads the arguments and starts the application or a command; nothing else.

Nothing heavy is imported here: a spawned training process imports this module again.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

COMMANDS = frozenset(
    {"train", "evaluate", "predict", "export", "summary", "check", "templates", "screenshot"}
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `gradloom [FILE]` (the window) or `gradloom COMMAND ...`; return the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    first = arguments[0] if arguments else ""
    if first in COMMANDS or first.startswith("-") or len(arguments) > 1:
        from engine.cli import main as run_command

        return run_command(arguments)

    from designer.app import run

    return run(first or None)


if __name__ == "__main__":
    sys.exit(main())
