"""The training views as docks: side by side where there is room, one behind the other where there is little."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QMainWindow, QWidget

from designer.common.throttle import Throttle
from designer.window.action_table import PLOTS
from designer.window.panel_dock import DockHandle, PanelDock
from designer.window.plot_strip import PlotStrip

VIEW_WIDTH = 300
"""Below this width a view is not worth showing beside another."""
FIRST = ("loss", "gradients", "weights", "activations")
"""What is shown at first, as far as there is room, the most wanted first."""
HINT = QSize(340, 250)


class PlotDocks(QObject):
    """Owns the docks of the training views and decides which are shown.

    `wanted` lists the views that a person asked for, the latest first; of those that are docked, as many are shown as
    fit beside each other. A panel is built when its dock is first seen.

    Signals: changed(): other views are shown.
    """

    changed = Signal()

    def __init__(self, window: QMainWindow, strip: PlotStrip) -> None:
        super().__init__(window)
        self._window = window
        self._strip = strip
        self._factories: dict[str, Callable[[], QWidget]] = {}
        self._before_alone: list[str] = []
        self.wanted = list(FIRST)
        self.docks: dict[str, PanelDock] = {}
        self._settle = Throttle(60, self._arrange, self)
        for name, title, _ in PLOTS:
            self.docks[name] = self._make(name, title)
        strip.toggled.connect(self.toggle)
        strip.alone.connect(self.show_alone)
        # Docks beside the strip settle after the window has its size: its own width is what counts.
        strip.resized.connect(self.refit)
        self._arrange()

    def _make(self, name: str, title: str) -> PanelDock:
        dock = PanelDock(name, title, HINT, self._window)
        dock.setAllowedAreas(Qt.DockWidgetArea.AllDockWidgetAreas)
        if self.docks:
            before = list(self.docks.values())[-1]
            self._window.splitDockWidget(before, dock, Qt.Orientation.Horizontal)
        else:
            self._window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        dock.visibilityChanged.connect(lambda visible, name=name: self._on_visible(name, visible))
        dock.topLevelChanged.connect(self._settle.call)
        dock.closed.connect(self.hide)
        return dock

    def set_factories(self, factories: Mapping[str, Callable[[], QWidget]]) -> None:
        """Say how panels are made, and make those that are seen. Views that nothing makes have no tab."""
        self._factories = dict(factories)
        for name, tab in self._strip.tabs.items():
            tab.setVisible(name in factories)
        for name in self.shown():
            self._build(name)

    def panel(self, name: str) -> QWidget | None:
        """Return a panel, once it was built."""
        return self.docks[name].panel

    def shown(self) -> set[str]:
        """Return the names of the views that are there, docked or torn off."""
        return {name for name, dock in self.docks.items() if not dock.isHidden()}

    def show(self, name: str) -> None:
        """Show a view, in the place of the one that was asked for longest ago where there is no room."""
        self.wanted = [name, *(other for other in self.wanted if other != name)]
        self._arrange()

    def hide(self, name: str) -> None:
        """Hide a view."""
        self.wanted = [other for other in self.wanted if other != name]
        self._arrange()

    def toggle(self, name: str) -> None:
        """Show a view, or hide it."""
        if name in self.shown():
            self.hide(name)
        else:
            self.show(name)

    def show_alone(self, name: str) -> None:
        """Show nothing but this view, or what was there before."""
        if self.wanted == [name] and self._before_alone:
            self.wanted, self._before_alone = self._before_alone, []
        else:
            self._before_alone = [name, *(other for other in self.wanted if other != name)]
            self.wanted = [name]
        self._arrange()

    def show_these(self, names: Iterable[str]) -> None:
        """Want exactly these, the first most."""
        self.wanted = [name for name in names if name in self.docks]
        self._arrange()

    def set_floating(self, floating: bool) -> None:
        """Tear off every view that is shown, or put all back."""
        for name in self.shown():
            self.docks[name].setFloating(floating)
        self._arrange()

    def reset(self) -> None:
        """Go back to the first arrangement."""
        for dock in self.docks.values():
            dock.setFloating(False)
        self.show_these(FIRST)

    def refit(self) -> None:
        """Look again at how many views there is room for; for a window that has another width."""
        self._settle.call()

    def settle(self) -> None:
        """Do at once what `refit` leaves for later."""
        self._settle.cancel()
        self._arrange()

    def _capacity(self) -> int:
        return max(1, self._strip.width() // VIEW_WIDTH)

    def _arrange(self) -> None:
        floating = {name for name, dock in self.docks.items() if dock.isFloating()}
        docked = [name for name in self.wanted if name not in floating][: self._capacity()]
        before = self.shown()
        for name, dock in self.docks.items():
            dock.setVisible(name in docked or (name in floating and name in self.wanted))
        after = self.shown()
        self._strip.show_on(after)
        if after != before:
            beside = [self.docks[name] for name in self.docks if name in docked]
            self._window.resizeDocks(beside, [100] * len(beside), Qt.Orientation.Horizontal)
            self.changed.emit()

    def _on_visible(self, name: str, visible: bool) -> None:
        if visible:
            self._build(name)

    def _build(self, name: str) -> None:
        dock = self.docks[name]
        if dock.panel is not None or name not in self._factories:
            return
        panel = self._factories[name]()
        dock.set_panel(panel)
        header = getattr(panel, "header", None)
        if isinstance(header, QWidget):
            dock.set_title_bar(DockHandle(header, dock))
