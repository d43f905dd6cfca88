"""Colours for classes: two take the two ends of the signed scale, more go through hues that are told apart."""

from __future__ import annotations

from PySide6.QtGui import QColor

from designer.common.theme import theme

_ROLES = (
    "negative", "positive", "family_normalization", "family_regularization", "family_recurrent", "family_pooling",
    "family_activation", "family_attention", "family_dense", "family_merge",
)  # fmt: skip


def class_color(number: int) -> QColor:
    """Return the colour of a class; after ten they repeat, lighter or darker."""
    color = theme().color(_ROLES[number % len(_ROLES)])
    turns = number // len(_ROLES)
    return color if turns == 0 else color.lighter(100 + 25 * min(turns, 3))
