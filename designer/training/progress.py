"""How far a run has come, how fast it goes and when it will be done."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

WINDOW_SECONDS = 8.0
"""The speed is that of the last so many seconds: it follows a change, but not every hiccup."""


@dataclass(frozen=True)
class Progress:
    """Where a run is. `seconds_left` and the speeds are NaN until they can be told.

    `phase` is the place of the phase whose step was the last; 0 also where the design has none.
    """

    step: int = 0
    total_steps: int = 0
    epoch: int = 0
    epochs: int = 0
    steps_per_epoch: int = 0
    seconds: float = 0.0
    seconds_left: float = float("nan")
    steps_per_second: float = float("nan")
    samples_per_second: float = float("nan")
    phase: int = 0

    @property
    def share(self) -> float:
        """Return how much of the run is done, 0 to 1."""
        return min(self.step / self.total_steps, 1.0) if self.total_steps > 0 else 0.0

    @property
    def step_in_epoch(self) -> int:
        """Return the step within the current epoch, from 1; 0 before the first."""
        if self.step <= 0 or self.steps_per_epoch <= 0:
            return max(self.step, 0)
        return (self.step - 1) % self.steps_per_epoch + 1


class Speedometer:
    """Turns (step, seconds of training) pairs into steps per second over the last few seconds."""

    def __init__(self, window_seconds: float = WINDOW_SECONDS) -> None:
        self._window = window_seconds
        self._seen: deque[tuple[int, float]] = deque(maxlen=1_024)

    def add(self, step: int, seconds: float) -> None:
        """Note that `step` was reached after `seconds`. Time or steps that run backwards start the count anew."""
        if self._seen and (step < self._seen[-1][0] or seconds < self._seen[-1][1]):
            self._seen.clear()
        self._seen.append((step, seconds))
        while len(self._seen) > 2 and seconds - self._seen[1][1] > self._window:
            self._seen.popleft()

    def steps_per_second(self) -> float:
        """Return the speed, NaN where it can't be told yet."""
        if len(self._seen) < 2:
            return float("nan")
        (first, begun), (last, now) = self._seen[0], self._seen[-1]
        return (last - first) / (now - begun) if now > begun and last > first else float("nan")

    def clear(self) -> None:
        """Forget what was seen."""
        self._seen.clear()
