"""Cross-entropy between class numbers and class probabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

import numpy as np
from msgspec import Meta

from engine.core.errors import DataError
from engine.core.shapes import Shape
from engine.losses.base import Array, Loss, LossKernel
from engine.losses.categorical_crossentropy import EPSILON, CategoricalCrossentropy


class SparseCategoricalCrossentropy(Loss, frozen=True):
    """Cross-entropy of class probabilities against class numbers 0, 1, 2, …

    Formula: L = -(1/N) sum over n of ln p_n,c(n). With softmax it is computed from the logits z:
    L = (1/N) sum over n of (ln sum_j exp(z_nj) - z_n,c(n)), with gradient (p - one-hot(c)) / N.
    Shapes: p (N, ..., C); targets (N, ...), int64; the mean runs over all axes but the last.
    With label_smoothing s, it is the categorical cross-entropy with targets of 1 - s + s/C at c, and s/C elsewhere.
    Errors: DataError for a class number outside 0 … C - 1.
    """

    FORMULA: ClassVar[str] = "L = −ln p(class)"
    TARGET: ClassVar[Literal["values", "one_hot", "index"]] = "index"
    FUSES_WITH: ClassVar[tuple[str, ...]] = ("softmax",)

    label_smoothing: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="Part of each target that is spread over all classes.",
            extra={"basic": False},
        ),
    ] = 0.0

    def target_shape(self, prediction: Shape) -> Shape:
        return prediction[:-1]

    def bind(
        self, prediction: Array, target: Array, gradient: Array | None, weights: Array | None = None
    ) -> LossKernel:
        if self.label_smoothing:
            return self._smoothed(
                target, prediction, lambda plain, t: plain.bind(prediction, t, gradient, weights)
            )
        p, g = prediction, gradient
        counts = None if weights is None else weights.reshape(-1)
        rows, flat = p.size // p.shape[-1], p.reshape(-1)
        number = p.dtype.type
        low, high = number(EPSILON), number(1 - EPSILON)
        chosen, clipped, work = (np.empty(rows, p.dtype) for _ in range(3))
        index = np.empty(rows, np.int64)
        locate = bind_locate(target, p.shape[-1], index)
        minimum, maximum, log, total = np.minimum, np.maximum, np.log, np.add.reduce

        def value() -> float:
            locate()
            flat.take(index, None, chosen, "clip")
            minimum(chosen, high, out=clipped)
            maximum(clipped, low, out=clipped)
            log(clipped, work)
            return -float(total(work)) / rows if counts is None else -float(np.dot(work, counts))

        if g is None:
            return LossKernel(value, None)
        divide, multiply, equal, scale = np.divide, np.multiply, np.equal, np.array(-1 / rows, p.dtype)
        scale = scale if counts is None else np.array(-1, p.dtype)
        inside = np.empty(rows, bool)

        def backward() -> None:
            equal(chosen, clipped, inside)
            divide(scale, clipped, work)
            multiply(work, inside, work)
            if counts is not None:
                multiply(work, counts, out=work)
            g.fill(0)
            g.put(index, work)

        return LossKernel(value, backward)

    def bind_fused(
        self,
        activation: str,
        logits: Array,
        prediction: Array,
        target: Array,
        gradient: Array | None,
        weights: Array | None = None,
    ) -> LossKernel:
        if self.label_smoothing:
            return self._smoothed(
                target,
                prediction,
                lambda plain, t: plain.bind_fused(activation, logits, prediction, t, gradient, weights),
            )
        z, p, g = logits, prediction, gradient
        counts = None if weights is None else weights.reshape(-1)
        rows = z.size // z.shape[-1]
        shifted, row = np.empty_like(z), np.empty((*z.shape[:-1], 1), z.dtype)
        flat, sums, chosen = shifted.reshape(-1), row.reshape(-1), np.empty(rows, z.dtype)
        index = np.empty(rows, np.int64)
        locate = bind_locate(target, z.shape[-1], index)
        largest, total, subtract, exp, log = np.maximum.reduce, np.add.reduce, np.subtract, np.exp, np.log

        def value() -> float:
            locate()
            largest(z, axis=-1, keepdims=True, out=row)
            subtract(z, row, shifted)
            flat.take(index, None, chosen, "clip")
            exp(shifted, shifted)
            total(shifted, axis=-1, keepdims=True, out=row)
            log(row, row)
            subtract(sums, chosen, chosen)
            return float(total(chosen)) / rows if counts is None else float(np.dot(chosen, counts))

        if g is None:
            return LossKernel(value, None)
        multiply, scale, probabilities = np.multiply, np.array(1 / rows, p.dtype), p.reshape(-1)
        one = np.array(1, p.dtype)

        def backward() -> None:
            multiply(p, scale, g)
            probabilities.take(index, None, chosen, "clip")
            subtract(chosen, one, chosen)
            multiply(chosen, scale, chosen)
            g.put(index, chosen)

        def backward_weighted() -> None:
            assert weights is not None
            assert counts is not None
            multiply(p, weights[..., None], out=g)
            probabilities.take(index, None, chosen, "clip")
            subtract(chosen, one, chosen)
            multiply(chosen, counts, out=chosen)
            g.put(index, chosen)

        return LossKernel(value, backward if counts is None else backward_weighted)

    def _smoothed(
        self, target: Array, like: Array, bind: Callable[[CategoricalCrossentropy, Array], LossKernel]
    ) -> LossKernel:
        """Return the kernels of the loss that takes rows of probabilities, fed with smoothed rows."""
        classes, part, rows = like.shape[-1], self.label_smoothing / like.shape[-1], np.empty_like(like)
        index = np.empty(target.size, np.int64)
        locate = bind_locate(target, classes, index)
        inner, sure = bind(CategoricalCrossentropy(), rows), 1 - self.label_smoothing + part

        def value() -> float:
            locate()
            rows.fill(part)
            rows.put(index, sure)
            return inner.value()

        return LossKernel(value, inner.backward)


def bind_locate(target: Array, classes: int, index: Array) -> Callable[[], None]:
    """Return a function that writes where, in the flat predictions, each row's class is. It raises DataError."""
    numbers = target.reshape(-1)
    # Seen as unsigned, a negative number is a huge one: one comparison finds both faults.
    unsigned, largest, add = numbers.view(np.uint64), np.maximum.reduce, np.add
    offsets = np.arange(len(numbers), dtype=np.int64) * classes

    def locate() -> None:
        if largest(unsigned) >= classes:
            wrong = numbers[unsigned >= classes][0]
            raise DataError(
                f"The targets hold the class number {wrong}, but the network predicts {classes} classes, "
                f"0 to {classes - 1}. Give the last layer more units, or number the classes from 0."
            )
        add(numbers, offsets, index)

    return locate
