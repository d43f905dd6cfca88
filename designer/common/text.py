"""Numbers as a person reads them: three significant digits, tabular figures."""

from __future__ import annotations

import math

from PySide6.QtGui import QFont

GAP = "\u00a0"
"""Between a number and its unit: a space at which no line breaks."""


def format_number(value: float, digits: int = 3, *, fixed: bool = False) -> str:
    """Return a number with `digits` significant digits: 0.0413, 12.5, 1,380, 4.39e-4.

    Zeros at the end are dropped, except with `fixed`, for a readout that should not change its width.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    exponent = int(power)
    if exponent < -3 or exponent >= 6:
        return f"{_trimmed(mantissa, fixed)}e{int(power)}".replace("-", "−", 1 if value < 0 else 0)
    written = f"{value:,.{max(digits - 1 - exponent, 0)}f}"
    return _trimmed(written, fixed).replace("-", "−")


def format_count(value: int) -> str:
    """Return a whole number with separators: 401,536."""
    return f"{value:,}"


def format_amount(value: float) -> str:
    """Return a large number in short: 12.9 M, 1.25 G; below ten thousand as it is."""
    if abs(value) < 10_000:
        return f"{value:,.0f}"
    for power, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        # Half a unit of the last digit below the power already rounds up to it.
        if abs(value) >= power * 0.9995:
            return f"{format_number(value / power)}{GAP}{unit}"
    return f"{value:,.0f}"


def format_percent(share: float, digits: int = 3) -> str:
    """Return a share of one as a percentage: 0.981 gives 98.1 %."""
    return f"{format_number(100 * share, digits)}{GAP}%"


def format_bytes(count: float) -> str:
    """Return a size: 214 MB (powers of 1024, as system monitors show them)."""
    for power, unit in ((2**40, "TB"), (2**30, "GB"), (2**20, "MB"), (2**10, "kB")):
        if count >= power:
            return f"{format_number(count / power)}{GAP}{unit}"
    return f"{count:.0f}{GAP}B"


def format_duration(seconds: float) -> str:
    """Return a span of time: 0:41, 12:05, 1:02:33; "—" where it is not known."""
    if not math.isfinite(seconds) or seconds < 0:
        return "—"
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def count_noun(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun: 1 layer, 9 layers."""
    return f"{format_count(count)} {noun if count == 1 else plural or noun + 's'}"


def elided_middle(text: str, limit: int) -> str:
    """Return `text`, with its middle replaced by an ellipsis where it is longer than `limit`."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def tabular(font: QFont) -> QFont:
    """Return a copy of `font` whose figures all have one width, where it has such figures."""
    copy = QFont(font)
    copy.setFeature(QFont.Tag("tnum"), 1)
    return copy


def scaled(font: QFont, factor: float, *, bold: bool = False) -> QFont:
    """Return a copy of `font` at `factor` times its size, for headings and small print."""
    copy = QFont(font)
    if font.pointSizeF() > 0:
        copy.setPointSizeF(font.pointSizeF() * factor)
    else:
        copy.setPixelSize(max(1, round(font.pixelSize() * factor)))
    if bold:
        copy.setWeight(QFont.Weight.DemiBold)
    return copy


def _trimmed(written: str, fixed: bool) -> str:
    return written if fixed or "." not in written else written.rstrip("0").rstrip(".")
