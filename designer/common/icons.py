"""The program's own icons: SVG strokes from resources/icons, drawn in the colours of the theme in use."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from designer.common.resources import resource_path, resource_text
from designer.common.theme import theme

STROKE = "currentColor"
"""What the files say for the colour of the ink."""


class StrokeIconEngine(QIconEngine):
    """Draws one icon file in a colour of the theme: so a change of theme needs no new icons."""

    def __init__(self, name: str, role: str = "text") -> None:
        super().__init__()
        self._name = name
        self._role = role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        role = "disabled" if mode == QIcon.Mode.Disabled else self._role
        _renderer(self._name, theme().color(role).name()).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        twin = StrokeIconEngine(self._name, self._role)
        _CLONES.append(twin)
        return twin

    def iconName(self) -> str:  # noqa: N802 - Qt's name
        return self._name


_CLONES: list[StrokeIconEngine] = []
"""Clones belong to the icon that asked for them, which Qt frees; Python must not free them first."""


@cache
def icon(name: str, role: str = "text") -> QIcon:
    """Return an icon by name, drawn in the colour of `role`. Raises FileNotFoundError where there is none."""
    if not resource_path(f"icons/{name}.svg").is_file():
        raise FileNotFoundError(f"There is no icon {name!r} in {resource_path('icons')}.")
    return QIcon(StrokeIconEngine(name, role))


def icon_names() -> tuple[str, ...]:
    """Return the name of every icon."""
    return tuple(sorted(path.stem for path in resource_path("icons").glob("*.svg")))


def icon_pixmap(name: str, size: int, color: QColor, ratio: float = 1.0) -> QPixmap:
    """Return an icon as a picture of `size` logical pixels in one colour."""
    pixmap = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer(name, color.name()).render(painter)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def paint_icon(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """Draw an icon into `rect`, sharp at every scale."""
    _renderer(name, color.name()).render(painter, rect)


@cache
def _renderer(name: str, color: str) -> QSvgRenderer:
    text = resource_text(f"icons/{name}.svg").replace(STROKE, color)
    return QSvgRenderer(QByteArray(text.encode()))
