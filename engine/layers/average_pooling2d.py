"""Pooling by the mean."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from engine.layers.base import Binding, Kernel
from engine.layers.pooling import bind_combine, bind_spread, filled
from engine.layers.pooling_base import Lanes, Pooling2D


class AveragePooling2D(Pooling2D, frozen=True):
    """Average pooling: the mean of each window.

    Formula: y_ijc = mean over u, v in the window of x_(i s + u, j s + v)c. With padding same, windows that reach over
    an edge average only what lies on the image.
    Shapes: x (N, H, W, C) -> y (N, H', W', C); valid: H' = floor((H - k) / s) + 1; same: H' = ceil(H / s).
    Gradients: dy, divided by the number of values in the window, goes to each of them.
    Errors: ShapeError where the input is no image, or smaller than the window.
    Source: Keras 3 AveragePooling2D; LeCun et al. 1998, Gradient-based learning applied to document recognition.
    """

    FORMULA: ClassVar[str] = "y = mean over the window"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("avgpool", "mean", "downsample", "subsample", "cnn", "image")

    def bind(self, binding: Binding) -> Kernel:
        rows, columns = geometry = self.geometry(binding.inputs[0].shape[1:])
        lanes = Lanes(binding, geometry)
        add_rows = bind_combine(np.add, *lanes.rows, rows)
        add_columns = bind_combine(np.add, *lanes.columns, columns)
        y = binding.outputs[0]
        share = np.empty(y.shape[1:], y.dtype)
        share[...] = (1 / np.outer(filled(rows), filled(columns)))[..., None]
        multiply = np.multiply

        def forward() -> None:
            add_rows()
            add_columns()
            multiply(y, share, y)

        if lanes.gradients is None:
            return Kernel(forward)
        dx, d_between, d_second, _ = lanes.gradients
        given = binding.output_gradients[0]
        part = binding.scratch(given.shape)
        to_columns = bind_spread(part.reshape(lanes.columns[1].shape), d_second, columns)
        to_rows = bind_spread(d_between, dx, rows)

        def backward() -> None:
            multiply(given, share, part)
            to_columns()
            to_rows()

        return Kernel(forward, backward)
