"""The one bar at the top: menus, training buttons, how far the run is, and the document's name."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenuBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from designer.actions import Actions
from designer.common.icons import icon
from designer.window.document_label import DocumentLabel
from designer.window.quiet_labels import FadingLabel
from designer.window.thin_bar import ThinBar

HEIGHT = 44
READOUT = 200
"""The most that the words about the run keep for themselves where the bar is narrow."""
WIDE = 1380
"""From this width on the buttons have their full padding."""


class TopBar(QWidget):
    """Mirrors the actions; the readout and the name are set by the window."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("top_bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self.menus = QMenuBar(self)
        self.menus.setNativeMenuBar(False)
        self.menus.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        self.train = ActionButton(actions["train"], "play", primary=True)
        self.pause = ActionButton(actions["pause"])
        self.step = ActionButton(actions["step"])
        self.reset = ActionButton(actions["reset"])
        self.headline = FadingLabel(bold=True, kept=READOUT)
        self.detail = FadingLabel(role="text_muted", scale=0.85, kept=READOUT)
        self.progress = ThinBar()
        self.time_left = FadingLabel(role="text_muted", scale=0.92, kept=READOUT)
        self.document = DocumentLabel()
        self._buttons = (self.train, self.pause, self.step, self.reset)
        self._lay_out()
        self.show_progress("", "", -1.0, "")

    def _lay_out(self) -> None:
        readout = QVBoxLayout()
        readout.setSpacing(0)
        readout.addStretch()
        readout.addWidget(self.headline)
        readout.addWidget(self.detail)
        readout.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(self.menus, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(3)
        for button in self._buttons:
            row.addWidget(button)
        row.addSpacing(8)
        row.addLayout(readout, 4)
        row.addWidget(self.progress, 4)
        row.addWidget(self.time_left)
        row.addStretch(2)
        row.addWidget(self.document, 3)

    def show_progress(self, headline: str, detail: str, share: float, time_left: str) -> None:
        """Show where the run is; a share below 0 hides the bar."""
        self.headline.setText(headline)
        self.detail.setText(detail)
        self.detail.setVisible(bool(detail))
        self.progress.set_share(share)
        self.time_left.setText(time_left)
        self.time_left.setVisible(bool(time_left))

    def show_state(self, state: str, train: QAction, stop: QAction) -> None:
        """Make the first button Train or Stop, and the second Pause or Resume."""
        alive = state in ("starting", "running", "paused", "stopping")
        self.train.set_action(stop if alive else train)
        self.train.setText("Stop" if alive else "Train")
        self.train.set_icon("stop" if alive else "play")
        self.train.set_primary(not alive)
        self.pause.setText("Resume" if state == "paused" else "Pause")
        self.pause.set_primary(state == "paused")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = self.width() < WIDE
        for button in self._buttons:
            button.set_compact(compact)


class ActionButton(QPushButton):
    """A push button that is an action: its tip, whether it is enabled, and what it does."""

    def __init__(self, action: QAction, icon_name: str = "", *, primary: bool = False) -> None:
        super().__init__(action.text())
        self._action = action
        self._icon = icon_name
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(14, 14))
        self.setProperty("primary", primary)
        self.set_icon(icon_name)
        action.changed.connect(self._on_changed)
        self._on_changed()
        self.clicked.connect(self._on_clicked)

    def set_action(self, action: QAction) -> None:
        """Be another action."""
        self._action.changed.disconnect(self._on_changed)
        self._action = action
        action.changed.connect(self._on_changed)
        self._on_changed()

    def set_icon(self, name: str) -> None:
        """Show another icon, "" for none; on the accent it is white."""
        self._icon = name
        if name:
            self.setIcon(icon(name, "accent_text" if self.property("primary") else "text"))

    def set_primary(self, primary: bool) -> None:
        """Stand out, or not."""
        if self.property("primary") != primary:
            self.setProperty("primary", primary)
            self.set_icon(self._icon)
            self.style().unpolish(self)
            self.style().polish(self)

    def set_compact(self, compact: bool) -> None:
        """Take less room."""
        if self.property("compact") != compact:
            self.setProperty("compact", compact)
            self.style().unpolish(self)
            self.style().polish(self)
            # A button keeps the size that it once asked for until its icon or text is another one.
            self.setIcon(self.icon())

    def _on_changed(self) -> None:
        self.setEnabled(self._action.isEnabled())
        self.setToolTip(self._action.toolTip())

    def _on_clicked(self) -> None:
        self._action.trigger()
