"""What an initializer is: a rule that fills a new parameter from its shape, its fans and a random stream."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.fields import Component
from engine.core.registry import Family, snake_case
from engine.core.shapes import Shape


class Initializer(Component, frozen=True):
    """Base of every initializer."""

    FORMULA: ClassVar[str] = ""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "NAME" not in cls.__dict__ and not cls.__name__.startswith("_"):
            cls.NAME = snake_case(cls.__name__)

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        """Return an array of `shape`, in float64; the compiler rounds it to the network's dtype.

        `fans` are (fan_in, fan_out): how many values flow into and out of one unit.
        """
        raise TypeError(f"{type(self).__name__} can't sample.")


def fans_of(shape: Shape) -> tuple[int, int]:
    """Return (fan_in, fan_out) as Keras counts them: the last two axes, times the receptive field before them."""
    if len(shape) < 1:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


initializers: Family[Initializer] = Family("initializer", "engine.initializers", Initializer)
