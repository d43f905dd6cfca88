"""What an activation is: a function of one array, element by element (softmax: along the last axis).

An activation gives one thing, `bind`: two functions without arguments that compute on buffers. Its curve and its
derivative, which the plots draw, are those same kernels run on a line of numbers, so a picture can't disagree with
the training.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.fields import Component
from engine.core.registry import Family, snake_case
from engine.layers.base import Kernel

Array = NDArray[Any]


class Activation(Component, frozen=True):
    """Base of every activation. The docstring of a subclass gives its formula, its derivative and its source."""

    FORMULA: ClassVar[str] = ""
    DERIVATIVE: ClassVar[str] = ""
    ELEMENTWISE: ClassVar[bool] = True
    """False where the value at one place depends on others (softmax)."""
    IDENTITY: ClassVar[bool] = False
    """True for f(x) = x: the compiler makes no step for it."""
    KINKS: ClassVar[tuple[float, ...]] = ()
    """Inputs at which the derivative jumps; gradient checks keep away from them."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "NAME" not in cls.__dict__ and not cls.__name__.startswith("_"):
            cls.NAME = snake_case(cls.__name__)

    def bind(self, x: Array, y: Array, dy: Array | None, dx: Array | None) -> Kernel:
        """Return kernels that write y = f(x), and dx = dy * f'(x) where `dx` is given.

        All four arrays have one shape. `x` and `y` are intact when backward runs; `dx` may be the same array as `dy`.
        """
        raise TypeError(f"{type(self).__name__} has no kernel.")

    def value(self, x: Array) -> Array:
        """Return f(x) as a new array of the same shape and dtype."""
        y = np.empty_like(x)
        self.bind(x, y, None, None).forward()
        return y

    def derivative(self, x: Array) -> Array:
        """Return f'(x), the derivative with respect to each element, as a new array (elementwise activations)."""
        y, dx = np.empty_like(x), np.empty_like(x)
        kernel = self.bind(x, y, np.ones_like(x), dx)
        kernel.forward()
        if kernel.backward is None:
            return np.zeros_like(x)
        kernel.backward()
        return dx


activations: Family[Activation] = Family("activation", "engine.activations", Activation)
