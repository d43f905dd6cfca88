"""What the attention layers share: their ports, and the sequences and masks that arrive there."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.core.errors import ShapeError
from engine.core.shapes import Shape, text
from engine.layers.base import Binding, Layer, Masking, Port, refuse


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


def attention_masks(binding: Binding) -> dict[str, Any]:
    """Return the masks of the inputs as the arguments of `AttentionWeights`."""
    masks = binding.input_masks
    return {"query_mask": masks[0], "key_masks": masks[1:] or masks[:1]}
