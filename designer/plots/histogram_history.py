"""The histograms of a parameter over the run, as many as a plot can show, evenly over the steps."""

from __future__ import annotations

import numpy as np

from designer.plots.histogram_view import Histogram

LIMIT = 128


class HistogramHistory:
    """Keeps at most `LIMIT` histograms of each parameter: when there are more, every second one goes."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], list[Histogram]] = {}
        self._every: dict[tuple[str, str], int] = {}
        self._seen: dict[tuple[str, str], int] = {}

    def add(self, key: tuple[str, str], histogram: Histogram) -> None:
        """Add the latest; the one before stays only if it is its turn, so that the latest is always there."""
        kept = self._kept.setdefault(key, [])
        if kept and histogram.step < kept[-1].step:
            self.forget(key)  # another run
            kept = self._kept.setdefault(key, [])
        if kept and histogram.step == kept[-1].step:
            kept[-1] = histogram
            return
        seen, every = self._seen.get(key, 0), self._every.get(key, 1)
        if len(kept) > 1 and (seen - 1) % every:
            kept.pop()
        kept.append(histogram)
        self._seen[key] = seen + 1
        if len(kept) > LIMIT:
            self._kept[key] = kept[:-1][::2] + kept[-1:]
            self._every[key] = every * 2

    def of(self, key: tuple[str, str]) -> list[Histogram]:
        """Return the histograms of a parameter, the latest last."""
        return self._kept.get(key, [])

    def forget(self, key: tuple[str, str] | None = None) -> None:
        """Drop those of one parameter, or all."""
        for table in (self._kept, self._every, self._seen):
            if key is None:
                table.clear()
            else:
                table.pop(key, None)


def histogram_of(values: np.ndarray, limit: float, step: int, bins: int = 49) -> Histogram:
    """Return the histogram of the finite values between -limit and limit; an odd number of bins has one around zero."""
    counts, edges = np.histogram(values[np.isfinite(values)], bins=bins, range=(-limit, limit))
    return Histogram(step, counts, edges)
