"""Normalization over the batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, ParameterSpec
from engine.layers.normalization import _Normalization
from engine.layers.rows import Rows

Array = NDArray[Any]


class BatchNormalization(_Normalization, frozen=True):
    """Batch normalization: gives each feature mean 0 and variance 1 over the batch, then a scale and a shift.

    Formula: y = gamma (x - m) / √(v + epsilon) + beta. While training, m and v are mean and variance (biased: divided
    by the count) over all axes but the last; moving = momentum moving + (1 - momentum) current keeps track of them.
    While predicting, and where the node is frozen, the moving values stand in their place and stay as they are.
    Padded steps of a sequence (a mask) do not count in m and v.
    Shapes: x (N, ..., C) -> y the same; gamma, beta, moving_mean, moving_variance (C,).
    Gradients: with h = (x - m) / √(v + epsilon) and means over the same axes: dgamma = sum of dy h; dbeta = sum of dy;
    dx = gamma / √(v + epsilon) (dy - mean(dy) - h mean(dy h)).
    Errors: ShapeError for an input without a feature axis.
    Source: Ioffe and Szegedy 2015, Batch normalization; Keras 3 BatchNormalization. (PyTorch's momentum is 1 minus this
    one, and its moving variance is unbiased.)
    """

    FORMULA: ClassVar[str] = "y = γ·(x − μ) / √(σ² + ε) + β"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("batchnorm", "bn", "standardize", "normalize")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("momentum",)

    momentum: Annotated[
        float, Meta(ge=0, le=1, description="Part of the moving mean and variance that is kept at each step.")
    ] = 0.99

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        shape = inputs[0][-1:]
        return (
            *super().parameter_specs(inputs),
            ParameterSpec("moving_mean", shape, "zeros", trainable=False),
            ParameterSpec("moving_variance", shape, "ones", trainable=False),
        )

    def bind(self, binding: Binding) -> Kernel:
        if binding.training and not binding.frozen:
            return self._bind_batch(binding)
        return self._bind_moving(binding)

    def _bind_batch(self, binding: Binding) -> Kernel:
        gamma, beta = binding.parameters.get("gamma"), binding.parameters.get("beta")
        track = self._bind_tracking(binding)
        rows = Rows(binding)
        refresh = _bind_shares(rows, binding.input_masks[0])
        mean, variance, inverse, factor = (binding.buffer((rows.width,)) for _ in range(4))
        centered = binding.buffer(binding.inputs[0].shape)
        x, y, c = binding.inputs[0], binding.outputs[0], centered
        epsilon, add, sqrt = np.array(self.epsilon, x.dtype), np.add, np.sqrt
        multiply, reciprocal, copyto, subtract = np.multiply, np.reciprocal, np.copyto, np.subtract

        def forward() -> None:
            refresh()
            rows.mean(x, mean)
            rows.subtract(x, mean, c)
            multiply(c, c, y)
            rows.mean(y, variance)
            track(mean, variance)
            add(variance, epsilon, inverse)
            sqrt(inverse, inverse)
            reciprocal(inverse, inverse)
            if gamma is None:
                rows.multiply(c, inverse, y)
            else:
                multiply(inverse, gamma, factor)
                rows.multiply(c, factor, y)
            if beta is not None:
                rows.add(y, beta, y)

        if not binding.output_gradients:
            return Kernel(forward)
        dy, dx = binding.output_gradients[0], binding.input_gradients[0]
        d_gamma, d_beta = binding.gradients.get("gamma"), binding.gradients.get("beta")
        work = binding.scratch(x.shape)
        slope, shift, part = (binding.scratch((rows.width,)) for _ in range(3))
        scaled, masked = factor if gamma is not None else inverse, binding.input_masks[0] is not None
        part_of_all = work.reshape(rows.count, rows.width) if masked else work
        shares = rows.share[:, None] if masked else np.array(1 / rows.count, x.dtype)

        def backward() -> None:
            multiply(dy, c, work)
            rows.total(work, slope)
            rows.total(dy, shift)
            multiply(slope, inverse, slope)
            if d_gamma is not None:
                copyto(d_gamma, slope)
            if d_beta is not None:
                copyto(d_beta, shift)
            if dx is None:
                return
            multiply(slope, inverse, part)
            rows.multiply(c, part, work)
            rows.add(work, shift, work)
            multiply(part_of_all, shares, part_of_all)
            subtract(dy, work, work)
            rows.multiply(work, scaled, dx)

        return Kernel(forward, backward)

    def _bind_tracking(self, binding: Binding) -> Any:
        pairs = binding.parameters["moving_mean"], binding.parameters["moving_variance"]
        keep, rest = np.array(self.momentum, binding.dtype), np.array(1 - self.momentum, binding.dtype)
        multiply, add, work = np.multiply, np.add, np.empty_like(pairs[0])

        def track(*current: Array) -> None:
            for moving, now in zip(pairs, current, strict=True):
                multiply(moving, keep, moving)
                multiply(now, rest, work)
                add(moving, work, moving)

        return track

    def _bind_moving(self, binding: Binding) -> Kernel:
        given = binding.parameters
        gamma, beta, mean, variance = (
            given.get(n) for n in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        assert mean is not None
        assert variance is not None
        rows = Rows(binding)
        inverse, factor, offset = (binding.buffer((rows.width,)) for _ in range(3))
        x, y = binding.inputs[0], binding.outputs[0]
        epsilon, add, subtract, sqrt = np.array(self.epsilon, x.dtype), np.add, np.subtract, np.sqrt
        multiply, reciprocal, copyto, negative = np.multiply, np.reciprocal, np.copyto, np.negative

        def forward() -> None:
            add(variance, epsilon, inverse)
            sqrt(inverse, inverse)
            reciprocal(inverse, inverse)
            copyto(factor, inverse)
            if gamma is not None:
                multiply(factor, gamma, factor)
            multiply(mean, factor, offset)
            negative(offset, offset)
            if beta is not None:
                add(offset, beta, offset)
            rows.multiply(x, factor, y)
            rows.add(y, offset, y)

        if not binding.output_gradients:
            return Kernel(forward)
        dy, dx = binding.output_gradients[0], binding.input_gradients[0]
        d_gamma, d_beta = binding.gradients.get("gamma"), binding.gradients.get("beta")
        work, slope, shift = (
            binding.scratch(x.shape),
            binding.scratch((rows.width,)),
            binding.scratch((rows.width,)),
        )
        count = np.array(rows.count, x.dtype)

        def backward() -> None:
            if d_gamma is not None or d_beta is not None:
                rows.mean(dy, shift)
                multiply(shift, count, shift)
            if d_gamma is not None:
                multiply(dy, x, work)
                rows.mean(work, slope)
                multiply(slope, count, slope)
                multiply(shift, mean, d_gamma)
                subtract(slope, d_gamma, d_gamma)
                multiply(d_gamma, inverse, d_gamma)
            if d_beta is not None:
                copyto(d_beta, shift)
            if dx is not None:
                rows.multiply(dy, factor, dx)

        return Kernel(forward, backward)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((4,),)),
            Example(cls(momentum=0.9, epsilon=1e-2, scale=False), ((2, 3, 2),)),
            Example(cls(center=False, gamma_initializer="random_normal"), ((5,),)),
            Example(cls(center=False, scale=False), ((3, 2),)),
            Example(cls(beta_initializer="ones"), ((3,),)),
        )


def _bind_shares(rows: Rows, mask: Array | None) -> Callable[[], object]:
    """Return a function that lets the rows of real steps alone count in the means."""
    if mask is None:
        return _nothing
    shares = rows.share.reshape(*mask.shape, -1)

    def refresh() -> None:
        np.copyto(shares, mask[..., None])
        shares[...] /= max(float(rows.share.sum()), 1.0)

    return refresh


def _nothing() -> None:
    """Leave the shares as they are: every row counts."""
