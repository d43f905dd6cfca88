"""What the File menu does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QRectF, Qt
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout

from designer.common.theme import theme
from designer.document.document import Document
from designer.document.file_session import FileSession
from engine.core.errors import GradloomError

if TYPE_CHECKING:
    from designer.canvas.canvas_scene import CanvasScene
    from designer.canvas.canvas_view import CanvasView
    from designer.main_window import MainWindow

PICTURE_SCALE = 2.0
PICTURE_MARGIN = 24.0
THUMBNAIL = (480, 300)


class FileCommands(QObject):
    """Binds the File menu to the file session."""

    def __init__(
        self,
        window: MainWindow,
        document: Document,
        files: FileSession,
        canvas: CanvasView,
        trained_weights: Callable[[], Mapping[str, Any]],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._files = files
        self._canvas = canvas
        self._trained_weights = trained_weights
        window.commands.bind(
            {
                "new": files.new,
                "new_from_template": self.choose_template,
                "open": files.open,
                "save": files.save,
                "save_as": files.save_as,
                "export": self.export_weights,
                "export_picture": self.export_picture,
                "clear_recent": files.recent.clear,
                "quit": window.close,
                "new_window": open_another_window,
            }
        )
        window.menus.recent_paths = files.recent.paths
        window.menus.open_recent = files.open
        window.file_dropped.connect(files.open)
        files.state_changed.connect(self._on_state_changed)
        files.saved.connect(self._on_saved)
        self._on_state_changed()

    def choose_template(self) -> None:
        """Show the gallery and begin with what is chosen."""
        from designer.palette.template_gallery import TemplateGallery

        dialog = QDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("New from Template")
        dialog.resize(min(1080, self._window.width() - 80), min(720, self._window.height() - 80))
        gallery = TemplateGallery(dialog)
        column = QVBoxLayout(dialog)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(gallery)
        gallery.dismissed.connect(dialog.reject)
        gallery.chosen.connect(dialog.accept)
        gallery.chosen.connect(self.open_template)
        dialog.open()

    def open_template(self, name: str) -> None:
        """Begin with a template."""
        from designer.document.storage import read_template

        try:
            template = read_template(name)
        except GradloomError as error:
            self._files.prompts.failed("Can't open the template", str(error))
            return
        self._files.new(template.design, template.trained)

    def export_weights(self) -> None:
        """Ask for a name and write the network in the format that its suffix names."""
        from engine.export import exporters

        weights = self._trained_weights()
        note = "" if weights else "The network is not trained: these are its first weights."
        filters = [f"{cls.TITLE or name} (*.{name})" for name, cls in exporters.classes.items()]
        start = str((self._files.path or Path.home() / self._files.name).with_suffix(""))
        path, chosen = QFileDialog.getSaveFileName(self._window, "Export Weights", start, ";;".join(filters))
        if path:
            if not Path(path).suffix:
                path += chosen[chosen.rindex("*.") + 1 : -1]
            self.export_to(path, weights, note)

    def export_to(self, path: str, weights: Mapping[str, Any], note: str = "") -> bool:
        """Write the network to a file; return whether that went well."""
        from engine.export import export

        try:
            if not weights:
                import engine

                weights = engine.compile(self._document.design).weights
            export(self._document.design, weights, path)
        except (GradloomError, OSError) as error:
            self._files.prompts.failed(f"Can't export {Path(path).name}", str(error))
            return False
        count = sum(array.size for array in weights.values())
        message = f"{Path(path).name} holds {len(weights)} arrays, {count:,} numbers. {note}".strip()
        self._window.messages.show_message(message)
        return True

    def export_picture(self) -> None:
        """Ask for a name and write a picture of the network."""
        start = str((self._files.path or Path.home() / self._files.name).with_suffix(".png"))
        path, _ = QFileDialog.getSaveFileName(
            self._window, "Export Picture", start, "PNG (*.png);;JPEG (*.jpg)"
        )
        if not path:
            return
        if self.picture(PICTURE_SCALE).save(path):
            self._window.messages.show_message(f"{Path(path).name} is written.")
        else:
            advice = "Choose another folder, or .png or .jpg as the suffix."
            self._files.prompts.failed(f"Can't write {Path(path).name}", advice)

    def picture(self, scale: float, scene: CanvasScene | None = None) -> QImage:
        """Return a picture of all that the canvas shows, or another scene, `scale` times its own size."""
        scene = self._canvas.canvas_scene if scene is None else scene
        around = (-PICTURE_MARGIN, -PICTURE_MARGIN, PICTURE_MARGIN, PICTURE_MARGIN)
        rect = scene.content_rect().adjusted(*around)
        image = QImage(round(rect.width() * scale), round(rect.height() * scale), QImage.Format.Format_ARGB32)
        image.fill(theme().color("canvas"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scene.render(painter, QRectF(image.rect()), rect)
        painter.end()
        return image

    def thumbnail(self) -> bytes | None:
        """Return a small PNG of the network for the file, None where there is nothing to see."""
        if not self._document.design.nodes:
            return None
        whole = self._whole_scene()
        small = self.picture(1.0, whole).scaled(
            *THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        if whole is not None:
            whole.deleteLater()
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"png")).write(small)
        buffer.close()
        return bytes(content.data())

    def _whole_scene(self) -> CanvasScene | None:
        """Return a scene of the whole design where the canvas shows the inside of a block, else None."""
        if not self._canvas.blocks.inside:
            return None
        from designer.canvas.canvas_scene import CanvasScene
        from designer.document.selection import Selection

        selection = Selection(self._document)
        scene = CanvasScene(self._document, selection, self._canvas.style_, self)
        selection.setParent(scene)
        return scene

    def _on_state_changed(self) -> None:
        files = self._files
        self._window.show_document(
            files.name, files.path, modified=files.modified, read_only=files.read_only_because
        )

    def _on_saved(self, path: str) -> None:
        self._window.messages.show_message(f"{Path(path).name} is saved.")


def open_another_window() -> None:
    """Start the program once more, on its own."""
    command = [sys.executable, "-c", "import sys; from main import main; sys.exit(main([]))"]
    places = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}
    subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
