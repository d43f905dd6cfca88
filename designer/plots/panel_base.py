"""What every live plot has in common: a header, an empty state that teaches, and drawing only while it is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QStackedLayout, QVBoxLayout, QWidget

from designer.common.theme import Theme
from designer.common.throttle import Throttle
from designer.document.document import Document
from designer.document.selection import Selection
from designer.plots.empty_state import EmptyState, Teaching
from designer.plots.export import ExportActions
from designer.plots.panel_header import PanelHeader

if TYPE_CHECKING:
    from designer.training.session import TrainingSession

DRAW_MS = 80
"""Plots are drawn about 12 times a second, however fast figures arrive."""
RANGES_MS = 500
"""Axis ranges move twice a second: they are what costs most, and what unrests the eye."""


class LivePanel(QWidget):
    """Base of the live plots. A subclass builds into `content`, and gives `teaching`, `draw`, `restyle` and `table`.

    `refresh()` asks for a drawing; it comes at most every `DRAW_MS`, and only while the panel is visible.
    """

    TITLE: ClassVar[str] = ""
    NAME: ClassVar[str] = ""
    """What files exported from this panel begin with."""

    def __init__(
        self,
        session: TrainingSession,
        document: Document,
        selection: Selection,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.document, self.selection, self.theme = session, document, selection, theme
        self.setObjectName(f"{self.NAME}_panel")
        self.setAccessibleName(self.TITLE)
        self.header = PanelHeader(self.TITLE, theme, self)
        self.content = QWidget(self)
        self._empty = EmptyState(theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 8)
        column.setSpacing(2)
        column.addWidget(self.header)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.content)
        column.addLayout(self._stack, 1)
        self._exports = ExportActions(self)
        self._drawing = Throttle(DRAW_MS, self._draw_if_visible, self)
        self._ranging = Throttle(RANGES_MS, self._range_if_visible, self)
        theme.changed.connect(self._on_theme_changed)

    # ------------------------------------------------------------------ for subclasses

    def teaching(self) -> Teaching | None:
        """Return what would fill the plot where it is empty, None where there is something to draw."""
        return None

    def draw(self) -> None:
        """Bring the plot up to date."""

    def set_ranges(self) -> None:
        """Bring the axis ranges up to date; called less often than `draw`."""

    def restyle(self) -> None:
        """Take the colours of the theme anew."""

    def table(self) -> tuple[list[str], list[list[object]]]:
        """Return (column names, rows) of what is shown, for an export as CSV."""
        return [], []

    def fill_menu(self, menu: QMenu) -> None:
        """Add the panel's own entries to its context menu."""

    # ------------------------------------------------------------------ drawing

    def refresh(self) -> None:
        """Ask for a drawing."""
        if self.isVisible():
            self._drawing.call()

    def draw_now(self) -> None:
        """Draw at once, ranges and all; for the first showing, a change by hand and for pictures."""
        teaching = self.teaching()
        self.header.set_options_shown(teaching is None)
        if teaching is not None:
            self.header.set_title(self.TITLE)
            self._empty.set_teaching(teaching)
            self._stack.setCurrentWidget(self._empty)
        else:
            self._stack.setCurrentWidget(self.content)
            self.draw()
            self.set_ranges()

    @property
    def is_empty(self) -> bool:
        """Whether the empty state is shown."""
        return self._stack.currentWidget() is self._empty

    def sizeHint(self) -> QSize:
        return QSize(360, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 140)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.draw_now()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._drawing.cancel()
        self._ranging.cancel()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if not self.is_empty:
            self.fill_menu(menu)
            if not menu.isEmpty():
                menu.addSeparator()
        self._exports.fill(menu, enabled=not self.is_empty)
        menu.popup(event.globalPos())

    def _draw_if_visible(self) -> None:
        if not self.isVisible():
            return
        teaching = self.teaching()
        if teaching is not None or self.is_empty:
            self.draw_now()
        else:
            self.draw()
            self._ranging.call()

    def _range_if_visible(self) -> None:
        if self.isVisible() and not self.is_empty:
            self.set_ranges()

    def _on_theme_changed(self) -> None:
        self.restyle()
        self.header.update()
        self._empty.update()
        if self.isVisible():
            self.draw_now()
