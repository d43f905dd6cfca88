"""What happens to an error that nobody foresaw: it is written down and told, and the window lives on."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from engine.core.errors import GradloomError

MAX_BYTES = 2**20


class UnexpectedErrors:
    """Stands in for sys.excepthook. `tell` shows a sentence; the whole story goes to the log and to stderr."""

    def __init__(self, log: Path, tell: Callable[[str], object]) -> None:
        self._log = log
        self._tell = tell
        self._before = sys.excepthook
        self._telling = False
        sys.excepthook = self._on_error

    def release(self) -> None:
        """Put back what was there before."""
        sys.excepthook = self._before

    def _on_error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt) or self._telling:
            self._before(kind, error, trace)
            return
        if not isinstance(error, GradloomError):
            self._before(kind, error, trace)
        self._telling = True
        try:
            if isinstance(error, GradloomError):
                self._tell(str(error))
                return
            kept = self._write("".join(traceback.format_exception(kind, error, trace)))
            where = f" The details are in {self._log}." if kept else ""
            self._tell(
                f"Something went wrong that should not: {kind.__name__}. Your design is as it was.{where}"
            )
        finally:
            self._telling = False

    def _write(self, story: str) -> bool:
        try:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            if self._log.exists() and self._log.stat().st_size > MAX_BYTES:
                self._log.unlink()
            with open(self._log, "a", encoding="utf-8") as file:
                file.write(f"--- {datetime.now(UTC).isoformat()}\n{story}\n")
        except OSError:
            return False
        return True
