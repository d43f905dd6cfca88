"""What a loss is: one number for a batch, and the gradient at the prediction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal, NamedTuple

from numpy.typing import NDArray

from engine.core.fields import Component
from engine.core.registry import Family, snake_case
from engine.core.shapes import Shape

Array = NDArray[Any]


class LossKernel(NamedTuple):
    """`value` computes the loss of the batch and returns it; `backward` writes the gradient. Called in this order."""

    value: Callable[[], float]
    backward: Callable[[], object] | None


class Loss(Component, frozen=True):
    """Base of every loss. All average over the batch (and over the outputs, unless the docstring says otherwise)."""

    FORMULA: ClassVar[str] = ""
    TARGET: ClassVar[Literal["values", "one_hot", "index"]] = "values"
    """What the targets are: numbers of the prediction's shape, one-hot rows, or class numbers (int64, shape (N,)).
    A data set's class numbers are turned into this by the trainer."""
    FUSES_WITH: ClassVar[tuple[str, ...]] = ()
    """Activations (softmax, sigmoid) with which the loss has a joint, stable form."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "NAME" not in cls.__dict__ and not cls.__name__.startswith("_"):
            cls.NAME = snake_case(cls.__name__)

    def target_shape(self, prediction: Shape) -> Shape:
        """Return the shape of one sample's target for predictions of shape `prediction`."""
        return prediction

    def bind(
        self, prediction: Array, target: Array, gradient: Array | None, weights: Array | None = None
    ) -> LossKernel:
        """Return kernels for the loss at `prediction` (N, ..., C); `gradient` receives dloss/dprediction.

        `weights` (N, ...), the prediction's shape without its last axis, says what each row counts: the loss is then
        the sum over the rows of weight times the row's own loss, the mean (or sum) over the last axis that the
        formula takes. They are final coefficients: a mean over n rows has weights of 1/n. The array is contiguous and
        may be refilled between calls. Without it every row counts alike.
        """
        raise TypeError(f"{type(self).__name__} has no kernel.")

    def bind_fused(
        self,
        activation: str,
        logits: Array,
        prediction: Array,
        target: Array,
        gradient: Array | None,
        weights: Array | None = None,
    ) -> LossKernel:
        """Return kernels for the loss of activation(logits), computed from the logits so that no logarithm sees 0.

        `prediction` holds activation(logits) already; `gradient` receives dloss/dlogits; `weights` as in `bind`.
        """
        raise TypeError(f"{type(self).__name__} does not fuse with {activation}.")


losses: Family[Loss] = Family("loss", "engine.losses", Loss)
