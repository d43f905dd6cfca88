"""What an empty canvas says: how to begin."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from designer.common.text import scaled
from designer.common.theme import theme

HINTS = (
    ("Tab", "or double-click: search for a layer"),
    ("Drag", "a layer from the palette onto the canvas"),
    ("Drag", "from one ring to another to draw a wire"),
)
WIDTH, GALLERY_WIDTH = 600, 1040
INVITATION = (
    "Open a network that works and press Train; or begin with nothing: drag a layer from the palette, "
    "press Tab, or double-click."
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
        self._make_gallery: Callable[[], QWidget] | None = None
        self._gallery: QWidget | None = None
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(24, 24, 24, 24)
        self._box.setSpacing(8)
        self._title = QLabel("Draw a network", self)
        self._title.setFont(scaled(self.font(), 1.6, bold=True))
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._box.addWidget(self._title)
        self._lead = QLabel(
            "Samples enter at an Input, pass through layers, and meet their targets at an Output.", self
        )
        self._lead.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lead.setWordWrap(True)
        self._lead.setMinimumWidth(400)
        self._lead.setProperty("muted", True)
        self._box.addWidget(self._lead)
        self._hints = self._make_hints()
        self._beginning = QWidget(self)
        beginning = QVBoxLayout(self._beginning)
        beginning.setContentsMargins(0, 8, 0, 0)
        beginning.setSpacing(16)
        beginning.addLayout(self._make_buttons())
        beginning.addWidget(self._hints, 0, Qt.AlignmentFlag.AlignHCenter)
        self._box.addWidget(self._beginning)
        self.restyle()

    def restyle(self) -> None:
        """Take over another palette."""
        color = theme().color
        self._hints.setStyleSheet(
            f"QLabel[keycap='true'] {{ border: 1px solid {color('border').name()}; border-radius: 4px;"
            f" padding: 2px 8px; background: {color('panel').name()}; color: {color('text').name()}; }}"
            f" QLabel[muted='true'] {{ color: {color('text_muted').name()}; }}"
        )

    def set_gallery(self, make_gallery: Callable[[], QWidget]) -> None:
        """Show the templates themselves in place of the button that leads to them, from the first showing on."""
        self._make_gallery = make_gallery
        if self.isVisible():
            self._add_gallery()

    def place(self, room: QSize) -> None:
        """Lie in the middle of a room; with the gallery, take all of its height."""
        wish = self.sizeHint()
        wide = self._make_gallery is not None
        width = min(GALLERY_WIDTH if wide else max(wish.width(), WIDTH), room.width())
        height = room.height() if wide else min(wish.height(), room.height())
        self.setGeometry((room.width() - width) // 2, (room.height() - height) // 2, width, height)

    def focus_gallery(self) -> bool:
        """Bring the keyboard to the first template; return whether there is one."""
        for widget in self._gallery.findChildren(QWidget) if self._gallery is not None else ():
            if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                widget.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._add_gallery()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._gallery is not None:  # the dots of the canvas would shine through its words
            QPainter(self).fillRect(event.rect(), theme().color("canvas"))

    def _add_gallery(self) -> None:
        if self._make_gallery is None or self._gallery is not None:
            return
        self._gallery = self._make_gallery()
        self._beginning.hide()
        self._lead.setText(INVITATION)
        self._box.setContentsMargins(0, 20, 0, 0)
        self._box.addWidget(self._gallery, 1)
        self._gallery.show()

    def _make_buttons(self) -> QHBoxLayout:
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
        return buttons

    def _make_hints(self) -> QWidget:
        hints = QWidget(self)
        rows = QGridLayout(hints)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setHorizontalSpacing(12)
        rows.setVerticalSpacing(6)
        for row, (key, what) in enumerate(HINTS):
            cap = QLabel(key, hints)
            cap.setProperty("keycap", True)
            cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
            text = QLabel(what, hints)
            text.setProperty("muted", True)
            rows.addWidget(cap, row, 0)
            rows.addWidget(text, row, 1)
        return hints
