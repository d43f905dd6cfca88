"""The identity matrix."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.errors import SettingError
from engine.core.shapes import Shape, text
from engine.initializers.base import Initializer


class Identity(Initializer, frozen=True):
    """The identity matrix: a square layer that begins by passing everything on.

    Formula: w_ij = gain where i = j, else 0.
    Errors: SettingError for a parameter that has not two axes.
    Source: Keras 3 Identity; Le, Jaitly and Hinton 2015, for recurrent networks of rectified linear units.
    """

    FORMULA: ClassVar[str] = "w = gain·I"

    gain: Annotated[float, Meta(description="The number on the diagonal.")] = 1.0

    def sample(self, shape: Shape, fans: tuple[int, int], random: np.random.Generator) -> NDArray[np.float64]:
        if len(shape) != 2:
            raise SettingError(
                f"identity needs a parameter with two axes. Received one of shape {text(shape)}."
            )
        return self.gain * np.eye(*shape)
