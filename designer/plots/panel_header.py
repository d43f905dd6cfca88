"""The line above a plot: its title, what it shows in muted words, and its few options at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QPainter, QPaintEvent
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
        self,
        choices: Sequence[tuple[str, str, str]],
        theme: Theme,
        parent: QWidget | None = None,
        *,
        heading: bool = False,
    ) -> None:
        """Offer `choices`: (key, text, tool tip) each. As a `heading` it is written like a title."""
        super().__init__(parent)
        self._heading = heading
        self._theme = theme
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
            button = OptionButton(text, tip, self._theme, self)
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


class OptionButton(QToolButton):
    """A muted word until the mouse is over it or it is on. Painted here, so that it follows the theme at once."""

    def __init__(self, text: str, tip: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._by_keyboard = False
        self.setText(text)
        self.setToolTip(tip)
        self.setFont(scaled(self.font(), 0.88))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.text()) + 14, max(metrics.height() + 6, 20))

    def minimumSizeHint(self) -> QSize:
        # In a narrow view words stand closer rather than being cut.
        return self.sizeHint() - QSize(10, 0)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, place = self._theme, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        ring = self.hasFocus() and self._by_keyboard
        painter.setPen(theme.color("accent") if ring else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("hover") if self.isChecked() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place, 4, 4)
        lively = self.isChecked() or self.underMouse() or self.isDown()
        role = "text" if lively else "text_muted"
        painter.setPen(theme.color(role if self.isEnabled() else "disabled"))
        painter.setFont(self.font())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


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
        self._options = QWidget(self)
        self._option_row = QHBoxLayout(self._options)
        self._option_row.setContentsMargins(0, 0, 0, 0)
        self._option_row.setSpacing(4)
        self._row.addWidget(self._options)

    def set_title(self, title: str) -> None:
        """Show another title."""
        self._title.setText(title)

    def set_tabs(self, tabs: QWidget, *, shown: bool) -> None:
        """Put `tabs` in the place of the title, or show the title again."""
        if self._row.indexOf(tabs) < 0:
            self._row.insertWidget(0, tabs)
        tabs.setVisible(shown)
        self._title.setVisible(not shown)

    def add(self, widget: QWidget) -> None:
        """Put an option at the right end."""
        self._option_row.addWidget(widget)

    def set_options_shown(self, shown: bool) -> None:
        """Show the options and the note, or hide them: an empty plot has nothing to choose."""
        self._options.setVisible(shown)
        if not shown:
            self.note.set_parts(())
