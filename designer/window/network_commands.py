"""What the Network and Help menus do."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QSysInfo, Qt, qVersion
from PySide6.QtWidgets import QMessageBox, QProgressDialog

from designer.document.document import Document
from designer.document.mirror import Mirror
from designer.document.selection import Selection
from designer.window.guide_dialog import GuideDialog
from designer.window.help_dialog import HelpDialog
from designer.window.text_dialog import TextDialog
from engine.core.errors import GradloomError
from engine.design.blocks import PORT_LAYERS, BlockLayer
from engine.design.elements import UnknownLayer
from engine.layers.base import Layer, layers

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView
    from designer.main_window import MainWindow

CHECK = "import sys; from engine.cli import main; sys.exit(main(sys.argv[1:]))"


class NetworkCommands(QObject):
    """Binds adding and arranging layers, the summary, the gradient check, and help."""

    def __init__(
        self, window: MainWindow, document: Document, selection: Selection, canvas: CanvasView
    ) -> None:
        super().__init__(window)
        self._window, self._document, self._selection = window, document, selection
        self._whole: Document = document.root if isinstance(document, Mirror) else document
        self._check: QProcess | None = None
        window.commands.bind(
            {
                "add_layer": canvas.open_search,
                "layout": canvas.layout,
                "comment": canvas.add_note,
                "summary": self.show_summary,
                "check_gradients": self.check_gradients,
                "guide": self.show_guide,
                "help_layer": self.help_on_selection,
                "about": self.show_about,
            }
        )
        canvas.help_requested.connect(self.help_on)

    def help_on_selection(self) -> None:
        """Explain the selected layer; open the guide where none is selected."""
        node = self._document.design.nodes.get(self._selection.current)
        if node is not None:
            self._show_help(node.layer)
        else:
            self.show_guide()

    def show_guide(self) -> None:
        """Open the guide."""
        GuideDialog(self._window).show()

    def help_on(self, type_name: str) -> None:
        """Explain a layer type."""
        if type_name in layers.classes:
            self._show_help(layers[type_name].examples()[0].layer)
        elif type_name in PORT_LAYERS:
            self._show_help(PORT_LAYERS[type_name]())
        elif type_name == BlockLayer.NAME:
            self._show_help(BlockLayer(block=""))

    def show_summary(self) -> None:
        """Show the table of the layers."""
        try:
            import engine

            text = engine.compile(self._whole.design).summary()
        except GradloomError as error:
            self._window.messages.show_message(
                str(error), "error", button="Problems", action=lambda: self._window.show_panel("problems")
            )
            return
        TextDialog("Summary", f"The layers of {self._whole.design.name}", text, self._window).open()

    def check_gradients(self) -> None:
        """Compare every gradient with central differences, in a process of its own: it may take a while."""
        if self._check is not None:
            return
        folder = tempfile.TemporaryDirectory(prefix="gradloom-")
        path = Path(folder.name) / "design.json"
        try:
            self._whole.design.save(path)
        except GradloomError as error:
            self._window.messages.show_message(str(error), "error")
            return
        progress = QProgressDialog(
            "Comparing gradients with central differences…", "Cancel", 0, 0, self._window
        )
        progress.setWindowModality(Qt.WindowModality.WindowModal)
        progress.setMinimumDuration(300)
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        root = str(Path(__file__).resolve().parents[2])
        environment.insert("PYTHONPATH", root)
        process.setProcessEnvironment(environment)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        self._check = process

        def finish(code: int) -> None:
            progress.canceled.disconnect(process.kill)
            progress.close()
            progress.deleteLater()
            text = bytes(process.readAll().data()).decode(errors="replace").strip()
            cancelled = process.exitStatus() == QProcess.ExitStatus.CrashExit
            process.deleteLater()
            self._check = None
            folder.cleanup()
            if not cancelled:
                lead = (
                    "Every gradient agrees with central differences."
                    if code == 0
                    else "Not everything is right."
                )
                TextDialog("Gradient check", lead, text, self._window).open()

        process.finished.connect(finish)
        progress.canceled.connect(process.kill)
        process.start(sys.executable, ["-c", CHECK, "check", str(path)])

    def show_about(self) -> None:
        """Say which version this is."""
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("gradloom")
        except PackageNotFoundError:
            number = "from a checkout"
        text = (
            f"Gradloom {number}\n\nDraw a neural network, train it, and see why it learns.\n\n"
            f"Python {sys.version.split()[0]}, Qt {qVersion()}, {QSysInfo.prettyProductName()}"
        )
        close = QMessageBox.StandardButton.Close
        box = QMessageBox(QMessageBox.Icon.NoIcon, "About Gradloom", text, close, self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _show_help(self, layer: Layer) -> None:
        if not isinstance(layer, UnknownLayer):
            HelpDialog(layer, self._window).show()
