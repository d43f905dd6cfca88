"""What a regularizer is: a penalty on a parameter that joins the loss, and its gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from numpy.typing import NDArray

from engine.core.fields import Component
from engine.core.registry import Family, snake_case

Array = NDArray[Any]


class Regularizer(Component, frozen=True):
    """Base of every regularizer."""

    FORMULA: ClassVar[str] = ""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "NAME" not in cls.__dict__ and not cls.__name__.startswith("_"):
            cls.NAME = snake_case(cls.__name__)

    def bind(
        self, parameter: Array, gradient: Array | None, scratch: Array
    ) -> tuple[Callable[[], float], Callable[[], object] | None]:
        """Return (penalty, add_gradient): the first returns the penalty; the second *adds* its derivative.

        `scratch` has the parameter's shape and is free during one call.
        """
        raise TypeError(f"{type(self).__name__} has no kernel.")


regularizers: Family[Regularizer] = Family("regularizer", "engine.regularizers", Regularizer)
