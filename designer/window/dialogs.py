"""The questions of a file session, as dialogs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from designer.document.prompts import RecoveryChoice, Unsaved
from designer.document.recovery import RecoveredDesign
from designer.window.message_bar import MessageBar
from designer.window.recovery_dialog import RecoveryDialog

OPEN_FILTER = "Gradloom designs (*.gradloom *.json);;All files (*)"
SAVE_FILTER = "Design with weights (*.gradloom);;Design as text (*.json)"


class DialogPrompts:
    """Asks with dialogs over a window; what needs no answer goes to its message bar."""

    def __init__(self, window: QWidget, messages: MessageBar) -> None:
        self._window = window
        self._messages = messages

    def unsaved_changes(self, name: str) -> Unsaved:
        """Ask what becomes of changes that were not saved."""
        box = self._box(QMessageBox.Icon.Warning, f"Save the changes to {name}?", "They are lost otherwise.")
        save = box.addButton("Save", QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton("Don't Save", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(save)
        box.exec()
        return (
            "save"
            if box.clickedButton() is save
            else "discard"
            if box.clickedButton() is discard
            else "cancel"
        )

    def open_path(self, folder: str) -> str:
        """Ask for a file to open."""
        return QFileDialog.getOpenFileName(self._window, "Open", folder, OPEN_FILTER)[0]

    def save_path(self, suggestion: str) -> str:
        """Ask for a file to write."""
        path, chosen = QFileDialog.getSaveFileName(self._window, "Save As", suggestion, SAVE_FILTER)
        if path and "." not in path.replace("\\", "/").rpartition("/")[2]:
            path += ".json" if chosen.endswith("(*.json)") else ".gradloom"
        return path

    def changed_on_disk(self, name: str, modified: bool) -> bool:
        """Ask whether to read a file again."""
        lost = " Your own changes since the last save are lost then." if modified else ""
        text = f"{name} was changed by another program. Read it again?"
        return self._yes(text, f"Reading shows what is on the disk now.{lost}", "Read Again", "Keep Mine")

    def overwrite_changed(self, name: str) -> bool:
        """Ask whether to write over a file that another program has changed."""
        text = f"{name} was changed or removed by another program since it was read. Write over it?"
        return self._yes(text, "What the other program wrote is lost then.", "Overwrite", "Cancel")

    def weights_left_out(self, name: str) -> bool:
        """Ask whether to save without weights."""
        text = f"Save {name} without the trained weights?"
        more = "A .json file holds the design alone. A .gradloom file holds the weights too."
        return self._yes(text, more, "Save Without", "Cancel")

    def recover(self, found: Sequence[RecoveredDesign]) -> RecoveryChoice:
        """Offer designs that a crash left behind."""
        dialog = RecoveryDialog(found, self._window)
        dialog.exec()
        choice = dialog.choice
        dialog.deleteLater()
        return choice

    def failed(self, title: str, message: str) -> None:
        """Show what went wrong."""
        self._box(QMessageBox.Icon.Critical, title, message).exec()

    def notice(self, message: str) -> None:
        """Show something worth knowing."""
        self._messages.show_message(message, "warning")

    def _box(self, kind: QMessageBox.Icon, text: str, more: str) -> QMessageBox:
        box = QMessageBox(kind, "Gradloom", text, QMessageBox.StandardButton.NoButton, self._window)
        box.setInformativeText(more)
        box.finished.connect(box.deleteLater)
        return box

    def _yes(self, text: str, more: str, yes: str, no: str) -> bool:
        box = self._box(QMessageBox.Icon.Warning, text, more)
        accept = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(no, QMessageBox.ButtonRole.RejectRole))
        box.exec()
        return box.clickedButton() is accept
