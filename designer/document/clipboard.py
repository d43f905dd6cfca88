"""Copy and paste of layers, as JSON text on the system's clipboard."""

from __future__ import annotations

import atexit
from functools import cache

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from designer.document.fragment import Fragment, read_fragment, write_fragment
from engine.core.errors import FileFormatError

MIME = "application/x-gradloom-nodes"
SCREENLESS = ("offscreen", "minimal", "eglfs", "linuxfb", "vnc")
"""The platforms whose clipboard is the process's own, and is freed only when Python is gone already."""


def put_on_clipboard(fragment: Fragment) -> None:
    """Put layers on the clipboard, under their own type for other windows and as text for everything else."""
    text = write_fragment(fragment)
    if QGuiApplication.platformName() in SCREENLESS:
        _clear_at_exit()
    data = QMimeData()
    data.setData(MIME, text.encode())
    data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)


def take_from_clipboard() -> Fragment:
    """Return the layers on the clipboard. Raises FileFormatError where it holds none."""
    data = QGuiApplication.clipboard().mimeData()
    if data is not None and data.hasFormat(MIME):
        try:
            return read_fragment(bytes(data.data(MIME).data()).decode("utf-8"))
        except UnicodeDecodeError as error:
            raise FileFormatError(
                f"The clipboard's layers are not UTF-8 text (byte {error.start})."
            ) from None
    if data is not None and data.hasText() and data.text().lstrip().startswith("{"):
        return read_fragment(data.text())
    raise FileFormatError("The clipboard holds no layers. Select some and copy them with Ctrl+C.")


def clipboard_may_hold_layers() -> bool:
    """Return whether a paste is worth offering, without reading everything."""
    data = QGuiApplication.clipboard().mimeData()
    if data is None:
        return False
    return data.hasFormat(MIME) or (data.hasText() and '"gradloom-' in data.text()[:200])


@cache
def _clear_at_exit() -> None:
    # Elsewhere what was copied outlives the program; here it would take the process down at its end.
    atexit.register(_clear)


def _clear() -> None:
    if QGuiApplication.instance() is not None:
        QGuiApplication.clipboard().clear()
