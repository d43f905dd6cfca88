"""A binding made by hand, so that a layer's kernels can be tested without the compiler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.random import restore, state_of, stream
from engine.core.shapes import Shape
from engine.initializers import initializers
from engine.initializers.base import fans_of
from engine.layers.base import Kernel, Layer

Array = NDArray[Any]


class FakeBinding:
    """Buffers for one layer on a batch of random numbers. Gradients begin as NaN: a kernel must write all of them."""

    def __init__(
        self,
        layer: Layer,
        shapes: tuple[Shape, ...],
        *,
        batch: int = 3,
        dtype: Any = np.float64,
        training: bool = True,
        frozen: bool = False,
        backward: bool = True,
        wanted: bool = True,
        seed: int = 0,
        masks: tuple[Array | None, ...] | None = None,
    ) -> None:
        random = np.random.default_rng(seed)
        self.layer, self.batch, self.dtype = layer, batch, np.dtype(dtype)
        self.training, self.frozen = training, frozen
        ids = getattr(layer, "input_dim", 0)
        self.inputs: tuple[Array, ...] = tuple(
            random.integers(0, ids, (batch, *s)) if ids else random.standard_normal((batch, *s)).astype(dtype)
            for s in shapes
        )
        self.outputs = tuple(np.full((batch, *s), np.nan, dtype) for s in layer.output_shapes(shapes))
        self.input_masks: tuple[Array | None, ...] = masks or (None,) * len(shapes)
        self.output_mask: Array | None = None
        if layer.masking() == "make":
            self.output_mask = np.zeros(self.outputs[0].shape[:2], bool)
        self.parameters: Mapping[str, Array] = {}
        self.specs = layer.parameter_specs(shapes)
        for spec in self.specs:
            rule = initializers.get(spec.initializer)
            value = rule.sample(spec.shape, spec.fans or fans_of(spec.shape), random)
            noise = 0.1 * np.abs(random.standard_normal(spec.shape))
            self.parameters = {**self.parameters, spec.name: np.array(value + noise, dtype)}
        self.output_gradients: tuple[Array, ...] = ()
        self.gradients: Mapping[str, Array] = {}
        self.input_gradients: tuple[Array | None, ...] = (None,) * len(shapes)
        if backward:
            self.output_gradients = tuple(random.standard_normal(y.shape).astype(dtype) for y in self.outputs)
            if wanted and not ids:
                self.input_gradients = tuple(np.full_like(x, np.nan) for x in self.inputs)
            if not frozen:
                self.gradients = {
                    s.name: np.full_like(self.parameters[s.name], np.nan) for s in self.specs if s.trainable
                }
        self.taken = 0
        self._streams: dict[str, tuple[np.random.Generator, dict[str, Any]]] = {}
        self.kernel: Kernel = layer.bind(self)

    def buffer(self, shape: Shape, dtype: object = None) -> Array:
        """Return an array of the kernel's own, filled with what no kernel may rely on."""
        self.taken += 1
        kind = self.dtype if dtype is None else np.dtype(dtype)  # type: ignore[call-overload]
        return np.full(shape, 7, kind)

    scratch = buffer

    def random(self, purpose: str) -> np.random.Generator:
        """Return a stream that `forward` rewinds each time."""
        generator = stream(0, "node", purpose)
        self._streams[purpose] = generator, state_of(generator)
        return generator

    def forward(self) -> tuple[Array, ...]:
        """Run the forward kernel from the same random numbers and the same statistics as the last time."""
        for generator, state in self._streams.values():
            restore(generator, state)
        statistics = {s.name: self.parameters[s.name].copy() for s in self.specs if not s.trainable}
        self.kernel.forward()
        for name, kept in statistics.items():
            self.parameters[name][...] = kept
        return self.outputs

    def backward(self) -> None:
        """Run the backward kernel."""
        assert self.kernel.backward is not None
        self.kernel.backward()

    def objective(self) -> float:
        """Return sum of outputs * output gradients: its derivatives are what the backward kernel writes."""
        pairs = zip(self.forward(), self.output_gradients, strict=True)
        return float(sum(np.vdot(y.astype(np.float64), dy.astype(np.float64)) for y, dy in pairs))


def worst_error(binding: FakeBinding, array: Array, gradient: Array, step: float = 1e-5) -> float:
    """Return the largest relative error of `gradient` against central differences of the objective by `array`."""
    flat, given = array.reshape(-1), gradient.reshape(-1).copy()
    assert np.isfinite(given).all(), "not every gradient was written"
    floor = 1e-4 * float(np.abs(given).max(initial=0.0)) + 1e-9
    # A difference is not known better than the objective is rounded: it matters where a gradient is 0 by cancellation.
    noise = 16 * float(np.spacing(1 + abs(binding.objective()))) / step
    worst = 0.0
    for index in range(flat.size):
        kept = flat[index]
        flat[index] = kept + step
        above = binding.objective()
        flat[index] = kept - step
        below = binding.objective()
        flat[index] = kept
        difference = (above - below) / (2 * step)
        scale = max(abs(difference), abs(float(given[index])), floor)
        worst = max(worst, max(abs(float(given[index]) - difference) - noise, 0.0) / scale)
    return worst
