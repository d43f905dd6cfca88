"""The main window: the bar at the top, docks around the canvas, the training views below, the status line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QTabWidget, QVBoxLayout, QWidget

from designer.actions import Actions
from designer.window.action_table import ACTIONS, PLOTS
from designer.window.focus_ring import next_stop
from designer.window.menus import Menus
from designer.window.message_bar import MessageBar
from designer.window.panel_dock import PanelDock, PanelPlace
from designer.window.plot_docks import PlotDocks
from designer.window.plot_strip import PlotStrip
from designer.window.status_line import StatusLine
from designer.window.top_bar import TopBar

STATE_VERSION = 1
START_SIZE = QSize(1440, 900)
LEAST_START_SIZE = QSize(1024, 680)
FRAME_ROOM = QSize(16, 48)
LEFT_WIDTH, RIGHT_WIDTH = 216, 296
SUFFIXES = (".gradloom", ".json")
RIGHT = (("inspector", "Inspector"), ("training", "Training"), ("data", "Data"), ("problems", "Problems"))


class MainWindow(QMainWindow):
    """The frame, without anything in it: panels are put in by the application, after the window is on the screen.

    Signals: file_dropped(path); closing(): the window is about to go.
    """

    file_dropped = Signal(str)
    closing = Signal()

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle("Gradloom[*]")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AnimatedDocks
        )
        self.settings = settings
        self.can_close: Callable[[], bool] = lambda: True
        self.commands = Actions(ACTIONS, self)
        self.addActions(self.commands.in_context("window"))
        self.top_bar = TopBar(self.commands, self)
        self.setMenuWidget(self.top_bar)
        self.menus = Menus(self.top_bar.menus, self.commands)
        self.status = StatusLine(self)
        self.setStatusBar(self.status)
        self.strip = PlotStrip([(n, t, self.commands[f"plot_{n}"].toolTip()) for n, t, _ in PLOTS], self)
        self.canvas_place = PanelPlace(QSize(760, 440), self)
        self.messages = MessageBar(self.canvas_place)
        self.docks = self._make_side_docks()
        self.plots = PlotDocks(self, self.strip)
        self._lay_out()
        self.reset_arrangement()
        self._restore()

    # ------------------------------------------------------------------ building

    def _make_side_docks(self) -> dict[str, PanelDock]:
        docks = {
            "palette": PanelDock("palette", "Palette", QSize(LEFT_WIDTH, 600), self),
            "outline": PanelDock("outline", "Outline", QSize(LEFT_WIDTH, 240), self),
        }
        for name, title in RIGHT:
            docks[name] = PanelDock(name, title, QSize(RIGHT_WIDTH, 600), self)
        for name in ("palette", "outline"):
            self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, docks[name])
        for name, _ in RIGHT:
            self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, docks[name])
        return docks

    def _lay_out(self) -> None:
        central = QWidget(self)
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas_place, 1)
        column.addWidget(self.strip)
        self.setCentralWidget(central)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)

    def reset_arrangement(self) -> None:
        """Put every dock to its first place."""
        for dock in self.docks.values():
            dock.setFloating(False)
            dock.show()
        self.docks["outline"].hide()
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.docks["palette"])
        self.splitDockWidget(self.docks["palette"], self.docks["outline"], Qt.Orientation.Vertical)
        first = self.docks[RIGHT[0][0]]
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, first)
        for name, _ in RIGHT[1:]:
            self.tabifyDockWidget(first, self.docks[name])
        first.raise_()
        self.plots.reset()
        self.apply_sizes()

    def apply_sizes(self) -> None:
        """Give the sides and the training views their usual sizes."""
        horizontal, vertical = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self.resizeDocks(
            [self.docks["palette"], self.docks["inspector"]], [LEFT_WIDTH, RIGHT_WIDTH], horizontal
        )
        shown = [self.plots.docks[name] for name in self.plots.docks if name in self.plots.shown()]
        height = max(200, round((self.height() - 100) * 0.37))
        self.resizeDocks(shown, [height] * len(shown), vertical)
        self.resizeDocks(shown, [100] * len(shown), horizontal)

    # ------------------------------------------------------------------ panels

    def set_canvas(self, canvas: QWidget) -> None:
        """Put the canvas in, and let the keys that belong to it count there."""
        self.canvas_place.set_panel(canvas)
        canvas.addActions(self.commands.in_context("canvas"))
        self.messages.raise_()
        canvas.setFocus()

    def show_panel(self, name: str) -> None:
        """Bring a side panel to the front, and the keyboard to it."""
        dock = self.docks[name]
        dock.show()
        dock.raise_()
        if dock.panel is not None:
            dock.panel.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_document(self, name: str, path: Path | None, *, modified: bool, read_only: str) -> None:
        """Show the document's name and state, in the bar and in the system's title."""
        self.setWindowTitle(f"{name}[*] — Gradloom")
        self.setWindowModified(modified)
        self.setWindowFilePath("" if path is None else str(path))
        self.setWindowTitle(f"{name}[*] — Gradloom")
        tip = "Not saved yet" if path is None else str(path)
        self.top_bar.document.show_document(
            name,
            modified=modified,
            read_only=bool(read_only),
            tip=f"{tip}\n{read_only}" if read_only else tip,
        )

    # ------------------------------------------------------------------ state between starts

    def _restore(self) -> None:
        geometry, state = self.settings.value("window/geometry"), self.settings.value("window/state")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            # Where the frame of the window would leave the screen, so would the status line.
            room = self.screen().availableGeometry().size() - FRAME_ROOM
            self.resize(START_SIZE.boundedTo(room).expandedTo(LEAST_START_SIZE))
        if isinstance(state, QByteArray) and self.restoreState(state, STATE_VERSION):
            wanted = self.settings.value("window/plots", list(self.plots.wanted))
            names = [wanted] if isinstance(wanted, str) else wanted
            self.plots.show_these(names if isinstance(names, list) else ())
        else:
            self.apply_sizes()

    def save_state(self) -> None:
        """Remember size, docks and views for the next start."""
        self.settings.setValue("window/geometry", self.saveGeometry())
        self.settings.setValue("window/state", self.saveState(STATE_VERSION))
        self.settings.setValue("window/plots", self.plots.wanted)

    # ------------------------------------------------------------------ events

    def focusNextPrevChild(self, forward: bool) -> bool:
        docks = [*self.docks.values()]
        left, right = docks[:2], docks[2:]
        regions = [self.top_bar, *left, self.canvas_place, self.strip, *self.plots.docks.values(), *right]
        goal = next_stop(regions, QApplication.focusWidget(), forward=forward)
        if goal is None:
            return False
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        goal.setFocus(reason)
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.plots.refit()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.can_close():
            event.ignore()
            return
        self.save_state()
        self.closing.emit()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_path(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped_path(event)
        if path:
            event.acceptProposedAction()
            self.file_dropped.emit(path)


def _dropped_path(event: QDropEvent) -> str:
    """Return the one design file that is being dropped, or ""."""
    urls = event.mimeData().urls()
    if len(urls) == 1 and urls[0].isLocalFile() and urls[0].toLocalFile().lower().endswith(SUFFIXES):
        return urls[0].toLocalFile()
    return ""
