"""Messages that need no answer, shown over the lower end of the canvas, where they are seen and hinder nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from designer.common.icons import icon
from designer.common.theme import theme

Kind = Literal["notice", "warning", "error"]
STAY_MS = 8000
MARGIN = 16
MAX_WIDTH = 640
BORDER = 3
_ICONS = {"notice": ("hint", "text_muted"), "warning": ("warning", "warning"), "error": ("error", "failing")}


class MessageBar(QFrame):
    """One message at a time; a notice goes by itself, an error stays until it is closed or another comes."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("message_bar")
        self.setProperty("card", True)
        self._over = over
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(STAY_MS)
        self._timer.timeout.connect(self.hide)
        self._icon = QLabel(self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._button = QPushButton(self)
        self._button.clicked.connect(self._on_button)
        self._close = QToolButton(self)
        self._close.setIcon(icon("close", "text_muted"))
        self._close.setToolTip("Close this message (Esc)")
        self._close.clicked.connect(self.hide)
        self._action: Callable[[], object] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        row.addWidget(self._button)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        over.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """The message that is shown, or "" for none."""
        return "" if self.isHidden() else self._text.text()

    def show_message(
        self,
        text: str,
        kind: Kind = "notice",
        *,
        button: str = "",
        action: Callable[[], object] | None = None,
    ) -> None:
        """Show a message, with a button where something can be done about it."""
        name, role = _ICONS[kind]
        self._icon.setPixmap(icon(name, role).pixmap(QSize(18, 18), self.devicePixelRatioF()))
        self._text.setText(text)
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self._action = action
        self.setStyleSheet(f"#message_bar {{ border-left: {BORDER}px solid {theme().color(role).name()}; }}")
        self.setAccessibleName(text)
        self.show()
        self.raise_()
        self._place()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        if kind == "error":
            self._timer.stop()
        else:
            self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _on_button(self) -> None:
        self.hide()
        if self._action is not None:
            self._action()

    def _place(self) -> None:
        room = self._over.width() - 2 * MARGIN
        width = max(min(MAX_WIDTH, room), 200)
        layout = self.layout()
        # The border takes a part of the width that the layout does not know of; a line more must not be cut off.
        height = layout.heightForWidth(width - 2 * BORDER) if layout is not None else -1
        height = max(height, self.minimumSizeHint().height()) + 2 * BORDER
        self.setGeometry(
            (self._over.width() - width) // 2, self._over.height() - height - MARGIN, width, height
        )
