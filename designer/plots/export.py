"""Taking a plot along: its picture as PNG, its figures as CSV."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSaveFile
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox

if TYPE_CHECKING:
    from designer.plots.panel_base import LivePanel

PICTURE_SCALE = 2.0
"""Pictures are made at twice the size of the screen's, for slides and papers."""


def csv_text(names: list[str], rows: list[list[object]]) -> str:
    """Return the table as CSV (RFC 4180 rows); numbers with all their digits, what is not known left empty."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return buffer.getvalue()


def save_bytes(path: Path, data: bytes) -> str:
    """Write a file whole or not at all; return what went wrong, "" where nothing did."""
    file = QSaveFile(str(path))
    if not file.open(QSaveFile.OpenModeFlag.WriteOnly):
        return f"{path.name} could not be written: {file.errorString()}."
    # A short write reports no error by itself, and commit would put the stump in place of a good file.
    if file.write(data) != len(data):
        file.cancelWriting()
    if not file.commit():
        return f"{path.name} could not be written: {file.errorString() or 'the disk may be full'}."
    return ""


class ExportActions(QObject):
    """The export entries of a panel's context menu."""

    def __init__(self, panel: LivePanel) -> None:
        super().__init__(panel)
        self._panel = panel

    def fill(self, menu: QMenu, *, enabled: bool) -> None:
        """Add the entries."""
        for text, slot in (
            ("Copy picture", self._on_copy),
            ("Export picture (PNG)…", self._on_export_png),
            ("Export figures (CSV)…", self._on_export_csv),
        ):
            action = menu.addAction(text)
            action.setEnabled(enabled)
            action.triggered.connect(slot)

    def picture(self) -> QPixmap:
        """Return the panel as a picture at `PICTURE_SCALE`."""
        panel = self._panel
        pixmap = QPixmap(panel.size() * PICTURE_SCALE)
        pixmap.setDevicePixelRatio(PICTURE_SCALE)
        pixmap.fill(panel.theme.color("panel"))
        panel.render(pixmap)
        return pixmap

    def save_png(self, path: Path) -> str:
        """Write the picture; return what went wrong, "" where nothing did."""
        from PySide6.QtCore import QBuffer

        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        self.picture().save(buffer, "PNG")
        return save_bytes(path, bytes(buffer.data().data()))

    def save_csv(self, path: Path) -> str:
        """Write the figures; return what went wrong, "" where nothing did."""
        return save_bytes(path, csv_text(*self._panel.table()).encode("utf-8"))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setPixmap(self.picture())

    def _on_export_png(self) -> None:
        if path := self._ask("png", "Pictures (*.png)"):
            self._tell(self.save_png(path))

    def _on_export_csv(self) -> None:
        if path := self._ask("csv", "Tables (*.csv)"):
            self._tell(self.save_csv(path))

    def _ask(self, suffix: str, kinds: str) -> Path | None:
        wish = f"{self._panel.document.design.name}-{self._panel.NAME}.{suffix}"
        name, _ = QFileDialog.getSaveFileName(self._panel, "Export", wish, kinds)
        if not name:
            return None
        path = Path(name)
        return path if path.suffix else path.with_suffix(f".{suffix}")

    def _tell(self, fault: str) -> None:
        if fault:
            QMessageBox.warning(self._panel, "Export", fault)


def _cell(value: object) -> object:
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(value)
    return value
