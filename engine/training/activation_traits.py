"""Where an activation is flat, found by asking its own derivative: what "saturated" and "dead" mean for it."""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.activations.base import Activation

Array = NDArray[Any]
FLAT = 0.1
"""A derivative below this share of its greatest counts as flat."""
FAR = 20.0


class Traits(NamedTuple):
    """`low`, `high`: inputs below and above which the activation is flat (infinite where it never is).

    `is_bounded`: flat at both ends, so that it can saturate. `can_die`: exactly 0 with derivative 0 on a whole side,
    so that a unit can stop learning for good.
    """

    low: float
    high: float
    is_bounded: bool
    can_die: bool

    def saturated_share(self, pre: Array) -> float:
        """Return the share of the inputs `pre` at which the activation is flat; NaN where it can't saturate."""
        if not self.is_bounded:
            return math.nan
        flat = np.count_nonzero(pre < self.low) + np.count_nonzero(pre > self.high)
        return flat / max(pre.size, 1)


@functools.lru_cache(maxsize=256)
def traits_of(activation: Activation) -> Traits:
    """Return where `activation` is flat, from its derivative between -20 and 20."""
    nothing = Traits(-math.inf, math.inf, False, False)
    if not activation.ELEMENTWISE:
        return nothing
    x = np.linspace(-FAR, FAR, 4_001)
    with np.errstate(all="ignore"):
        value, slope = activation.value(x), np.abs(activation.derivative(x))
    greatest = float(slope.max())
    if not greatest > 0:
        return nothing
    steep = np.flatnonzero(slope >= FLAT * greatest)
    low = -math.inf if steep[0] == 0 else float(x[steep[0]])
    high = math.inf if steep[-1] == len(x) - 1 else float(x[steep[-1]])
    # The middle of the flat side, where an exponential tail is still far from rounding to 0.
    side = len(x) // 2 - 800
    dies = value[side] == 0.0 and slope[side] == 0.0
    return Traits(low, high, math.isfinite(low) and math.isfinite(high), bool(dies))
