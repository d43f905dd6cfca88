"""The line above a plot: its title, what it shows in muted words, and its few options at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from designer.common.text import scaled
from designer.common.theme import Theme

HEIGHT = 28


class NoteLabel(QWidget):
    """A muted line that keeps to the room it has: words that don't fit are left off whole, from the end."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._parts: tuple[str, ...] = ()
        self.setFont(scaled(self.font(), 0.88))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_parts(self, parts: Sequence[str]) -> None:
        """Show these parts, the most important first, with dots between them."""
        if tuple(parts) != self._parts:
            self._parts = tuple(parts)
            self.setToolTip(" · ".join(self._parts))
            self.update()

    def text(self) -> str:
        """Return what is shown in the room there is."""
        metrics = QFontMetrics(self.font())
        for count in range(len(self._parts), 0, -1):
            text = " · ".join(self._parts[:count])
            if metrics.horizontalAdvance(text) <= self.width():
                return text
        return ""

    def sizeHint(self) -> QSize:
        return QSize(0, QFontMetrics(self.font()).height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self._theme.color("text_muted"))
        painter.setFont(self.font())
        painter.drawText(
            self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.text()
        )


class SegmentedControl(QWidget):
    """A row of joined buttons, one of which is chosen.

    Signals: chosen(key).
    """

    chosen = Signal(str)

    def __init__(
        self, choices: Sequence[tuple[str, str, str]], parent: QWidget | None = None, *, heading: bool = False
    ) -> None:
        """Offer `choices`: (key, text, tool tip) each. As a `heading` it is written like a title."""
        super().__init__(parent)
        self._heading = heading
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._keys: list[str] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self.set_choices(choices)
        self._group.idClicked.connect(self._on_clicked)

    @property
    def key(self) -> str:
        """The key of the choice that is chosen."""
        index = self._group.checkedId()
        return self._keys[index] if 0 <= index < len(self._keys) else ""

    @property
    def keys(self) -> list[str]:
        """The keys of all choices, in order."""
        return list(self._keys)

    def set_choices(self, choices: Sequence[tuple[str, str, str]]) -> None:
        """Offer other choices; the one that was chosen stays where it is still offered, else the first is."""
        before = self.key
        for button in self._group.buttons():
            self._group.removeButton(button)
            button.setParent(None)
            button.deleteLater()
        self._keys = [key for key, _, _ in choices]
        for index, (_, text, tip) in enumerate(choices):
            button = small_button(text, tip, self)
            button.setCheckable(True)
            self._group.addButton(button, index)
            self._row.addWidget(button)
            if self._heading:
                button.setFont(scaled(self.font(), 1.0, bold=True))
        self.choose(before if before in self._keys else (self._keys[0] if self._keys else ""))

    def choose(self, key: str) -> None:
        """Choose without telling."""
        if key in self._keys:
            self._group.button(self._keys.index(key)).setChecked(True)

    def _on_clicked(self, index: int) -> None:
        self.chosen.emit(self._keys[index])


def small_button(text: str, tip: str, parent: QWidget | None = None) -> QToolButton:
    """Return a flat button in small print, as the options of a plot are."""
    button = QToolButton(parent)
    button.setText(text)
    button.setToolTip(tip)
    button.setAutoRaise(True)
    button.setFont(scaled(button.font(), 0.88))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button


class PanelHeader(QWidget):
    """Title at the left (or tabs in its place), note in the middle, options at the right."""

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        self._theme = theme
        self._title = QLabel(title, self)
        self._title.setProperty("title", True)
        self._title.setFont(scaled(self._title.font(), 1.0, bold=True))
        self.note = NoteLabel(theme, self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._row.addWidget(self._title)
        self._row.addWidget(self.note, 1)
        self.restyle()

    def set_title(self, title: str) -> None:
        """Show another title."""
        self._title.setText(title)

    def set_tabs(self, tabs: QWidget, *, shown: bool) -> None:
        """Put `tabs` in the place of the title, or show the title again."""
        if self._row.indexOf(tabs) < 0:
            self._row.insertWidget(0, tabs)
        tabs.setVisible(shown)
        self._title.setVisible(not shown)

    def restyle(self) -> None:
        """Take the colours of the theme anew: options are muted words until the mouse is over them or they are on."""
        text, muted, hover = (self._theme.color(role).name() for role in ("text", "text_muted", "hover"))
        accent = self._theme.color("accent").name()
        self.setStyleSheet(
            f"QToolButton {{ color: {muted}; padding: 2px 5px; border-radius: 4px; }}"
            f"QToolButton:hover {{ color: {text}; }}"
            f"QToolButton:checked {{ color: {text}; background: {hover}; }}"
            f"QToolButton:focus {{ border-color: {accent}; }}"
        )

    def add(self, widget: QWidget) -> None:
        """Put an option at the right end."""
        self._row.addWidget(widget)
