"""Dot-product attention without weights of its own."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.core.shapes import Shape
from engine.layers.attention_base import PlainAttention, RoleGradients, attention_masks
from engine.layers.attention_weights import AttentionWeights
from engine.layers.base import Binding, Example, Kernel, ParameterSpec


class Attention(PlainAttention, frozen=True):
    """Dot-product attention: each query gathers the values whose keys point its way; Luong's attention.

    Formula: y = drop(softmax(a Q Kᵀ)) V with the inputs as they are; with use_scale a is a trained number, else 1.
    Shapes: query (N, T, D), value (N, S, E), key (N, S, D) -> y (N, T, E); scale ().
    In an encoder-decoder, the decoder's states are wired to `query` and the encoder's to `value`. What is not wired is
    the input before it: value is the query, key is the value.
    Masks: keys that are padding get no weight; queries that are padding gather zeros. The query's mask goes on.
    Errors: ShapeError for an input that is no sequence, or where queries and keys differ in their features.
    Source: Luong, Pham and Manning 2015, Effective approaches to attention-based neural machine translation (score:
    dot); Keras 3 Attention.
    """

    FORMULA: ClassVar[str] = "y = softmax(Q·Kᵀ)·V"
    KEYWORDS: ClassVar[tuple[str, ...]] = (
        "luong",
        "dot product",
        "alignment",
        "encoder-decoder",
        "seq2seq",
        "query",
    )
    COMPARES: ClassVar[str] = "compares"
    ADVICE: ClassVar[str] = "MultiHeadAttention maps them to one size first."

    use_scale: Annotated[bool, Meta(description="Multiply the scores by a trained number.")] = False
    dropout: Annotated[
        float, Meta(ge=0, lt=1, description="Part of the attention weights that is set to 0 while training.")
    ] = 0.0
    use_causal_mask: Annotated[bool, Meta(description="No step sees a later one.")] = False

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        return (ParameterSpec("scale", (), "ones"),) if self.use_scale else ()

    def bind(self, binding: Binding) -> Kernel:
        given, value, key = (binding.inputs[i][:, None] for i in (0, min(1, len(binding.inputs) - 1), -1))
        factor, key_transposed = binding.parameters.get("scale"), key.swapaxes(2, 3)
        query = given if factor is None else binding.buffer(given.shape)
        scores = binding.buffer((*query.shape[:3], key.shape[2]))
        attending = AttentionWeights(
            binding,
            scores,
            value,
            binding.outputs[0][:, None],
            **attention_masks(binding),
            causal=self.use_causal_mask,
            dropout=self.dropout,
        )

        def forward() -> None:
            if factor is not None:
                np.multiply(given, factor, query)
            np.matmul(query, key_transposed, out=scores)
            attending.forward()

        if not binding.output_gradients:
            return Kernel(forward, views=attending.views)
        targets, d_factor = RoleGradients(binding), binding.gradients.get("scale")
        d_query, d_value, d_key = (
            None if target is None else target[:, None]
            for target in (targets.query, targets.value, targets.key)
        )
        if d_query is None and d_factor is not None:
            d_query = binding.scratch(query.shape)
        back, d_scores = attending.bind_backward(binding, binding.output_gradients[0][:, None], d_value)
        d_scores_transposed = d_scores.swapaxes(2, 3)

        def backward() -> None:
            back()
            if d_key is not None:
                np.matmul(d_scores_transposed, query, out=d_key)
            if d_query is not None:
                np.matmul(d_scores, key, out=d_query)
                if d_factor is not None:
                    d_factor[...] = np.vdot(d_query, given)
                if factor is not None:
                    np.multiply(d_query, factor, d_query)
            targets.add()

        return Kernel(forward, backward, attending.views)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(), ((3, 4), (5, 4))),
            Example(cls(use_scale=True, use_causal_mask=True), ((4, 3),)),
            Example(cls(dropout=0.3), ((3, 2), (4, 3), (4, 2))),
            Example(cls(use_scale=True), ((3, 2), (4, 3), (4, 2))),
        )
