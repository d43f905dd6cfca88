"""Additive attention."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.core.shapes import Shape
from engine.layers.attention_base import PlainAttention, RoleGradients, attention_masks
from engine.layers.attention_weights import AttentionWeights
from engine.layers.base import Binding, Example, Kernel, ParameterSpec


class AdditiveAttention(PlainAttention, frozen=True):
    """Additive attention: a small network scores each pair of query and key; Bahdanau's attention.

    Formula: score = sum over the features of a tanh(q + k), with a trained vector a (use_scale), else 1;
    y = drop(softmax(scores)) V.
    Shapes: query (N, T, D), value (N, S, E), key (N, S, D) -> y (N, T, E); scale (D,).
    In the paper q and k pass a matrix each: put a Dense without bias before the ports. What is not wired is the input
    before it: value is the query, key is the value. Memory grows with T · S · D.
    Masks: keys that are padding get no weight; queries that are padding gather zeros. The query's mask goes on.
    Errors: ShapeError for an input that is no sequence, or where queries and keys differ in their features.
    Source: Bahdanau, Cho and Bengio 2015, Neural machine translation by jointly learning to align and translate;
    Keras 3 AdditiveAttention.
    """

    FORMULA: ClassVar[str] = "y = softmax(Σ a·tanh(q + k))·V"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("bahdanau", "alignment", "encoder-decoder", "seq2seq", "query")
    COMPARES: ClassVar[str] = "adds"
    ADVICE: ClassVar[str] = "Put a Dense of one size before each."

    use_scale: Annotated[bool, Meta(description="Weight the features of the scores by a trained vector.")] = (
        True
    )
    dropout: Annotated[
        float, Meta(ge=0, lt=1, description="Part of the attention weights that is set to 0 while training.")
    ] = 0.0
    use_causal_mask: Annotated[bool, Meta(description="No step sees a later one.")] = False

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        return (ParameterSpec("scale", (inputs[0][1],), "glorot_uniform"),) if self.use_scale else ()

    def bind(self, binding: Binding) -> Kernel:
        query, value, key = (binding.inputs[i] for i in (0, min(1, len(binding.inputs) - 1), -1))
        samples, steps, width = query.shape
        factor = binding.parameters.get("scale", np.ones(width, query.dtype))
        bent = binding.buffer((samples, steps, key.shape[1], width))
        scores, rows = binding.buffer((samples, 1, *bent.shape[1:3])), bent.reshape(-1, width)
        attending = AttentionWeights(
            binding,
            scores,
            value[:, None],
            binding.outputs[0][:, None],
            **attention_masks(binding),
            causal=self.use_causal_mask,
            dropout=self.dropout,
        )

        def forward() -> None:
            np.add(query[:, :, None], key[:, None], bent)
            np.tanh(bent, bent)
            np.dot(rows, factor, scores.reshape(-1))
            attending.forward()

        if not binding.output_gradients:
            return Kernel(forward, views=attending.views)
        targets, d_factor = RoleGradients(binding), binding.gradients.get("scale")
        d_query, d_key = targets.query, targets.key
        d_value = None if targets.value is None else targets.value[:, None]
        back, d_scores = attending.bind_backward(binding, binding.output_gradients[0][:, None], d_value)
        slope, one = binding.scratch(bent.shape), query.dtype.type(1)

        def backward() -> None:
            back()
            if d_factor is not None:
                np.dot(d_scores.reshape(-1), rows, d_factor)
            np.multiply(bent, bent, slope)
            np.subtract(one, slope, slope)
            np.multiply(slope, factor, slope)
            np.multiply(slope, d_scores[:, 0, :, :, None], slope)
            if d_query is not None:
                np.add.reduce(slope, axis=2, out=d_query)
            if d_key is not None:
                np.add.reduce(slope, axis=1, out=d_key)
            targets.add()

        return Kernel(forward, backward, attending.views)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((3, 4), (5, 4))),
            Example(cls(use_scale=False, use_causal_mask=True), ((4, 3),)),
            Example(cls(dropout=0.3), ((3, 2), (4, 3), (4, 2))),
        )
