"""The weights that kernels compute with, where they are not those that are learned: reparameterizations in a plan.

A kernel is bound to an array of the plan's own, which is written before the first kernel that reads it, and so is its
gradient, which is turned into that of the learned array after the last kernel that adds to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.memory import aligned
from engine.compiler.parameters import Key, ParameterStore
from engine.compiler.program import LayerOperation, Program
from engine.compiler.record import StepRecord
from engine.core.shapes import size
from engine.layers.base import Kernel
from engine.reparameterizations.base import Steps, Weights, reparameterizations

Array = NDArray[Any]
Step = Callable[[], object]


class EffectiveWeights:
    """The reparameterized arrays of a program's nodes. With `holding`, estimates stay as the last forward left them."""

    def __init__(self, program: Program, store: ParameterStore) -> None:
        self.holding = False
        self._weights: dict[Key, Weights] = {}
        self._steps: dict[Key, Steps] = {}
        self._extras: set[Key] = set()
        self._first: dict[str, LayerOperation] = {}
        for operation in program.operations:
            if isinstance(operation, LayerOperation):
                self._first.setdefault(operation.owner, operation)
        for key, spec in store.specs.items():
            first = self._first.get(key[0])
            if spec.reparameterization is None or first is None:
                continue
            rule = reparameterizations.get(spec.reparameterization)
            names = tuple(extra.name for extra in rule.parameters(spec))
            self._extras.update((key[0], name) for name in names)
            moving = program.training and not first.frozen and key[0] not in program.held
            gradient = store.gradients.get(key) if moving and key[0] in program.moving else None
            written = {n: store.gradients[key[0], n] for n in names if (key[0], n) in store.gradients}
            self._weights[key] = Weights(
                raw=store.views[key],
                effective=aligned(size(spec.shape), store.dtype).reshape(spec.shape),
                extras={name: store.views[key[0], name] for name in names},
                moving=moving,
                given=None if gradient is None else np.zeros_like(gradient),
                gradient=gradient,
                extra_gradients={} if gradient is None else written,
            )
            self._steps[key] = rule.bind(self._weights[key])

    def parameters(self, owner: str, arrays: dict[str, Array]) -> dict[str, Array]:
        """Return a node's arrays as its kernels see them."""
        seen = {name: self._weights.get((owner, name)) for name in arrays}
        return {
            name: array if (weights := seen[name]) is None else weights.effective
            for name, array in arrays.items()
        }

    def gradients(self, owner: str, arrays: dict[str, Array]) -> dict[str, Array]:
        """Return where a node's kernels write their gradients."""
        found: dict[str, Array] = {}
        for name, array in arrays.items():
            weights = self._weights.get((owner, name))
            if weights is not None and weights.given is not None:
                found[name] = weights.given
            elif (owner, name) not in self._extras:
                found[name] = array
        return found

    def before(self, operation: LayerOperation, kernel: Kernel) -> Kernel:
        """Return a kernel that first writes the weights which it, and later ones, compute with."""
        if self._first[operation.owner] is not operation:
            return kernel
        own = [steps for key, steps in self._steps.items() if key[0] == operation.owner]
        if not own:
            return kernel
        inner = kernel.forward

        def forward() -> None:
            for steps in own:
                if not self.holding:
                    steps.estimate()
                steps.apply()
            inner()

        return kernel._replace(forward=forward)

    def after(self) -> Iterator[tuple[Step, StepRecord]]:
        """Yield the steps that turn gradients into those of the learned arrays."""
        for key, steps in self._steps.items():
            weights = self._weights[key]
            if steps.backward is None or weights.given is None or weights.gradient is None:
                continue
            writes = (weights.gradient, *weights.extra_gradients.values())
            yield steps.backward, StepRecord(f"gradient of {key[0]}/{key[1]}", (weights.given,), writes)
