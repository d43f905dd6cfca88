"""Progress of a reading or a download, with a button that gives it up."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

STEPS = 1000


class WaitingRow(QWidget):
    """A progress bar and Cancel. Signals: cancelled(): the button was pressed."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.button = QPushButton("Cancel")
        self.button.setToolTip("Give up reading")
        self.button.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar, 1)
        row.addWidget(self.button)
        self.stop()

    def start(self) -> None:
        """Show that something goes on, of unknown length."""
        self.bar.setRange(0, 0)
        self.show()

    def stop(self) -> None:
        """Show nothing."""
        self.hide()

    def show_progress(self, done: float, total: float) -> None:
        """Show how much of it is done."""
        if total > 0:
            self.bar.setRange(0, STEPS)
            self.bar.setValue(int(STEPS * min(done / total, 1.0)))
