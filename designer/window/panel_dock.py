"""Docks: the places that panels stand in, which can be moved, torn off and shown as tabs."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QStackedLayout, QToolButton, QWidget

from designer.common.icons import icon


class PanelDock(QDockWidget):
    """A dock that is there before its panel is, in the panel's size, so that nothing moves when that comes.

    Docked, it has no title bar of its own: tabs or the panel's own header say what it is. Floating, it has the
    window's.

    Signals: closed(name): a person closed it.
    """

    closed = Signal(str)

    def __init__(self, name: str, title: str, hint: QSize, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.setObjectName(f"{name}_dock")
        self.name = name
        self._place = PanelPlace(hint, self)
        self.setWidget(self._place)
        self._bare = QWidget(self)
        self._bare.setFixedHeight(0)
        self._docked_bar: QWidget = self._bare
        self.setTitleBarWidget(self._bare)
        self.topLevelChanged.connect(self._on_top_level_changed)

    @property
    def panel(self) -> QWidget | None:
        """The panel, once it is there."""
        return self._place.panel

    def set_panel(self, panel: QWidget) -> None:
        """Put the panel in."""
        self._place.set_panel(panel)

    def set_title_bar(self, bar: QWidget) -> None:
        """Use a widget as the handle to move the docked panel by: its own header."""
        self._docked_bar = bar
        if not self.isFloating():
            self.setTitleBarWidget(bar)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit(self.name)

    def _on_top_level_changed(self, floating: bool) -> None:
        if self._docked_bar is self._bare:
            self.setTitleBarWidget(None if floating else self._bare)  # type: ignore[arg-type]  # None: Qt's own


class PanelPlace(QWidget):
    """A quiet surface until its panel comes. Its size hint is fixed, whatever the panel would like."""

    def __init__(self, hint: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel_place")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._hint = hint
        self.panel: QWidget | None = None
        self._stack = QStackedLayout(self)

    def set_panel(self, panel: QWidget) -> None:
        """Put the panel in."""
        self.panel = panel
        self._stack.addWidget(panel)
        self._stack.setCurrentWidget(panel)

    def sizeHint(self) -> QSize:
        return self._hint


class DockHandle(QWidget):
    """A panel's header with the two buttons of a dock: the handle by which a training view is moved."""

    def __init__(self, header: QWidget, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("dock_handle")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 0)
        row.setSpacing(0)
        row.addWidget(header, 1)
        self.tear_off = _button("float", "Tear this view off, or put it back")
        self.tear_off.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        self.close_button = _button("close", "Hide this view")
        self.close_button.clicked.connect(dock.close)
        row.addWidget(self.tear_off)
        row.addWidget(self.close_button)


def _button(name: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name, "text_muted"))
    button.setIconSize(QSize(12, 12))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
