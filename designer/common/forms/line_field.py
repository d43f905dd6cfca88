"""One line of text with the manners of a form: Enter or leaving commits, Esc puts the old text back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

_STEPS = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 10,
    Qt.Key.Key_PageDown: -10,
}


class LineField(QLineEdit):
    """A line edit that reports finished texts only.

    Signals:
        committed(text): Enter was pressed, or the field was left, with another text than the one shown last.
        stepped(count): an arrow key (1), a page key (10) or the wheel asks for the next value.
        reverted(): Esc put the text shown last back.
    """

    committed = Signal(str)
    stepped = Signal(int)
    reverted = Signal()

    def __init__(self, parent: QWidget | None = None, *, steps: bool = False) -> None:
        super().__init__(parent)
        self._shown = ""
        self._steps = steps
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.returnPressed.connect(self.commit)

    def show_text(self, text: str) -> None:
        """Show the document's text; what was being typed is given up."""
        self._shown = text
        if self.text() != text:
            self.setText(text)
        self.setModified(False)
        if not self.hasFocus():
            self.setCursorPosition(0)

    def commit(self) -> None:
        """Report the text, where it is another than the one shown last."""
        if self.text() != self._shown:
            self.committed.emit(self.text())

    def revert(self) -> bool:
        """Put the text shown last back, and return whether there was anything to put back."""
        changed = self.text() != self._shown
        self.show_text(self._shown)
        self.selectAll()
        self.reverted.emit()
        return changed

    def event(self, event: QEvent) -> bool:
        # With nothing half typed, Ctrl+Z belongs to the document, not to this line.
        if event.type() == QEvent.Type.ShortcutOverride and not self.isModified():
            assert isinstance(event, QKeyEvent)
            if event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo):
                event.ignore()
                return False
        if event.type() == QEvent.Type.ShortcutOverride and self.isModified():
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if not self.revert():
                event.ignore()
            return
        if self._steps and event.key() in _STEPS and not self.isReadOnly():
            self.stepped.emit(_STEPS[Qt.Key(event.key())])
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Only a field that was chosen takes the wheel: scrolling past it must not change it.
        if self._steps and self.hasFocus() and event.angleDelta().y():
            self.stepped.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()
