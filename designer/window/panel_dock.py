"""Docks: the places that panels stand in, which can be moved, torn off and shown as tabs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QEnterEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLayout,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QWidget,
)

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
        # A click anywhere in a panel brings the keyboard to it, and its own keys (Space in a training view) with that.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
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
    """A panel's header as the handle by which a training view is moved; the dock's two buttons come under the pointer.

    However much a header holds, it does not make the dock wider.
    """

    def __init__(self, header: QWidget, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("dock_handle")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 0)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.addWidget(header, 1)
        self._buttons = QWidget(self)
        self._buttons.setObjectName("dock_handle")
        self._buttons.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(4, 0, 0, 0)
        buttons.setSpacing(0)
        self.tear_off = _button("float", "Tear this view off, or put it back")
        self.tear_off.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        self.close_button = _button("close", "Hide this view")
        self.close_button.clicked.connect(dock.close)
        buttons.addWidget(self.tear_off)
        buttons.addWidget(self.close_button)
        self._buttons.hide()

    def sizeHint(self) -> QSize:
        return QSize(200, max(super().sizeHint().height(), 32))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def enterEvent(self, event: QEnterEvent) -> None:
        self._buttons.adjustSize()
        self._buttons.setFixedHeight(self.height())
        self._buttons.move(self.width() - self._buttons.width(), 0)
        self._buttons.show()
        self._buttons.raise_()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._buttons.hide()
        super().leaveEvent(event)


def _button(name: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name, "text_muted"))
    button.setIconSize(QSize(12, 12))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
