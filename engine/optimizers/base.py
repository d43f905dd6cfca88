"""What an optimizer is: a rule that moves the parameter vector against its gradient.

The parameters of a network are one vector, so an optimizer never sees layers. It works through the vector in
chunks that stay in the processor's cache: a rule of ten element-wise operations then reads memory once, not ten times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.fields import Component
from engine.core.registry import Family, snake_case

Array = NDArray[Any]
Rule = Callable[[float, int], object]
"""Applies one update to one chunk: rule(learning_rate, t), where t counts the steps from 1."""

CHUNK = 16384
"""Values in a chunk: with its gradient, two slots and scratch it fits the second-level cache."""


class Optimizer(Component, frozen=True):
    """Base of every optimizer.

    Weight decay is the base's: before the rule, w = w - learning_rate weight_decay w (Loshchilov and Hutter 2019,
    Decoupled weight decay regularization). It is not an L2 penalty, which is a part of the loss, and whose gradient
    the rule scales and averages like every other. It leaves alone what is frozen and, with decay_kernels_only, biases
    and the scale and shift of normalizations: they do not make a network complex, and few numbers fit no noise.
    """

    FORMULA: ClassVar[str] = ""
    SLOTS: ClassVar[tuple[str, ...]] = ()
    """The names of the vectors that it can keep beside the parameters, such as momentum."""
    SCRATCH: ClassVar[int] = 1
    """How many scratch vectors a chunk needs."""
    MOMENTUM: ClassVar[str] = ""
    """The field that says how much of the momentum is kept, where a schedule may turn it in mid-run."""

    learning_rate: Annotated[
        float,
        Meta(ge=0, description="Size of each step along the negative gradient.", extra={"scale": "log"}),
    ] = 0.01
    weight_decay: Annotated[
        float,
        Meta(
            ge=0,
            description="Part of each weight taken away, times the learning rate.",
            extra={"basic": False},
        ),
    ] = 0.0
    decay_kernels_only: Annotated[
        bool,
        Meta(description="Weight decay leaves biases and normalization alone.", extra={"basic": False}),
    ] = True

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "NAME" not in cls.__dict__ and not cls.__name__.startswith("_"):
            cls.NAME = snake_case(cls.__name__)

    def slot_names(self) -> tuple[str, ...]:
        """Return those of SLOTS that these settings need, in that order: without momentum no vector is kept for it."""
        return self.SLOTS

    def initial_slot(self, name: str) -> float:
        """Return the value that fills the slot `name` before the first step."""
        return 0.0

    def bind(
        self, parameter: Array, gradient: Array, slots: tuple[Array, ...], scratch: tuple[Array, ...]
    ) -> Rule:
        """Return the rule for one chunk. All arrays are vectors of one length; `gradient` may be overwritten."""
        raise TypeError(f"{type(self).__name__} has no rule.")


class Updater:
    """An optimizer bound to a parameter vector: the slots, the step count, and one rule per chunk.

    `segments` are the (start, stop) ranges that move; what lies outside them is frozen and is never touched.
    `kernels` are the ranges of the parameters that decay_kernels_only means; without them all do.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        parameters: Array,
        gradients: Array,
        segments: Sequence[tuple[int, int]],
        kernels: Sequence[tuple[int, int]] | None = None,
    ) -> None:
        self.optimizer = optimizer
        self.segments = tuple(segments)
        self.steps = 0
        self.slots: dict[str, Array] = {
            name: np.full_like(parameters, optimizer.initial_slot(name)) for name in optimizer.slot_names()
        }
        everything = ((0, parameters.size),)
        self._vectors = parameters, gradients
        self._kernels = everything if kernels is None else tuple(kernels)
        self._scratch = tuple(
            np.empty(min(CHUNK, parameters.size), parameters.dtype) for _ in range(optimizer.SCRATCH)
        )
        self._rules = self._bind(optimizer)

    def step(self, learning_rate: float) -> None:
        """Move every parameter in the segments by one step of the rule."""
        self.steps += 1
        steps = self.steps
        for rule in self._rules:
            rule(learning_rate, steps)

    def turn_momentum(self, momentum: float) -> None:
        """Go on with so much momentum, where the optimizer has some; the slots stay as they are."""
        field = self.optimizer.MOMENTUM
        if field and getattr(self.optimizer, field) not in (0.0, momentum):
            self.optimizer = msgspec.structs.replace(self.optimizer, **{field: momentum})
            self._rules = self._bind(self.optimizer)

    def _bind(self, optimizer: Optimizer) -> list[Rule]:
        parameters, gradients = self._vectors
        decaying = self._kernels if optimizer.decay_kernels_only else ((0, parameters.size),)
        rules: list[Rule] = []
        for start, stop in self.segments:
            for begin in range(start, stop, CHUNK):
                part = slice(begin, min(begin + CHUNK, stop))
                length = part.stop - part.start
                if optimizer.weight_decay:
                    overlaps = (slice(max(a, part.start), min(b, part.stop)) for a, b in decaying)
                    shrinking = [parameters[where] for where in overlaps if where.start < where.stop]
                    rules += [decay_rule(w, optimizer.weight_decay) for w in shrinking]
                rules.append(
                    optimizer.bind(
                        parameters[part],
                        gradients[part],
                        tuple(slot[part] for slot in self.slots.values()),
                        tuple(s[:length] for s in self._scratch),
                    )
                )
        return rules


def decay_rule(parameter: Array, weight_decay: float) -> Rule:
    """Return the rule w = w - learning_rate weight_decay w."""
    multiply = np.multiply

    def rule(learning_rate: float, t: int) -> None:
        multiply(parameter, 1 - learning_rate * weight_decay, parameter)

    return rule


optimizers: Family[Optimizer] = Family("optimizer", "engine.optimizers", Optimizer)
