"""Multi-head attention."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.core.fields import ComponentValue
from engine.core.shapes import Shape
from engine.layers.attention_base import AttentionLayer, attention_masks
from engine.layers.attention_projections import Projection, Projections
from engine.layers.attention_weights import AttentionWeights
from engine.layers.base import Binding, Example, Kernel, ParameterSpec
from engine.layers.settings import KernelReparameterization


class MultiHeadAttention(AttentionLayer, frozen=True):
    """Multi-head attention: each step gathers from all steps what its query finds there, through several heads.

    Formula: for each head h, Q = x_q W_q + b_q, K = x_k W_k + b_k, V = x_v W_v + b_v with matrices of its own, and
    c_h = drop(softmax(Q Kᵀ / √key_dim)) V; y = [c_1, c_2, …] W_o + b_o.
    Shapes: query (N, T, D), value (N, S, E), key (N, S, F) -> y (N, T, output_shape or D); query_kernel
    (D, heads, key_dim), key_kernel (F, heads, key_dim), value_kernel (E, heads, value_dim), their biases (heads, …);
    output_kernel (heads, value_dim, output), output_bias (output,).
    With only `query` wired, the sequence attends to itself (self-attention). With `value` wired, keys and values come
    from there (an encoder's states); `key` is for keys of a source of their own.
    Masks: keys that are padding get no weight. A query that is padding, or sees no key at all, gathers zeros, so
    that y is the bias. The output keeps the query's mask.
    Errors: ShapeError for an input that is no sequence, or keys and values of different lengths.
    Source: Vaswani et al. 2017, Attention is all you need, section 3.2; Keras 3 MultiHeadAttention, whose
    return_attention_scores is the attention map among the plots here.
    """

    FORMULA: ClassVar[str] = "y = [softmax(QₕKₕᵀ / √d)·Vₕ]ₕ·W + b"
    KEYWORDS: ClassVar[tuple[str, ...]] = (
        "self-attention",
        "transformer",
        "mha",
        "heads",
        "query",
        "cross-attention",
    )
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("num_heads", "key_dim")

    num_heads: Annotated[
        int, Meta(ge=1, le=1024, description="Number of heads that attend side by side.")
    ] = 4
    key_dim: Annotated[int, Meta(ge=1, le=10**6, description="Features of each head's queries and keys.")] = (
        16
    )
    value_dim: Annotated[
        Annotated[int, Meta(ge=1, le=10**6)] | None,
        Meta(description="Features of each head's values; none means key_dim.", extra={"basic": False}),
    ] = None
    dropout: Annotated[
        float, Meta(ge=0, lt=1, description="Part of the attention weights that is set to 0 while training.")
    ] = 0.0
    use_bias: Annotated[
        bool, Meta(description="Add a trained constant in each map.", extra={"basic": False})
    ] = True
    output_shape: Annotated[
        Annotated[int, Meta(ge=1, le=10**6)] | None,
        Meta(description="Features that come out; none means those of the query.", extra={"basic": False}),
    ] = None
    use_causal_mask: Annotated[
        bool, Meta(description="No step sees a later one: for networks that write what comes next.")
    ] = False
    kernel_initializer: Annotated[
        ComponentValue,
        Meta(description="First values of the weights.", extra={"registry": "initializer", "basic": False}),
    ] = "glorot_uniform"
    bias_initializer: Annotated[
        ComponentValue,
        Meta(description="First values of the biases.", extra={"registry": "initializer", "basic": False}),
    ] = "zeros"
    kernel_regularizer: Annotated[
        ComponentValue | None,
        Meta(description="Penalty on large weights.", extra={"registry": "regularizer", "basic": False}),
    ] = None
    kernel_reparameterization: KernelReparameterization = None

    def _value_dim(self) -> int:
        return self.value_dim or self.key_dim

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        query, _, _ = self.sequences(inputs)
        return ((query[0], self.output_shape or query[1]),)

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        query, value, key = self.sequences(inputs)
        heads, found = self.num_heads, []
        maps = {
            "query": ((query[1], heads, self.key_dim), (heads, self.key_dim)),
            "key": ((key[1], heads, self.key_dim), (heads, self.key_dim)),
            "value": ((value[1], heads, self._value_dim()), (heads, self._value_dim())),
            "output": (
                (heads, self._value_dim(), self.output_shape or query[1]),
                (self.output_shape or query[1],),
            ),
        }
        for name, (kernel, bias) in maps.items():
            found.append(
                ParameterSpec(
                    f"{name}_kernel",
                    kernel,
                    self.kernel_initializer,
                    regularizer=self.kernel_regularizer,
                    reparameterization=self.kernel_reparameterization,
                    outputs=len(bias),
                )
            )
            if self.use_bias:
                found.append(ParameterSpec(f"{name}_bias", bias, self.bias_initializer))
        return tuple(found)

    def _projections(self, binding: Binding) -> list[Projections]:
        """Return one group per input, the maps of which are in the order query, key, value."""
        query = Projection("query", self.num_heads, self.key_dim, 1 / math.sqrt(self.key_dim))
        key = Projection("key", self.num_heads, self.key_dim)
        value = Projection("value", self.num_heads, self._value_dim())
        groups: tuple[tuple[int, tuple[Projection, ...]], ...] = ((0, (query, key, value)),)
        if len(binding.inputs) == 2:
            groups = ((0, (query,)), (1, (key, value)))
        elif len(binding.inputs) == 3:
            groups = ((0, (query,)), (2, (key,)), (1, (value,)))
        return [Projections(binding, index, maps) for index, maps in groups]

    def bind(self, binding: Binding) -> Kernel:
        groups = self._projections(binding)
        query, key, value = (view for group in groups for view in group.outputs)
        samples, heads, steps, width = *query.shape[:3], value.shape[3]
        rows = samples * steps
        mixed = binding.buffer((samples, steps, heads, width))
        context, flat = mixed.transpose(0, 2, 1, 3), mixed.reshape(rows, heads * width)
        scores, key_transposed = binding.buffer((*query.shape[:3], key.shape[2])), key.swapaxes(2, 3)
        attending = AttentionWeights(
            binding,
            scores,
            value,
            context,
            **attention_masks(binding),
            causal=self.use_causal_mask,
            dropout=self.dropout,
        )
        kernel = binding.parameters["output_kernel"].reshape(heads * width, -1)
        bias = binding.parameters.get("output_bias")
        y = binding.outputs[0].reshape(rows, -1)

        def forward() -> None:
            for group in groups:
                group.forward()
            np.matmul(query, key_transposed, out=scores)
            attending.forward()
            np.dot(flat, kernel, y)
            if bias is not None:
                np.add(y, bias, y)

        if not binding.output_gradients:
            return Kernel(forward, views=attending.views)
        dy, d_flat = binding.output_gradients[0].reshape(rows, -1), binding.scratch(flat.shape)
        d_kernel, d_bias = binding.gradients.get("output_kernel"), binding.gradients.get("output_bias")
        d_kernel = None if d_kernel is None else d_kernel.reshape(kernel.shape)
        backs = [group.bind_backward(binding) for group in groups]
        d_query, d_key, d_value = (view for _, views in backs for view in views)
        d_context = d_flat.reshape(mixed.shape).transpose(0, 2, 1, 3)
        attend_back, d_scores = attending.bind_backward(binding, d_context, d_value)
        ones, flat_transposed, kernel_transposed = np.ones(rows, y.dtype), flat.T, kernel.T
        d_scores_transposed = d_scores.swapaxes(2, 3)

        def backward() -> None:
            if d_kernel is not None:
                np.dot(flat_transposed, dy, d_kernel)
            if d_bias is not None:
                np.dot(ones, dy, d_bias)
            np.dot(dy, kernel_transposed, d_flat)
            attend_back()
            np.matmul(d_scores, key, out=d_query)
            np.matmul(d_scores_transposed, query, out=d_key)
            for back, _ in backs:
                back()

        return Kernel(forward, backward, attending.views)

    def multiply_adds(self, inputs: tuple[Shape, ...]) -> int:
        query, value, key = self.sequences(inputs)
        keys, values = self.num_heads * self.key_dim, self.num_heads * self._value_dim()
        maps = query[0] * query[1] * keys + key[0] * key[1] * keys + value[0] * value[1] * values
        pairs = query[0] * value[0] * (keys + values)
        return maps + pairs + query[0] * values * (self.output_shape or query[1])

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (
            Example(cls(num_heads=2, key_dim=3), ((4, 5),)),
            Example(
                cls(num_heads=2, key_dim=2, value_dim=3, use_causal_mask=True, output_shape=4), ((5, 3),)
            ),
            Example(cls(num_heads=3, key_dim=2, use_bias=False, kernel_regularizer="l2"), ((3, 4), (5, 2))),
            Example(
                cls(
                    num_heads=1,
                    key_dim=3,
                    dropout=0.3,
                    kernel_initializer="he_normal",
                    bias_initializer="random_normal",
                    kernel_reparameterization="spectral",
                ),
                ((2, 3), (4, 2), (4, 5)),
            ),
        )
