"""Pooling by the largest value."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.layers.base import Binding, Kernel
from engine.layers.pooling import bind_choose, bind_combine
from engine.layers.pooling_base import Lanes, Pooling2D


class MaxPooling2D(Pooling2D, frozen=True):
    """Max pooling: the largest value of each window; keeps what was found and forgets just where.

    Formula: y_ijc = max over u, v in the window of x_(i s + u, j s + v)c. Padding (same) never wins.
    Shapes: x (N, H, W, C) -> y (N, H', W', C); valid: H' = floor((H - k) / s) + 1; same: H' = ceil(H / s).
    Gradients: dy goes to the largest value; of several equal ones to the first of the first column.
    Errors: ShapeError where the input is no image, or smaller than the window.
    Source: Keras 3 MaxPooling2D; Ranzato, Huang, Boureau and LeCun 2007.
    """

    FORMULA: ClassVar[str] = "y = max over the window"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("maxpool", "downsample", "subsample", "cnn", "image")

    def bind(self, binding: Binding) -> Kernel:
        rows, columns = geometry = self.geometry(binding.inputs[0].shape[1:])
        lanes = Lanes(binding, geometry)
        pool_rows = bind_combine(np.maximum, *lanes.rows, rows)
        pool_columns = bind_combine(np.maximum, *lanes.columns, columns)

        def forward() -> None:
            pool_rows()
            pool_columns()

        if lanes.gradients is None:
            return Kernel(forward)
        dx, d_between, d_second, dy = lanes.gradients
        to_columns = bind_choose(binding, *lanes.columns, dy, d_second, columns)
        to_rows = bind_choose(binding, *lanes.rows, d_between, dx, rows)

        def backward() -> None:
            to_columns()
            to_rows()

        return Kernel(forward, backward)
