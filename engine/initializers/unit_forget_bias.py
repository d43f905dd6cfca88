"""The first biases of an LSTM."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.fields import ComponentValue
from engine.core.shapes import Shape
from engine.initializers.base import Initializer, initializers


class UnitForgetBias(Initializer, frozen=True):
    """Biases of an LSTM: 1 at the forget gate, so that the memory keeps what it has until the gate has learned.

    Formula: w = 1 in the second quarter of the last axis (gates i, f, c, o), else as `others` says.
    Source: Gers, Schmidhuber and Cummins 2000; Jozefowicz, Zaremba and Sutskever 2015; Keras 3 unit_forget_bias.
    """

    FORMULA: ClassVar[str] = "w = 1 at the forget gate"

    others: Annotated[
        ComponentValue, Meta(description="The biases of the other gates.", extra={"registry": "initializer"})
    ] = "zeros"

    def check(self) -> None:
        initializers.get(self.others)

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        values = initializers.get(self.others).sample(shape, fans, random)
        quarter = shape[-1] // 4
        values[..., quarter : 2 * quarter] = 1.0
        return values
