"""What the View and Window menus do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from designer.common.theme import MODES, Mode, theme
from designer.window.shortcut_sheet import ShortcutSheet

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView
    from designer.main_window import MainWindow

THEME_KEY = "window/theme"


class ViewCommands(QObject):
    """Binds zooming, panels, training views and theme."""

    def __init__(self, window: MainWindow, canvas: CanvasView) -> None:
        super().__init__(window)
        self._window = window
        commands = window.commands
        commands.bind(
            {
                "zoom_in": canvas.zoom_in,
                "zoom_out": canvas.zoom_out,
                "zoom_reset": canvas.zoom_reset,
                "fit_selection": canvas.fit_selection,
                "fit_all": canvas.fit_all,
                "minimap": canvas.show_minimap,
                "full_screen": self._set_full_screen,
                "float_plots": window.plots.set_floating,
                "reset_window": self._reset,
                "shortcuts": self._show_shortcuts,
            }
        )
        for name in ("inspector", "training", "data", "problems"):
            commands.bind({f"show_{name}": lambda name=name: window.show_panel(name)})
        for name in ("palette", "outline"):
            dock = window.docks[name]
            commands.bind({f"show_{name}": lambda on, name=name: self._set_side(name, on)})
            dock.visibilityChanged.connect(self._show_states)
        for name in window.plots.docks:
            commands.bind({f"plot_{name}": lambda on, name=name: self._set_plot(name, on)})
        for mode in MODES:
            commands.bind({f"theme_{mode}": lambda on, mode=mode: self.set_theme(mode)})
        window.plots.changed.connect(self._show_states)
        commands["minimap"].setChecked(canvas.minimap.wanted)
        self._show_states()
        commands[f"theme_{theme().mode}"].setChecked(True)

    def set_theme(self, mode: Mode) -> None:
        """Use a theme, and remember it."""
        theme().set_mode(mode)
        self._window.settings.setValue(THEME_KEY, mode)
        self._window.commands[f"theme_{mode}"].setChecked(True)
        for widget in QApplication.topLevelWidgets():
            widget.update()

    def _set_side(self, name: str, on: bool) -> None:
        if on:
            self._window.show_panel(name)
        else:
            self._window.docks[name].hide()

    def _set_plot(self, name: str, on: bool) -> None:
        if on:
            self._window.plots.show(name)
        else:
            self._window.plots.hide(name)
        self._show_states()

    def _set_full_screen(self, on: bool) -> None:
        if on:
            self._window.showFullScreen()
        else:
            self._window.showNormal()

    def _reset(self) -> None:
        self._window.reset_arrangement()
        self._show_states()

    def _show_shortcuts(self) -> None:
        ShortcutSheet(self._window.commands, self._window).open()

    def _show_states(self) -> None:
        shown = self._window.plots.shown()
        for name, dock in self._window.plots.docks.items():
            self._window.commands[f"plot_{name}"].setChecked(name in shown)
            if dock.isFloating():
                self._window.commands["float_plots"].setChecked(True)
        if not any(dock.isFloating() for dock in self._window.plots.docks.values()):
            self._window.commands["float_plots"].setChecked(False)
        for name in ("palette", "outline"):
            self._window.commands[f"show_{name}"].setChecked(not self._window.docks[name].isHidden())
