"""The single sample on which textbooks work one step of back-propagation by hand."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.data.dataset import Kind, Task
from engine.data.generators.common import targets_of_points
from engine.data.raw import RawData, ReadContext
from engine.data.source import Source, register


@register
class WorkedStep(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sample: inputs 0.05 and 0.10, targets 0.01 and 0.99.

    With two hidden and two output units of the logistic kind, weights .15 .20 .25 .30 and .40 .45 .50 .55 and
    biases .35 and .60, half the sum of squares is 0.298371109 before the first step.
    """

    name: ClassVar[str] = "worked_step"
    title: ClassVar[str] = "Back-propagation by hand"
    kind: ClassVar[Kind] = "table"
    task: ClassVar[Task] = "regression"
    order: ClassVar[int] = 8

    def read(self, context: ReadContext) -> RawData:
        x, y = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
        return targets_of_points(self.name, x, y, "table", features=("i1", "i2"), targets=("o1", "o2"))
