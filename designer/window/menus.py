"""The menu bar, filled from the table of commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar

from designer.actions import Actions
from designer.common.text import elided_middle
from designer.window.action_table import MENUS

THEMES = ("theme_system", "theme_light", "theme_dark")


class Menus:
    """Fills the menu bar and its submenus; `recent` is filled anew whenever it opens."""

    def __init__(self, bar: QMenuBar, actions: Actions) -> None:
        self._actions = actions
        self.menus: dict[str, QMenu] = {}
        self.recent_paths: Callable[[], list[Path]] = list
        self.open_recent: Callable[[Path], object] = lambda path: None
        for name in MENUS:
            menu = bar.addMenu(name)
            menu.setToolTipsVisible(True)
            self.menus[name] = menu
        for name, spec in actions.specs.items():
            menu = self._menu(spec.menu)
            if spec.separator and not menu.isEmpty():
                menu.addSeparator()
            menu.addAction(actions[name])
        group = QActionGroup(actions)
        for name in THEMES:
            group.addAction(actions[name])
        self.menus["File/Open Recent"].aboutToShow.connect(self._fill_recent)

    def _menu(self, path: str) -> QMenu:
        if path not in self.menus:
            parent, _, title = path.rpartition("/")
            submenu = self.menus[parent].addMenu(title)
            submenu.setToolTipsVisible(True)
            self.menus[path] = submenu
        return self.menus[path]

    def _fill_recent(self) -> None:
        menu = self.menus["File/Open Recent"]
        menu.clear()
        paths = self.recent_paths()
        for place, path in enumerate(paths, 1):
            text = f"&{place % 10}  {path.name}"
            action = menu.addAction(f"{text}\t{elided_middle(str(path.parent), 40)}")
            action.setToolTip(str(path))
            action.triggered.connect(lambda checked=False, path=path: self.open_recent(path))
        if not paths:
            menu.addAction("No files yet").setEnabled(False)
        menu.addSeparator()
        menu.addAction(self._actions["clear_recent"])
        self._actions.enable(clear_recent=bool(paths))
