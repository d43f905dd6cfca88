"""Colours for classes: two take the ends of the signed scale, more go through hues that stay apart for every eye."""

from __future__ import annotations

from PySide6.QtGui import QColor

from designer.common.theme import Theme

_FURTHER = ("#b3266b", "#3fdcd6", "#7b33cf", "#8f7a14", "#f2559f", "#d9d43a", "#b2a8e6", "#98cdaa")
"""Chosen one after the other so that each keeps the largest distance (OKLab) from those before it, to normal eyes and
to protan, deutan and tritan ones (Machado, Oliveira and Fernandes, IEEE TVCG 15(6), 2009): any two of the first eight
colours are at least 0.12 apart."""
COUNT = 2 + len(_FURTHER)


def class_color(theme: Theme, number: int) -> QColor:
    """Return the colour of a class; after ten they repeat, lighter."""
    place, turns = number % COUNT, number // COUNT
    color = theme.color("positive" if place else "negative") if place < 2 else QColor(_FURTHER[place - 2])
    return color if turns == 0 else color.lighter(100 + 25 * min(turns, 3))
