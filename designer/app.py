"""The application: the only place that introduces objects to each other."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QWidget

from designer.common.collector import MainThreadCollector
from designer.common.resources import resource_path
from designer.common.theme import MODES, theme
from designer.main_window import MainWindow
from designer.window.startup import Startup

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView
    from designer.document.prompts import FilePrompts

PANELS = {
    "loss": ("designer.plots.loss_panel", "LossPanel"),
    "gradients": ("designer.plots.gradients_panel", "GradientsPanel"),
    "activations": ("designer.plots.activations_panel", "ActivationsPanel"),
    "weights": ("designer.plots.weights_panel", "WeightsPanel"),
    "predictions": ("designer.plots.predictions_panel", "PredictionsPanel"),
    "generate": ("designer.plots.generate_panel", "GeneratePanel"),
    "theory": ("designer.plots.theory_panel", "TheoryPanel"),
    "backprop": ("designer.plots.backprop_panel", "BackpropPanel"),
    "runs": ("designer.plots.runs_panel", "RunsPanel"),
}
"""The training views, imported when the first of them is seen: pyqtgraph is costly."""


class Application(QObject):
    """One window with everything in it.

    It is built in stages, so that the window is seen at once: `core` makes the document and opens the file, `panels`
    the canvas and the sides, `plots` the training views. Signals: ready(): everything is there.
    """

    ready = Signal()

    def __init__(self, path: str | None, settings: QSettings, state_folder: Path) -> None:
        super().__init__()
        self._path = path
        self._state_folder = state_folder
        self.is_ready = False
        self.make_prompts: Callable[[MainWindow], FilePrompts] = _dialogs
        self.window = MainWindow(settings)
        self._collector = MainThreadCollector(self)
        self._collector.hold()
        stages = [("core", self._build_core), ("panels", self._build_panels), ("plots", self._build_plots)]
        self.startup = Startup(self.window, [*stages, ("file", self._open_file)])

    # ------------------------------------------------------------------ building

    def _build_core(self) -> None:
        from designer.document.document import Document
        from designer.document.edit_commands import EditCommands
        from designer.document.file_session import FileSession
        from designer.document.flat_document import FlatDocument, FlatSelection
        from designer.document.recent_files import RecentFiles
        from designer.document.recovery import Recovery
        from designer.document.scope import Scope
        from designer.document.selection import Selection
        from designer.training.session import TrainingSession

        window = self.window
        self.document = Document(window)
        self.scope = Scope(self.document, window)
        self.selection = Selection(self.scope, window)
        self.edit = EditCommands(self.scope, self.selection, window)
        # Runs, and the views of what they find, know no blocks.
        self.flat = FlatDocument(self.document, window)
        self.flat_selection = FlatSelection(self.flat, self.scope, self.selection, window)
        self.recovery = Recovery(self.document, self._state_folder / "recovery", window)
        self.session = TrainingSession(self.flat, parent=window)
        recent = RecentFiles(window.settings, window)
        prompts = self.make_prompts(window)
        self.files = FileSession(self.document, prompts, recent, self.recovery, window)

    def _build_panels(self) -> None:
        from designer.canvas.canvas_view import CanvasView
        from designer.data.data_panel import DataPanel
        from designer.inspector.inspector_panel import InspectorPanel
        from designer.inspector.problems_panel import ProblemsPanel
        from designer.inspector.training_panel import TrainingPanel
        from designer.outline.outline_panel import OutlinePanel
        from designer.palette.palette_panel import PalettePanel
        from designer.window.live_canvas import LiveCanvas

        self.window.setWindowIcon(QIcon(str(resource_path("icons/app/gradloom.svg"))))
        document, scope, selection, session = self.document, self.scope, self.selection, self.session
        self.canvas = CanvasView(scope, selection, self.edit)
        self.live = LiveCanvas(self.canvas, scope, self.flat, self.window)
        self.palette = PalettePanel(scope)
        self.outline = OutlinePanel(scope, selection, self.edit)
        self.inspector = InspectorPanel(scope, selection, session)
        self.training = TrainingPanel(document, session, self.flat_selection)
        self.data = DataPanel(document)
        self.problems = ProblemsPanel(document, selection, session)
        self.window.set_canvas(self.canvas)
        for name in ("palette", "outline", "inspector", "training", "data", "problems"):
            self.window.docks[name].set_panel(getattr(self, name))
        self._introduce()

    def _build_plots(self) -> None:
        arguments = (self.session, self.flat, self.flat_selection, theme())
        self.window.plots.set_factories(
            {name: partial(_panel, name, *arguments) for name in available_panels()}
        )
        for name in PANELS:
            self.window.commands[f"plot_{name}"].setVisible(name in available_panels())

    # ------------------------------------------------------------------ introductions

    def _introduce(self) -> None:
        from designer.window.document_status import DocumentStatus
        from designer.window.edit_bindings import EditBindings
        from designer.window.file_commands import FileCommands
        from designer.window.network_commands import NetworkCommands
        from designer.window.train_commands import TrainCommands
        from designer.window.training_files import TrainingFiles
        from designer.window.transfer_commands import TransferCommands
        from designer.window.view_commands import ViewCommands

        window, document, selection, canvas = self.window, self.document, self.selection, self.canvas
        self.training_files = TrainingFiles(document, self.session, self.files, self.data, window)
        self.file_commands = FileCommands(window, document, self.files, canvas, self.session.weights.by_name)
        self.files.thumbnail = self.file_commands.thumbnail
        EditBindings(window, self.scope, selection, self.edit, canvas)
        ViewCommands(window, canvas)
        NetworkCommands(window, self.scope, selection, canvas)
        TrainCommands(window, self.flat, self.session, cast("CanvasView", self.live))
        self.transfer_commands = TransferCommands(window, document, self.session, self.files)
        DocumentStatus(window, self.flat, self.session)
        self._introduce_panels()
        window.can_close = self.files.settle
        window.closing.connect(self.close)
        self.recovery.unavailable.connect(partial(window.messages.show_message, kind="warning"))

    def _introduce_panels(self) -> None:
        window, canvas, live = self.window, self.canvas, self.live
        self.palette.layer_activated.connect(canvas.add_layer)
        self.palette.template_activated.connect(self.file_commands.open_template)
        self.palette.data_activated.connect(self._use_data)
        canvas.templates_requested.connect(self.file_commands.choose_template)
        canvas.set_gallery(self._make_gallery)
        self.inspector.data_requested.connect(partial(window.show_panel, "data"))
        self.inspector.training_requested.connect(partial(window.show_panel, "training"))
        self.inspector.node_requested.connect(self.live.go_to)
        self.inspector.enter_requested.connect(canvas.blocks.enter)
        self.problems.node_requested.connect(self._show_node)
        self.outline.node_activated.connect(self.live.go_to)
        self.outline.help_requested.connect(canvas.help_requested)
        self.outline.refused.connect(canvas.tell)
        self.session.findings_changed.connect(self._show_badges)
        self.data.look_changed.connect(lambda look: live.set_samples(look.sizes.get("train", 0)))
        self.session.state_changed.connect(self._on_run_state_changed)

    def _make_gallery(self) -> QWidget:
        from designer.palette.template_gallery import TemplateGallery

        gallery = TemplateGallery(title="")
        gallery.chosen.connect(self.file_commands.open_template)
        gallery.dismissed.connect(self.canvas.setFocus)
        return gallery

    def _use_data(self, name: str) -> None:
        self.window.show_panel("data")
        self.data.use_source(name)

    def _show_node(self, node_id: str) -> None:
        self.live.go_to(node_id)
        self.window.show_panel("inspector")

    def _on_run_state_changed(self, state: str) -> None:
        if state == "running":
            self.live.set_samples(self.session.history.plan.samples)

    def _show_badges(self) -> None:
        from designer.canvas.badges import Badge, BadgeTone

        tones: dict[str, BadgeTone] = {"error": "failing", "warning": "warning"}
        badges: dict[str, Badge] = {}
        for node, mark in self.session.node_marks().items():
            # The canvas draws its own symbol before the words.
            words = mark.text.lstrip("▲△▽✕ ")
            badges[node] = Badge(words, tones.get(mark.severity, "info"), mark.message, mark.kind)
        self.live.set_badges(badges)

    # ------------------------------------------------------------------ life

    def _open_file(self) -> None:
        if not self.files.offer_recovery() and self._path:
            self.files.open(self._path)
        self.is_ready = True
        self.ready.emit()

    def keep_for_recovery(self) -> None:
        """Keep unsaved edits and end: the system wants the program to go."""
        if self.is_ready and self.files.modified:
            self.recovery.write()
        self.session.close()
        QApplication.exit(0)

    def close(self) -> None:
        """Let go of everything; the window has been closed."""
        self.session.close()
        self.files.close()
        self.window.commands.release()
        self._collector.release()


def _dialogs(window: MainWindow) -> FilePrompts:
    from designer.window.dialogs import DialogPrompts

    return DialogPrompts(window, window.messages)


def available_panels() -> tuple[str, ...]:
    """Return the training views that this installation has."""
    return tuple(name for name, (module, _) in PANELS.items() if find_spec(module) is not None)


def _panel(name: str, *arguments: object) -> QWidget:
    module, panel_class = PANELS[name]
    panel: QWidget = getattr(import_module(module), panel_class)(*arguments)
    return panel


def run(path: str | None = None) -> int:
    """Open the window, with a file where one is named; return the exit status when it is closed."""
    if not has_display():
        from designer.offscreen import demonstrate

        return demonstrate(path)
    qt = make_qt_application()
    settings = make_settings()
    use_theme(str(settings.value("window/theme", "system")))
    application = Application(path, settings, state_folder())
    return _run_until_closed(qt, application)


def screenshot(file: str, out: str, epochs: int = 0, theme: str = "dark", size: str = "1280x800") -> int:
    """Render the whole window off screen to a picture, after training for some epochs; return the exit status."""
    from designer.offscreen import render_offscreen

    return render_offscreen(file, out, epochs=epochs, mode=theme, size=size)


def _run_until_closed(qt: QApplication, application: Application) -> int:
    from designer.window.shutdown import ShutdownSignals
    from designer.window.unexpected import UnexpectedErrors

    signals = ShutdownSignals(application.keep_for_recovery, application)
    tell = partial(application.window.messages.show_message, kind="error")
    errors = UnexpectedErrors(state_folder() / "errors.log", tell)
    application.window.show()
    try:
        return qt.exec()
    finally:
        errors.release()
        signals.release()


def make_qt_application() -> QApplication:
    """Return the Qt application, with the program's name."""
    found = QApplication.instance()
    qt = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    qt.setApplicationName("gradloom")
    qt.setApplicationDisplayName("Gradloom")
    qt.setDesktopFileName("gradloom")
    return qt


def make_settings() -> QSettings:
    """Return the user's settings."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "gradloom", "gradloom")


def use_theme(mode: str) -> None:
    """Put the look on, in the mode named; "system" where the name is unknown."""
    theme().set_mode(mode if mode in MODES else "system")
    theme().install()


def state_folder() -> Path:
    """Return the user's folder for recovery copies and logs."""
    from platformdirs import user_state_path

    return user_state_path("gradloom", appauthor=False)


def has_display() -> bool:
    """Return whether there is a screen to open a window on, or Qt was told what to do without."""
    from designer.window.display import screen_answers

    if os.environ.get("QT_QPA_PLATFORM") or not sys.platform.startswith("linux"):
        return True
    return QGuiApplication.instance() is not None or screen_answers(os.environ)
