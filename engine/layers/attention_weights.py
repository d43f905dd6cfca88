"""From scores to attention weights and to what they gather: the part that every attention layer shares.

Formula: P = softmax of the scores over the keys, where blocked ones have no weight; y = drop(P) V.

The kernels keep E = exp(scores) and r = 1 / (row sums of E) instead of P = r E. Then y = r (E V) scales (T, width)
numbers in place of (T, S), and backward, with g = r dy, is dV = Eᵀ g and dscores = E (g Vᵀ - rows(g y)), where rows()
is the sum over the features: the same as the sum over the keys of P dP, without needing either.
(Dao et al. 2022, FlashAttention, appendix B.2.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.layers.base import Binding

Array = NDArray[Any]

NEAR = 40.0
"""Scores between -NEAR and NEAR go through exp as they are: float32 holds e^40 and the sums of it without loss."""


class AttentionWeights:
    """The buffers and the forward kernel from `scores` on.

    Shapes: scores (N, heads, T, S), of which `forward` makes E in place; value (N, heads, S, e); context
    (N, heads, T, e).
    `query_mask` (N, T) and `key_masks` (N, S) are True where a step is real. Other keys get no weight; other queries
    gather nothing, which is zeros, as does a query to which no key is left. With `causal` no step sees a later one.
    """

    def __init__(
        self,
        binding: Binding,
        scores: Array,
        value: Array,
        context: Array,
        *,
        query_mask: Array | None = None,
        key_masks: Sequence[Array | None] = (),
        causal: bool = False,
        dropout: float = 0.0,
    ) -> None:
        rows, kind = scores.shape[:-1], scores.dtype
        self.scores, self._value, self._context = scores, value, context
        self._ones = np.ones(scores.shape[-1], kind)
        self._tiny, self._lowest = np.finfo(kind).tiny, np.finfo(kind).min / 2
        self._scale, self._row = binding.buffer(rows), binding.buffer((*rows, 1))
        self._query_mask = query_mask
        self._key_masks = [mask for mask in key_masks if mask is not None]
        self._allowed: Array | None = None
        if causal or self._key_masks:
            last = scores.shape[-1]
            self._before = np.tri(rows[-1], last, dtype=kind) if causal else np.ones((1, last), kind)
            samples = len(scores) if self._key_masks else 1
            self._allowed = np.broadcast_to(self._before, (samples, 1, *self._before.shape)).copy()
            self._blocked = binding.buffer(self._allowed.shape, bool)
            self._empty = binding.buffer(rows, bool)
        self._used = scores
        self._rate = dropout if binding.training else 0.0
        if self._rate:
            self._draw = binding.random("dropout").random
            self._factor, self._used = binding.buffer(scores.shape), binding.buffer(scores.shape)
            self._kept = binding.scratch(scores.shape, bool)

    @property
    def views(self) -> Mapping[str, Callable[[], Array]]:
        """What a picture can show."""
        return {"attention": self.weights}

    def weights(self) -> Array:
        """Return P (N, heads, T, S) of the last forward pass, without dropout, as a new array."""
        return np.asarray(self.scores * self._scale[..., None])

    def forward(self) -> None:
        """Turn the scores into weights, and write what they gather."""
        scores, scale, allowed = self.scores, self._scale, self._allowed
        if self._key_masks:
            self._refresh()
        if not (float(scores.min()) > -NEAR and float(scores.max()) < NEAR):
            self._center()
        np.exp(scores, scores)
        if allowed is not None:
            np.multiply(scores, allowed, scores)
        np.dot(scores.reshape(-1, scores.shape[-1]), self._ones, scale.reshape(-1))
        if allowed is not None:
            np.equal(scale, 0, self._empty)
            np.maximum(scale, self._tiny, out=scale)
        np.reciprocal(scale, scale)
        if allowed is not None:
            np.copyto(scale, 0, where=self._empty)
        if self._query_mask is not None:
            np.multiply(scale, self._query_mask[:, None, :], scale)
        if self._rate:
            self._drop()
        np.matmul(self._used, self._value, out=self._context)
        np.multiply(self._context, scale[..., None], self._context)

    def bind_backward(
        self, binding: Binding, d_context: Array, d_value: Array | None
    ) -> tuple[Callable[[], None], Array]:
        """Return the kernel that writes `d_value` and dscores, and dscores, which is scratch, (N, heads, T, S)."""
        heads, steps, width = self._context.shape[1:]
        gradient = binding.scratch(self.scores.shape)
        # The same order in memory as that of the context: steps, heads, features.
        scaled = binding.scratch((len(gradient), steps, heads, width)).transpose(0, 2, 1, 3)
        used_transposed, value_transposed = self._used.swapaxes(2, 3), self._value.swapaxes(2, 3)
        scores, context, row, scale = self.scores, self._context, self._row, self._scale[..., None]
        einsum, matmul, multiply, subtract = np.einsum, np.matmul, np.multiply, np.subtract

        def backward() -> None:
            multiply(d_context, scale, scaled)
            if d_value is not None:
                matmul(used_transposed, scaled, out=d_value)
            einsum("nhte,nhte->nht", scaled, context, out=row[..., 0])
            matmul(scaled, value_transposed, out=gradient)
            if self._rate:
                multiply(gradient, self._factor, gradient)
            subtract(gradient, row, gradient)
            multiply(gradient, scores, gradient)

        return backward, gradient

    def _refresh(self) -> None:
        """Write which keys each step may see in this batch."""
        assert self._allowed is not None
        np.copyto(self._allowed, self._before)
        for mask in self._key_masks:
            np.multiply(self._allowed, mask[:, None, None, :], self._allowed)

    def _center(self) -> None:
        """Take the largest allowed score of each row off the row, so that exp can't overflow."""
        if self._allowed is not None:
            np.equal(self._allowed, 0, self._blocked)
            np.copyto(self.scores, self._lowest, where=self._blocked)
        np.maximum.reduce(self.scores, axis=-1, keepdims=True, out=self._row)
        np.subtract(self.scores, self._row, self.scores)

    def _drop(self) -> None:
        kind = self.scores.dtype
        self._draw(dtype=kind.type, out=self._factor)
        np.greater_equal(self._factor, kind.type(self._rate), self._kept)
        np.multiply(self._kept, kind.type(1 / (1 - self._rate)), self._factor)
        np.multiply(self.scores, self._factor, self._used)
