"""The embedding of ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from engine.core.errors import DataError
from engine.core.fields import ComponentValue
from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer, Masking, ParameterSpec, refuse

Array = NDArray[Any]


class Embedding(Layer, frozen=True):
    """Gives each id a trained vector: words, characters or classes become points that training arranges.

    Formula: y = W[id], the row of the id.
    Shapes: ids (N, …), from 0 to input_dim - 1 -> y (N, …, output_dim); embeddings W (input_dim, output_dim).
    Gradients: row i of dW is the sum of dy over all places where i stands; nothing flows to the ids.
    The same as one-hot times a dense layer: CategoryEncoding (one_hot) and then Dense without bias and activation give
    the same values, and the Dense kernel the same gradient, as the product of a one-hot row and W is the row of W.
    Looking the row up spares the multiplications with 0.
    mask_zero: id 0 is padding; the steps where it stands are masked for the layers that follow.
    Errors: ShapeError where mask_zero meets more than one id per step; DataError for an id that has no row.
    Source: Keras 3 Embedding; Bengio, Ducharme, Vincent and Jauvin 2003, A neural probabilistic language model.
    """

    FAMILY: ClassVar[str] = "attention"
    CATEGORY: ClassVar[str] = "Attention"
    FORMULA: ClassVar[str] = "y = W[id]  (one-hot(id)·W)"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("word", "token", "character", "look-up", "vector", "ids", "text")
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("input_dim", "output_dim")
    INTEGERS: ClassVar[bool] = True
    ACTIVATION_FIELD: ClassVar[str] = ""

    input_dim: Annotated[
        int, Meta(ge=1, le=10**7, description="Number of ids, one more than the largest; padding counts.")
    ] = 100
    output_dim: Annotated[int, Meta(ge=1, le=10**6, description="Features of each vector.")] = 32
    embeddings_initializer: Annotated[
        ComponentValue, Meta(description="First values of the vectors.", extra={"registry": "initializer"})
    ] = "random_uniform"
    embeddings_regularizer: Annotated[
        ComponentValue | None,
        Meta(description="Penalty on large vectors.", extra={"registry": "regularizer", "basic": False}),
    ] = None
    mask_zero: Annotated[bool, Meta(description="Id 0 is padding: its steps do not count.")] = False

    def masking(self) -> Masking:
        return "make" if self.mask_zero else "stop"

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        if self.mask_zero and len(inputs[0]) != 1:
            raise refuse(self, "a sequence of ids, to mask where they are 0,", inputs[0])
        return ((*inputs[0], self.output_dim),)

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        return (
            ParameterSpec(
                "embeddings",
                (self.input_dim, self.output_dim),
                self.embeddings_initializer,
                regularizer=self.embeddings_regularizer,
            ),
        )

    def bind(self, binding: Binding) -> Kernel:
        given, table = binding.inputs[0], binding.parameters["embeddings"]
        ids, y = given.reshape(-1), binding.outputs[0].reshape(-1, self.output_dim)
        mask, take, last = binding.output_mask, np.take, self.input_dim - 1

        def forward() -> None:
            if int(ids.min()) < 0 or int(ids.max()) > last:
                raise DataError(
                    f"Embedding has rows for the ids 0 to {last}. Received: ids from {ids.min()} to {ids.max()}. "
                    "Set input_dim to the largest id of the data and one more."
                )
            # "clip" changes nothing after that check; the default would copy the whole output once more.
            take(table, ids, 0, y, "clip")
            if mask is not None:
                np.not_equal(given, 0, mask)

        if not binding.output_gradients:
            return Kernel(forward)
        gradient = binding.gradients.get("embeddings")
        if gradient is None:
            return Kernel(forward, _nothing)
        dy = binding.output_gradients[0].reshape(y.shape)
        return Kernel(forward, _bind_scatter(binding, ids, dy, gradient))

    def multiply_adds(self, inputs: tuple[Shape, ...]) -> int:
        return 0

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(input_dim=7, output_dim=3), ((4,),)),
            Example(cls(input_dim=5, output_dim=2, mask_zero=True, embeddings_regularizer="l2"), ((3,),)),
            Example(cls(input_dim=6, output_dim=2, embeddings_initializer="random_normal"), ((2, 3),)),
        )


def _nothing() -> None:
    """Stand for the backward half where the vectors are frozen."""


def _bind_scatter(binding: Binding, ids: Array, dy: Array, gradient: Array) -> Callable[[], None]:
    """Return a kernel that writes gradient[i] = sum of dy where ids are i (`np.add.at` takes ten times as long).

    The ids are sorted, each in one number with its place, so that equal ones lie together and are summed at once.
    """
    count = len(ids)
    bits = max((count - 1).bit_length(), 1)
    places, low = np.arange(count), (1 << bits) - 1
    keys, order = binding.scratch((count,), np.int64), binding.scratch((count,), np.int64)
    first, gathered = binding.scratch((count,), bool), binding.scratch(dy.shape)
    sums = binding.scratch((min(len(gradient), count), dy.shape[1]))

    def scatter() -> None:
        np.left_shift(ids, bits, keys)
        np.bitwise_or(keys, places, keys)
        keys.sort()
        np.bitwise_and(keys, low, order)
        np.right_shift(keys, bits, keys)
        first[0] = True
        np.not_equal(keys[1:], keys[:-1], first[1:])
        starts = np.flatnonzero(first)
        np.take(dy, order, 0, gathered, "clip")
        found = np.add.reduceat(gathered, starts, 0, out=sums[: len(starts)])
        gradient.fill(0)
        gradient[keys[starts]] = found

    return scatter
