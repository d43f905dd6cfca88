"""The colours of classes in the theme that is in use."""

from __future__ import annotations

from PySide6.QtGui import QColor

from designer.common import class_colors
from designer.common.theme import theme


def class_color(number: int) -> QColor:
    """Return the colour of a class."""
    return class_colors.class_color(theme(), number)
