"""What an empty canvas says: how to begin."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from designer.common.text import scaled
from designer.common.theme import theme

HINTS = (
    ("Tab", "or double-click: search for a layer"),
    ("Drag", "a layer from the palette onto the canvas"),
    ("Drag", "from one ring to another to draw a wire"),
)


class EmptyPanel(QFrame):
    """Teaches the first steps and offers the templates.

    Signals: search_requested(), templates_requested().
    """

    search_requested = Signal()
    templates_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("How to begin")
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(24, 24, 24, 24)
        self._box.setSpacing(8)
        title = QLabel("Draw a network", self)
        title.setFont(scaled(self.font(), 1.6, bold=True))
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._box.addWidget(title)
        lead = QLabel(
            "Samples enter at an Input, pass through layers, and meet their targets at an Output.", self
        )
        lead.setAlignment(Qt.AlignmentFlag.AlignCenter)
        lead.setWordWrap(True)
        lead.setMinimumWidth(400)
        lead.setProperty("muted", True)
        self._box.addWidget(lead)
        self._box.addSpacing(8)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        self.template_button = QPushButton("Start from a template…", self)
        self.template_button.setProperty("primary", True)
        self.template_button.setToolTip("Complete networks with their data, ready to train")
        self.template_button.clicked.connect(self.templates_requested)
        self.layer_button = QPushButton("Add a layer…", self)
        self.layer_button.setToolTip("Search for a layer (Tab)")
        self.layer_button.clicked.connect(self.search_requested)
        for button in (self.template_button, self.layer_button):
            buttons.addWidget(button)
        buttons.addStretch()
        self._box.addLayout(buttons)
        self._box.addSpacing(8)
        self._hints = QWidget(self)
        rows = QGridLayout(self._hints)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setHorizontalSpacing(12)
        rows.setVerticalSpacing(6)
        for row, (key, what) in enumerate(HINTS):
            cap = QLabel(key, self._hints)
            cap.setProperty("keycap", True)
            cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
            text = QLabel(what, self._hints)
            text.setProperty("muted", True)
            rows.addWidget(cap, row, 0)
            rows.addWidget(text, row, 1)
        self._box.addWidget(self._hints, 0, Qt.AlignmentFlag.AlignHCenter)
        self.restyle()

    def restyle(self) -> None:
        """Take over another palette."""
        color = theme().color
        self._hints.setStyleSheet(
            f"QLabel[keycap='true'] {{ border: 1px solid {color('border').name()}; border-radius: 4px;"
            f" padding: 2px 8px; background: {color('panel').name()}; color: {color('text').name()}; }}"
            f" QLabel[muted='true'] {{ color: {color('text_muted').name()}; }}"
        )

    def set_gallery(self, gallery: QWidget) -> None:
        """Show the templates themselves in place of the button that leads to them."""
        self.template_button.hide()
        self._hints.hide()
        self._box.insertWidget(2, gallery, 1)
