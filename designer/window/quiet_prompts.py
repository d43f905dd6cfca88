"""The questions of a file session where nobody is there to answer: the safe answer, and errors as errors."""

from __future__ import annotations

from collections.abc import Sequence

from designer.document.prompts import RecoveryChoice, Unsaved
from designer.document.recovery import RecoveredDesign
from engine.core.errors import GradloomError


class QuietPrompts:
    """Never waits. What a dialog would show as an error is raised as GradloomError."""

    def unsaved_changes(self, name: str) -> Unsaved:
        """Let changes go: nobody made them by hand."""
        return "discard"

    def open_path(self, folder: str) -> str:
        """Open nothing."""
        return ""

    def save_path(self, suggestion: str) -> str:
        """Save nothing."""
        return ""

    def changed_on_disk(self, name: str, modified: bool) -> bool:
        """Keep what is there."""
        return False

    def overwrite_changed(self, name: str) -> bool:
        """Leave the other program's file alone."""
        return False

    def weights_left_out(self, name: str) -> bool:
        """Do not lose weights."""
        return False

    def recover(self, found: Sequence[RecoveredDesign]) -> RecoveryChoice:
        """Leave recovery to somebody who is there."""
        return RecoveryChoice()

    def failed(self, title: str, message: str) -> None:
        """Raise what went wrong."""
        raise GradloomError(f"{title}: {message}")

    def notice(self, message: str) -> None:
        """Let it pass."""
