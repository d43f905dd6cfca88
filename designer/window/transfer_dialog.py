"""Asks what the new head of a network is to be."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

STEPS = (
    "The last layer is taken out and a new one, which has learnt nothing yet, is put in its place. The other layers "
    "keep what they have learnt. Train then moves the new layer alone; after that, Unfreeze All, a learning rate a "
    "tenth as large, and Continue tune the whole network."
)


class TransferDialog(QDialog):
    """The size of the new head, and whether the rest is to be frozen. Signal: chosen(units, freeze)."""

    chosen = Signal(int, bool)

    def __init__(self, head: str, units: int, warning: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Transfer Learning")
        lead = QLabel(STEPS)
        lead.setWordWrap(True)
        self.units = QSpinBox()
        self.units.setRange(1, 100_000)
        self.units.setValue(units)
        self.units.setToolTip("One for each class of the new task; 1 for a number, or for yes and no")
        self.freeze = QCheckBox("Freeze the other layers")
        self.freeze.setChecked(True)
        self.freeze.setToolTip("They keep their weights exactly while the new layer is trained")
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.addRow("Taken out", QLabel(head))
        form.addRow("Units of the new layer", self.units)
        form.addRow("", self.freeze)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.apply = QPushButton("Replace the Head")
        buttons.addButton(self.apply, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self.apply.setProperty("primary", True)
        self.apply.setDefault(True)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(lead)
        column.addLayout(form)
        if warning:
            self.warning = QLabel(f"△ {warning}")
            self.warning.setWordWrap(True)
            column.addWidget(self.warning)
        column.addStretch(1)
        column.addWidget(buttons)
        self.setMinimumWidth(440)

    def _accept(self) -> None:
        self.chosen.emit(self.units.value(), self.freeze.isChecked())
        self.accept()
