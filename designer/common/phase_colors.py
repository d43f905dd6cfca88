"""Colours for the phases of a training: the same on the canvas, in the panel and in the plots."""

from __future__ import annotations

from PySide6.QtGui import QColor

from designer.common.class_colors import class_color
from designer.common.theme import Theme

_FIRST = ("training", "validation")


def phase_color(theme: Theme, number: int) -> QColor:
    """Return the colour of a phase: the first two have those of the two curves of an ordinary run."""
    return theme.color(_FIRST[number]) if number < len(_FIRST) else class_color(theme, number)


def phase_text_color(theme: Theme, number: int) -> QColor:
    """Return the colour in which a phase's name is written on a surface."""
    return theme.color(f"{_FIRST[number]}_text") if number < len(_FIRST) else theme.color("text")


def ink_on(color: QColor) -> QColor:
    """Return black or white, whichever is read better on a colour (by its relative luminance, WCAG 2)."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    parts = (color.redF(), color.greenF(), color.blueF())
    luminance = sum(w * linear(p) for w, p in zip((0.2126, 0.7152, 0.0722), parts, strict=True))
    return QColor("#101214") if luminance > 0.18 else QColor("#ffffff")
