"""What a file session has to ask a person. The window answers with dialogs, a test with what it wants to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from designer.document.recovery import RecoveredDesign

Unsaved = Literal["save", "discard", "cancel"]


class RecoveryChoice(NamedTuple):
    """What to do with designs that a crash left behind: open one, drop some, and offer the rest again next time."""

    chosen: RecoveredDesign | None = None
    dropped: tuple[RecoveredDesign, ...] = ()


class FilePrompts(Protocol):
    """The questions and messages of a file session. Each returns when it has been answered."""

    def unsaved_changes(self, name: str) -> Unsaved:
        """Ask what becomes of changes that were not saved."""

    def open_path(self, folder: str) -> str:
        """Ask for a file to open; "" cancels."""

    def save_path(self, suggestion: str) -> str:
        """Ask for a file to write; "" cancels."""

    def changed_on_disk(self, name: str, modified: bool) -> bool:
        """Ask whether to read a file again that another program has written."""

    def overwrite_changed(self, name: str) -> bool:
        """Ask whether to write over a file that another program has changed or removed."""

    def weights_left_out(self, name: str) -> bool:
        """Ask whether to save the bare document although there are trained weights."""

    def recover(self, found: Sequence[RecoveredDesign]) -> RecoveryChoice:
        """Offer designs that a crash left behind."""

    def failed(self, title: str, message: str) -> None:
        """Show what went wrong."""

    def notice(self, message: str) -> None:
        """Show something worth knowing that needs no answer."""
