"""Editing a name or a comment in its place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget


class NameEditor(QLineEdit):
    """A field over a card's name. Enter or leaving it takes the name over, Esc doesn't."""

    def __init__(self, text: str, place: QRect, done: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(text, parent)
        self._done: Callable[[str], None] | None = done
        self.setAccessibleName("Name")
        self.setGeometry(place)
        self.selectAll()
        self.editingFinished.connect(self._on_editing_finished)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)
        event.accept()  # a key that the field leaves (Enter, an arrow) would move or rename on the canvas below

    def dismiss(self) -> None:
        """Close without taking anything over."""
        self._done = None
        _give_back_focus(self)

    def _on_editing_finished(self) -> None:
        done, self._done = self._done, None
        if done is not None:
            text = self.text()
            _give_back_focus(self)
            done(text)


class NoteEditor(QPlainTextEdit):
    """A text field over a comment. Ctrl+Enter or leaving it takes the text over, Esc doesn't."""

    def __init__(self, text: str, place: QRect, done: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(text, parent)
        self._done: Callable[[str], None] | None = done
        self.setAccessibleName("Comment")
        self.setPlaceholderText("First line: a heading")
        self.setGeometry(place)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (
            event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._finish()
        else:
            super().keyPressEvent(event)
        event.accept()  # a key that the field leaves (Enter, an arrow) would move or rename on the canvas below

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # its own context menu is no reason to end
            self._finish()

    def dismiss(self) -> None:
        """Close without taking anything over."""
        self._done = None
        _give_back_focus(self)

    def _finish(self) -> None:
        done, self._done = self._done, None
        if done is not None:
            text = self.toPlainText()
            _give_back_focus(self)
            done(text.strip())


def _give_back_focus(editor: QWidget) -> None:
    editor.hide()
    editor.deleteLater()
    if (parent := editor.parentWidget()) is not None:
        (parent.parentWidget() or parent).setFocus(Qt.FocusReason.OtherFocusReason)
