"""Where the ticks of an axis stand and what they say: round numbers, decades, never too close together."""

from __future__ import annotations

import math

from designer.common.text import format_number

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def linear_ticks(low: float, high: float, count: int) -> list[float]:
    """Return at most about `count` round values between `low` and `high`."""
    span = high - low
    if not (math.isfinite(span) and span > 0) or count < 1:
        return [low] if math.isfinite(low) else []
    raw = span / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in _STEPS if power * factor >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


def whole_ticks(low: float, high: float, count: int) -> list[float]:
    """Return round whole numbers, for steps and epochs."""
    return [tick for tick in linear_ticks(low, high, count) if abs(tick - round(tick)) < 1e-9]


def log_ticks(low: float, high: float, count: int) -> list[float]:
    """Return ticks between two exponents of ten, as exponents: whole decades, finer where few decades are shown."""
    span = high - low
    if not (math.isfinite(span) and span > 0) or count < 1:
        return []
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if last - first >= 2 or (last - first == 1 and count < 4):
        step = max(1, math.ceil((last - first) / max(count - 1, 1)))
        anchor = math.floor(first / step) * step
        return [float(e) for e in range(anchor, last + 1, step) if e >= first]
    for factors in ((1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        found = _within_decades(low, high, factors)
        if len(found) >= 3:
            return found if len(found) <= count + 1 else found[:: math.ceil(len(found) / count)]
    values = [value for value in linear_ticks(10**low, 10**high, count) if value > 0]
    return [math.log10(value) for value in values]


def decade_label(exponent: float) -> str:
    """Return what stands at a tick of a logarithmic axis: 10, 1, 0.1, 0.01, 1e-3, 1e-4, 1e4."""
    if abs(exponent - round(exponent)) < 1e-6:
        whole = round(exponent)
        return f"1e{whole}" if whole < -2 or whole > 3 else f"{10.0**whole:.{max(-whole, 0)}f}"
    return format_number(10.0**exponent, 2)


def tick_label(value: float, step: float) -> str:
    """Return what stands at a tick of a linear axis, with the digits that tell neighbours apart."""
    if value == 0 or not math.isfinite(value):
        return "0"
    digits = 3
    if step > 0:
        digits = max(1, math.floor(math.log10(abs(value)) + 1e-9) - math.floor(math.log10(step) + 1e-9) + 1)
        if abs(step / 10 ** math.floor(math.log10(step) + 1e-9) - 2.5) < 1e-6:
            digits += 1
    return format_number(value, min(digits, 6))


def _within_decades(low: float, high: float, factors: tuple[float, ...]) -> list[float]:
    found = []
    for decade in range(math.floor(low), math.ceil(high) + 1):
        found += [decade + math.log10(factor) for factor in factors]
    return [tick for tick in found if low - 1e-9 <= tick <= high + 1e-9]
