"""Weights that are written down."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.errors import SettingError
from engine.core.shapes import Shape, text
from engine.initializers.base import Initializer


class Values(Initializer, frozen=True):
    """Exactly the numbers given: for worked examples whose weights stand in a book.

    Formula: w = values. Shapes: nested lists of the parameter's own shape: a row per input, a column per unit.
    Errors: SettingError where the numbers have another shape, or are not numbers in even rows.
    """

    FORMULA: ClassVar[str] = "w = the numbers given"

    values: Annotated[list[Any], Meta(description="The numbers, row by row, as nested lists.")] = (
        msgspec.field(default_factory=lambda: [0.0])
    )

    def check(self) -> None:
        self._array()

    def _array(self) -> NDArray[np.float64]:
        try:
            array = np.array(self.values, np.float64)
        except (ValueError, TypeError):
            raise SettingError(
                f"values: expected numbers in lists of even length. Received: {str(self.values)[:80]}."
            ) from None
        if not np.isfinite(array).all():
            raise SettingError("values: every number must be finite.")
        return array

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        array = self._array()
        if array.shape != shape:
            raise SettingError(
                f"values: the parameter has shape {text(shape)}, but the numbers given have {text(array.shape)}. "
                "Give one number for each weight, a row per input and a column per unit."
            )
        return array
