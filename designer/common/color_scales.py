"""The two colour scales that mean the same everywhere: magnitudes in decades, and signed values around zero."""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAGNITUDE_STOPS: tuple[tuple[float, str], ...] = (
    (-6.0, "#3a445c"),
    (-4.0, "#2f6fb4"),
    (-2.5, "#3fb68b"),
    (-1.5, "#e2b340"),
    (0.0, "#e5534b"),
)
"""(log10 of the magnitude, colour): one fixed scale, so that a colour means the same all run."""
MAGNITUDE_RANGE = (MAGNITUDE_STOPS[0][0], MAGNITUDE_STOPS[-1][0])


def blend(first: QColor, second: QColor, share: float) -> QColor:
    """Return the colour `share` of the way (0 to 1) from `first` to `second`."""
    a, b = _channels(first), _channels(second)
    return QColor(*(round(x + (y - x) * share) for x, y in zip(a, b, strict=True)))


def luminance(color: QColor) -> float:
    """Return the relative luminance, 0 to 1 (WCAG 2.2)."""
    parts = (color.redF(), color.greenF(), color.blueF())
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def magnitude_at(exponent: float) -> QColor:
    """Return the colour of the magnitude 10**exponent; outside the scale its ends hold."""
    stops = _stops()
    if exponent <= stops[0][0]:
        return QColor(stops[0][1])
    for (low, below), (high, above) in itertools.pairwise(stops):
        if exponent <= high:
            return blend(below, above, (exponent - low) / (high - low))
    return QColor(stops[-1][1])


def magnitude_color(magnitude: float) -> QColor:
    """Return the colour of a magnitude (an RMS, say). What is not finite is as bad as the scale's upper end."""
    if not math.isfinite(magnitude):
        return QColor(MAGNITUDE_STOPS[-1][1])
    return magnitude_at(math.log10(magnitude) if magnitude > 0 else MAGNITUDE_RANGE[0])


def magnitude_table(steps: int = 256) -> NDArray[np.uint8]:
    """Return the magnitude scale as RGBA rows (steps, 4), evenly spaced in log10 over `MAGNITUDE_RANGE`."""
    low, high = MAGNITUDE_RANGE
    return _table([magnitude_at(low + (high - low) * i / (steps - 1)) for i in range(steps)])


def diverging_table(negative: QColor, zero: QColor, positive: QColor, steps: int = 256) -> NDArray[np.uint8]:
    """Return RGBA rows (steps, 4) from `negative` through `zero` in the middle to `positive`."""
    rows = []
    for index in range(steps):
        place = 2 * index / (steps - 1) - 1
        rows.append(blend(zero, positive if place > 0 else negative, abs(place)))
    return _table(rows)


def _table(colors: list[QColor]) -> NDArray[np.uint8]:
    import numpy as np

    return np.array([_channels(color) for color in colors], dtype=np.uint8)


def _channels(color: QColor) -> tuple[int, int, int, int]:
    return (color.red(), color.green(), color.blue(), color.alpha())


@cache
def _stops() -> tuple[tuple[float, QColor], ...]:
    return tuple((exponent, QColor(name)) for exponent, name in MAGNITUDE_STOPS)
