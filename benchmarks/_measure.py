"""Timing two things against each other: in turn, so that a machine whose speed drifts slows both alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Comparison(NamedTuple):
    """Median seconds of one call of each, and the median of the ratios other / ours (above 1: ours is faster)."""

    ours: float
    other: float
    ratio: float


def compare(
    ours: Callable[[], object], other: Callable[[], object], *, seconds: float = 4.0, rounds: int = 15
) -> Comparison:
    """Time `ours` and `other` in turn for about `seconds`, in `rounds` pairs of blocks."""
    calls = [_calls_for(function, seconds / (2 * rounds)) for function in (ours, other)]
    times: list[tuple[float, float]] = []
    for turn in range(rounds):
        pair = [0.0, 0.0]
        for which in (0, 1) if turn % 2 else (1, 0):
            pair[which] = _time((ours, other)[which], calls[which])
        times.append((pair[0], pair[1]))
    return Comparison(
        statistics.median(a for a, _ in times),
        statistics.median(b for _, b in times),
        statistics.median(b / a for a, b in times),
    )


def _time(function: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - start) / calls


def _calls_for(function: Callable[[], object], seconds: float) -> int:
    for _ in range(3):
        function()
    once = min(_time(function, 3) for _ in range(3))
    return max(1, int(seconds / max(once, 1e-7)))


class Row(NamedTuple):
    """A ratio and the least that is wanted of it. What is only aimed at is shown, met or not, and breaks nothing."""

    what: str
    figures: str
    ratio: float
    wanted: float
    required: bool = True


def report(rows: list[Row]) -> int:
    """Print the rows; return 1 where a required one falls short."""
    for row in rows:
        good = row.ratio >= row.wanted
        verdict = "ok" if good else "LOW" if row.required else "short"
        kind = "at least" if row.required else "aim"
        print(f"  {verdict:<5}  {row.what:<48} {row.ratio:6.2f}  ({kind} {row.wanted:g})   {row.figures}")
    return int(any(row.required and row.ratio < row.wanted for row in rows))
