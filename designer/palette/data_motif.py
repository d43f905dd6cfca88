"""A thumbnail of a template's data: its points, its curve, or one of its images."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF

from designer.common.theme import theme
from engine.core.errors import GradloomError
from engine.data.loading import load
from engine.data.settings import DataSettings
from engine.data.source import all_sources

SAMPLES = 180
SHOWN_INSTEAD = {"mnist": "digits", "fashion-mnist": "digits"}
"""Sets that may first have to be downloaded, and what stands in for them in a thumbnail."""
INKS = ("negative", "positive", "family_normalization", "family_regularization", "family_recurrent")


class Motif(NamedTuple):
    """What a thumbnail shows: x (n, 2) points with y (n,) classes, a curve x, y (n,), or an image x (H, W)."""

    kind: str
    x: NDArray[Any]
    y: NDArray[Any]


def motif_of(settings: DataSettings | None) -> Motif | None:
    """Return the thumbnail of a data reference, or None where it can't be drawn small."""
    if settings is None:
        return None
    source = SHOWN_INSTEAD.get(settings.source, settings.source)
    options = {key: value for key, value in settings.options.items() if key != "samples"}
    return _motif(source, tuple(sorted(options.items())))


@cache
def _motif(source: str, options: tuple[tuple[str, Any], ...]) -> Motif | None:
    cls = all_sources().get(source)
    if cls is None:
        return None
    chosen = dict(options) | ({"samples": SAMPLES} if "samples" in cls.__struct_fields__ else {})
    try:
        data = load(DataSettings(source=source, options=chosen, validation_fraction=0.0))
    except GradloomError:
        return None
    x, y = data.train.x, data.train.y
    if not isinstance(x, np.ndarray) or not isinstance(y, np.ndarray) or len(x) < 3:
        return None
    if data.kind == "image":
        return Motif("image", x[int(np.argmax(y == 3)), :, :, 0], y[:1])
    if data.kind == "curve":
        order = np.argsort(x[:, 0])
        return Motif("curve", x[order, 0], y.reshape(len(y), -1)[order, 0])
    if x.ndim == 2 and x.shape[1] >= 2 and data.task == "classification":
        # Of a table the last two columns: in the iris set the petals, which tell the species apart.
        return Motif("points", x[:, -2:], y)
    return None


def paint_motif(painter: QPainter, box: QRectF, motif: Motif) -> None:
    """Draw a thumbnail into a square box."""
    colors = theme()
    if motif.kind == "image":
        painter.drawImage(box, _grey(motif.x))
        return
    x, y = (motif.x, motif.y) if motif.kind == "curve" else (motif.x[:, 0], motif.x[:, 1])
    px = box.left() + (x - x.min()) / max(float(np.ptp(x)), 1e-9) * box.width()
    py = box.bottom() - (y - y.min()) / max(float(np.ptp(y)), 1e-9) * box.height()
    if motif.kind == "curve":
        painter.setPen(QPen(colors.color("training"), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([QPointF(float(a), float(b)) for a, b in zip(px, py, strict=True)]))
        return
    painter.setPen(Qt.PenStyle.NoPen)
    for a, b, label in zip(px, py, motif.y, strict=True):
        painter.setBrush(colors.color(INKS[int(label) % len(INKS)]))
        painter.drawEllipse(QPointF(float(a), float(b)), 1.7, 1.7)


def _grey(pixels: NDArray[Any]) -> QImage:
    low, high = float(pixels.min()), float(pixels.max())
    data = np.ascontiguousarray((pixels - low) / max(high - low, 1e-9) * 255.0).astype(np.uint8)
    height, width = data.shape
    return QImage(data.data, width, height, width, QImage.Format.Format_Grayscale8).copy()
