"""What the attention layers share: their ports, and the sequences and masks that arrive there."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ShapeError
from engine.core.shapes import Shape, text
from engine.layers.base import Binding, Layer, Masking, Port, refuse

Array = NDArray[Any]


class AttentionLayer(Layer, frozen=True):
    """Base of the layers in which the steps of one sequence look at the steps of another, or of their own."""

    NAME: ClassVar[str] = ""
    FAMILY: ClassVar[str] = "attention"
    CATEGORY: ClassVar[str] = "Attention"
    MASKING: ClassVar[Masking] = "pass"
    MASK_FROM_FIRST: ClassVar[bool] = True
    INPUTS: ClassVar[tuple[Port, ...]] = (
        Port("query", "The sequence that looks; what comes out has its length."),
        Port("value", "The sequence that is looked at; without a wire, the query itself.", optional=True),
        Port("key", "What the queries are compared with; without a wire, the value.", optional=True),
    )
    ACTIVATION_FIELD: ClassVar[str] = ""

    def sequences(self, inputs: tuple[Shape, ...]) -> tuple[Shape, Shape, Shape]:
        """Return the shapes of query, value and key: an input that is not wired is the one before it."""
        for shape in inputs:
            if len(shape) != 2:
                raise refuse(self, "sequences of shape (steps, features)", shape)
        query = inputs[0]
        value = inputs[1] if len(inputs) > 1 else query
        key = inputs[2] if len(inputs) > 2 else value
        if key[0] != value[0]:
            raise ShapeError(
                f"{self.NAME} expects as many keys as values. Received: {text(key)} and {text(value)}.",
                shapes=(key, value),
            )
        return query, value, key


class PlainAttention(AttentionLayer, frozen=True):
    """Base of the layers that compare queries and keys as they arrive, feature by feature."""

    NAME: ClassVar[str] = ""
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("use_causal_mask",)
    COMPARES: ClassVar[str] = ""
    """What it does with queries and keys, for the error where they differ."""
    ADVICE: ClassVar[str] = ""

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        query, value, key = self.sequences(inputs)
        if query[1] != key[1]:
            raise ShapeError(
                f"{self.NAME} {self.COMPARES} queries and keys, which must have the same number of features. "
                f"Received: {text(query)} and {text(key)}. {self.ADVICE}",
                shapes=(query, key),
            )
        return ((query[0], value[1]),)

    def multiply_adds(self, inputs: tuple[Shape, ...]) -> int:
        query, value, key = self.sequences(inputs)
        return query[0] * key[0] * (key[1] + value[1])


def attention_masks(binding: Binding) -> dict[str, Any]:
    """Return the masks of the inputs as the arguments of `AttentionWeights`."""
    masks = binding.input_masks
    return {"query_mask": masks[0], "key_masks": masks[1:] or masks[:1]}


class RoleGradients:
    """Where the gradients of query, value and key go when inputs play several of these roles.

    The first role of an input writes to the input's own gradient, each further one to memory that is then added.
    """

    def __init__(self, binding: Binding) -> None:
        last = len(binding.inputs) - 1
        taken: set[int] = set()
        found: list[Array | None] = []
        self._sums: list[tuple[Array, Array]] = []
        for index in (0, min(1, last), last):
            target = binding.input_gradients[index]
            if target is not None and index in taken:
                share = binding.scratch(target.shape)
                self._sums.append((target, share))
                target = share
            taken.add(index)
            found.append(target)
        self.query, self.value, self.key = found

    def add(self) -> None:
        """Add up, once every role's gradient is written."""
        for target, share in self._sums:
            np.add(target, share, target)
