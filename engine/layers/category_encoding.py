"""Ids as vectors of zeros and ones."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from msgspec import Meta

from engine.core.errors import DataError
from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer, Masking, refuse


class CategoryEncoding(Layer, frozen=True):
    """Ids into vectors of zeros and ones, without weights: one-hot, or which ids occur, or how often.

    Formula: one_hot: y[…, i] = 1 where the id is i, else 0; count: the sum of these over the steps; multi_hot: 1 where
    that is not 0 (a bag of words).
    Shapes: ids (N, …, T), from 0 to num_tokens - 1 -> one_hot (N, …, T, num_tokens); else (N, …, num_tokens).
    One-hot and then Dense without bias computes what Embedding computes: its kernel is the table of vectors.
    Errors: ShapeError where there is no axis of steps to sum over; DataError for an id that has no place.
    Source: Keras 3 CategoryEncoding, and OneHot of other programs.
    """

    FAMILY: ClassVar[str] = "attention"
    CATEGORY: ClassVar[str] = "Attention"
    FORMULA: ClassVar[str] = "yᵢ = 1 where id = i, else 0"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("one-hot", "onehot", "multi-hot", "bag of words", "ids", "dummy")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("num_tokens", "output_mode")
    INTEGERS: ClassVar[bool] = True
    ACTIVATION_FIELD: ClassVar[str] = ""

    num_tokens: Annotated[
        int, Meta(ge=1, le=10**6, description="Number of ids, one more than the largest.")
    ] = 10
    output_mode: Annotated[
        Literal["multi_hot", "one_hot", "count"],
        Meta(description="A vector for each id, or one for all: which occur, or how often."),
    ] = "multi_hot"

    @property
    def input_dim(self) -> int:
        """The number of ids, under the name that every layer of ids has."""
        return self.num_tokens

    def masking(self) -> Masking:
        return "pass" if self.output_mode == "one_hot" else "stop"

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if self.output_mode == "one_hot":
            return ((*inputs[0], self.num_tokens),)
        if not inputs[0]:
            raise refuse(self, "a sequence of ids", inputs[0])
        return ((*inputs[0][:-1], self.num_tokens),)

    def bind(self, binding: Binding) -> Kernel:
        (given,), (y,), last = binding.inputs, binding.outputs, self.num_tokens - 1
        ids, flat = given.reshape(-1), y.reshape(-1)
        steps = 1 if self.output_mode == "one_hot" else given.shape[-1]
        starts = np.arange(len(ids)) // steps * self.num_tokens
        places, count = binding.scratch(ids.shape, np.int64), self.output_mode == "count"

        def forward() -> None:
            if int(ids.min()) < 0 or int(ids.max()) > last:
                raise DataError(
                    f"CategoryEncoding has places for the ids 0 to {last}. Received: ids from {ids.min()} to "
                    f"{ids.max()}. Set num_tokens to the largest id of the data and one more."
                )
            np.add(starts, ids, places)
            y.fill(0)
            if count:
                np.add.at(flat, places, 1)
            else:
                flat[places] = 1

        def backward() -> None:
            """Nothing flows to ids."""

        return Kernel(forward, backward if binding.output_gradients else None)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(num_tokens=5, output_mode="one_hot"), ((3,),)),
            Example(cls(num_tokens=4), ((6,),)),
            Example(cls(num_tokens=3, output_mode="count"), ((2, 5),)),
        )
