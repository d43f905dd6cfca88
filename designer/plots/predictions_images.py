"""Images with what the network makes of them: the worst mistakes, and what an autoencoder gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHideEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from designer.common.text import format_count, format_number, format_percent, scaled, tabular
from designer.common.theme import Theme
from designer.plots.readout import ReadoutLabel, ReadoutRow

Array = NDArray[Any]
TILE, LARGEST_TILE = 36, 72
GAP = 10.0


class Tile(NamedTuple):
    """One image, or two below each other, a caption, and what a hover tells."""

    images: tuple[Array, ...]
    caption: tuple[tuple[str, str], ...]
    """(text, role of its colour) one after the other."""
    heading: str
    rows: tuple[ReadoutRow, ...]


class TilesView(QWidget):
    """Draws tiles in as many columns as there is room for, as large as their number allows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tiles: tuple[Tile, ...] = ()
        self._heading = ""
        self._nothing = ""
        self._hovered: int | None = None
        self.readout = ReadoutLabel(theme, parent or self)
        self.setFont(tabular(scaled(self.font(), 0.88)))
        self.setMouseTracking(True)

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """What is shown."""
        return self._tiles

    def show_tiles(self, tiles: Sequence[Tile], heading: str, nothing: str = "") -> None:
        """Show tiles under a heading; `nothing` is said where there are none."""
        self._tiles, self._heading, self._nothing = tuple(tiles), heading, nothing
        if self._hovered is not None and self._hovered >= len(self._tiles):
            self._hovered = None
            self.readout.hide()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 200)

    # ------------------------------------------------------------------ layout

    def cells(self) -> list[QRectF]:
        """Return where the images of each tile that fits are, without its caption."""
        if not self._tiles:
            return []
        metrics, pictures = QFontMetricsF(self.font()), len(self._tiles[0].images)
        top, below = metrics.height() + 8, metrics.height() + 10
        caption = max(self._caption_width(tile, metrics) for tile in self._tiles)

        def layout(tile: int) -> tuple[int, int, float, float]:
            across, down = max(tile, caption) + GAP, tile * pictures + 3 * (pictures - 1) + below
            columns, rows = int((self.width() + GAP) / across), int((self.height() - top) / down)
            return max(columns, 1), max(rows, 1), across, down

        def picture_area(tile: int) -> float:
            columns, rows, _, _ = layout(tile)
            return min(columns * rows, len(self._tiles)) * float(tile**2)

        tile = max(range(TILE, LARGEST_TILE + 1, 4), key=picture_area)
        columns, rows, pitch_x, pitch_y = layout(tile)
        found = []
        for index in range(min(len(self._tiles), columns * rows)):
            row, column = divmod(index, columns)
            left = column * pitch_x + (pitch_x - GAP - tile) / 2
            found.append(QRectF(left, top + row * pitch_y, tile, tile * pictures + 3 * (pictures - 1)))
        return found

    @staticmethod
    def _caption_width(tile: Tile, metrics: QFontMetricsF) -> float:
        return metrics.horizontalAdvance("".join(text for text, _ in tile.caption)) + 2

    # ------------------------------------------------------------------ drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, metrics = self._theme, QFontMetricsF(self.font())
        painter.setFont(self.font())
        painter.setPen(theme.color("text_muted"))
        if not self._tiles:
            middle = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(QRectF(self.rect()), middle, self._nothing)
            return
        cells = self.cells()
        heading = self._heading
        if len(cells) < len(self._tiles):
            heading = f"{heading}, {len(cells)} shown"
        heading = metrics.elidedText(heading, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(QRectF(0, 0, self.width(), metrics.height()), 0, heading)
        for index, (tile, cell) in enumerate(zip(self._tiles, cells, strict=False)):
            side = cell.width()
            for place, image in enumerate(tile.images):
                picture = QRectF(cell.left(), cell.top() + place * (side + 3), side, side)
                self._draw_image(painter, picture, image)
            hovered = index == self._hovered
            painter.setPen(QPen(theme.color("text" if hovered else "border"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(cell.adjusted(-0.5, -0.5, 0.5, 0.5))
            left = cell.center().x() - self._caption_width(tile, metrics) / 2
            for text, role in tile.caption:
                painter.setPen(theme.color(role))
                painter.drawText(QPointF(left, cell.bottom() + metrics.ascent() + 2), text)
                left += metrics.horizontalAdvance(text)

    def _draw_image(self, painter: QPainter, place: QRectF, pixels: Array) -> None:
        image = picture_of(pixels)
        # Few pixels stay squares, as in every picture of such images; many are smoothed.
        smooth = max(image.width(), image.height()) > place.width() * self.devicePixelRatioF()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        scale = min(place.width() / image.width(), place.height() / image.height())
        width, height = image.width() * scale, image.height() * scale
        middle = place.center()
        painter.drawImage(QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height), image)

    # ------------------------------------------------------------------ mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self._hovered = next((i for i, cell in enumerate(self.cells()) if cell.contains(at)), None)
        self.update()
        if self._hovered is None:
            self.readout.hide()
            return
        tile, parent = self._tiles[self._hovered], self.readout.parentWidget() or self
        point = at.toPoint()
        self.readout.show_at(point if parent is self else self.mapTo(parent, point), tile.heading, tile.rows)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._hovered = None
        self.readout.hide()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.readout.hide()
        self.update()


def mistake_tiles(value: Mapping[str, Any], wrong: QColor) -> tuple[list[Tile], str, str]:
    """Return the tiles of the worst mistakes, their heading, and what to say where there are none."""
    total = int(value["mistakes"][0])
    shown = min(total, len(value["images"]))
    names, samples = value["about"]["classes"], int(value["matrix"].sum())
    tiles = []
    for place in range(shown):
        true, answered = names[int(value["true"][place])], names[int(value["answered"][place])]
        sure = format_percent(float(value["confidence"][place]), 2)
        tiles.append(
            Tile(
                (value["images"][place],),
                ((f"{_short(true)} → ", "text_muted"), (_short(answered), "validation_text")),
                f"{true}, taken for {answered}",
                (
                    ReadoutRow(f"predicted {answered}", sure, wrong),
                    ReadoutRow(f"true {true}", format_percent(float(value["true_share"][place]), 2)),
                ),
            )
        )
    if total == 1:
        return tiles, "The one mistake: true → predicted", ""
    return (
        tiles,
        f"Worst of {format_count(total)} mistakes: true → predicted",
        f"Not one of {format_count(samples)} is wrong.",
    )


def reconstruction_tiles(value: Mapping[str, Any]) -> tuple[list[Tile], str]:
    """Return tiles of images over what the network gives back, and their heading."""
    code = value["about"].get("code")
    names = code["classes"] if code is not None else []
    tiles = [
        Tile(
            (image, answer),
            ((format_number(float(error), 2), "text_muted"),),
            f"sample {number + 1}" + (f", class {names[int(value['labels'][number])]}" if names else ""),
            (ReadoutRow("mean squared error", format_number(float(error))),),
        )
        for number, (image, answer, error) in enumerate(
            zip(value["images"], value["answers"], value["errors"], strict=True)
        )
    ]
    return tiles, "Above what goes in, below what comes out"


def picture_of(pixels: Array) -> QImage:
    """Return an image (h, w, 1 or 3) uint8 as a picture."""
    data = np.ascontiguousarray(pixels)
    height, width, channels = data.shape
    if channels == 1:
        return QImage(data.tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy()
    return QImage(data.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _short(name: str) -> str:
    return name if len(name) <= 10 else f"{name[:9]}…"
