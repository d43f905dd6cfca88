"""What a metric is: a figure beside the loss, summed over batches and read at the end."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from engine.core.fields import Component
from engine.core.registry import Family, snake_case

Array = NDArray[Any]


class Metric(Component, frozen=True):
    """Base of every metric. A metric has no state: `measure` returns sums that add up over batches."""

    FORMULA: ClassVar[str] = ""
    TASK: ClassVar[Literal["classification", "regression"]] = "classification"
    HIGHER_IS_BETTER: ClassVar[bool] = True

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "NAME" not in cls.__dict__ and not cls.__name__.startswith("_"):
            cls.NAME = snake_case(cls.__name__)

    def measure(self, prediction: Array, target: Array) -> NDArray[np.float64]:
        """Return this batch's sums. `target` is class numbers (N,), one-hot rows, or values as the loss had them."""
        raise TypeError(f"{type(self).__name__} can't measure.")

    def measure_masked(self, prediction: Array, target: Array, mask: Array) -> NDArray[np.float64]:
        """Return the sums over the steps where `mask` (N, T) is True."""
        return self.measure(prediction[mask], target[mask])

    def result(self, sums: NDArray[np.float64]) -> float:
        """Return the figure for sums added over all batches."""
        raise TypeError(f"{type(self).__name__} has no result.")


metrics: Family[Metric] = Family("metric", "engine.metrics", Metric)
