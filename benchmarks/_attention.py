"""Self-attention and a transformer block against PyTorch eager: the rows of the engine's benchmark for sequences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import engine
from benchmarks.engine import Step, our_step, torch_step

BATCH, STEPS, UNITS = 32, 64, 128


def _pair(design: Any, model: Any) -> tuple[Step, Step]:
    """Return a step of each on the same samples, both with Adam and the mean squared error."""
    import torch

    random = np.random.default_rng(0)
    x, y = (random.standard_normal((BATCH, STEPS, UNITS)).astype(np.float32) for _ in range(2))
    network = engine.compile(design, seed=0)
    count = sum(parameter.numel() for parameter in model.parameters())
    if count != network.parameter_vector.size:
        raise SystemExit(f"The twins differ: {network.parameter_vector.size} and {count} parameters.")
    adam = torch.optim.Adam(model.parameters())
    ours = our_step(network, x, y, engine.optimizers.Adam())
    return ours, torch_step(model, torch.nn.functional.mse_loss, adam, x, y)


def _twin(forward: Callable[[Any, Any], Any], **parts: Any) -> Any:
    """Return a PyTorch module of these parts."""
    import torch

    class Twin(torch.nn.Module):  # type: ignore[misc, name-defined, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            for name, part in parts.items():
                self.add_module(name, part)

        def forward(self, x: Any) -> Any:
            return forward(self, x)

    return Twin()


def self_attention(heads: int) -> tuple[Step, Step]:
    """A normalized sequence attends to itself: batch 32, 64 steps, 128 units; the gradient flows to the scale too.

    PyTorch may leave the weights unread (need_weights=False), which gives it its fused product.
    """
    from torch import nn

    design = engine.Design()
    h = design.add("LayerNormalization", design.add("Input", shape=(STEPS, UNITS)))
    h = design.add("MultiHeadAttention", h, num_heads=heads, key_dim=UNITS // heads)
    design.add("Output", h, loss="mean_squared_error")

    def forward(twin: Any, x: Any) -> Any:
        h = twin.norm(x)
        return twin.attention(h, h, h, need_weights=False)[0]

    attention = nn.MultiheadAttention(UNITS, heads, batch_first=True)
    return _pair(design, _twin(forward, norm=nn.LayerNorm(UNITS), attention=attention))


def transformer_block(heads: int = 8) -> tuple[Step, Step]:
    """A causal block with the normalization first: attention, then dense layers of 512 (GELU) and 128."""
    import torch
    from torch import nn

    design = engine.Design()
    x = design.add("Input", shape=(STEPS, UNITS))
    h = design.add("LayerNormalization", x)
    h = design.add("MultiHeadAttention", h, num_heads=heads, key_dim=UNITS // heads, use_causal_mask=True)
    x = design.add("Add", (x, h))
    h = design.add("Dense", design.add("LayerNormalization", x), units=4 * UNITS, activation="gelu")
    design.add(
        "Output", design.add("Add", (x, design.add("Dense", h, units=UNITS))), loss="mean_squared_error"
    )
    future = nn.Transformer.generate_square_subsequent_mask(STEPS)

    def forward(twin: Any, x: Any) -> Any:
        h = twin.norm_1(x)
        x = x + twin.attention(h, h, h, attn_mask=future, is_causal=True, need_weights=False)[0]
        return x + twin.out(torch.nn.functional.gelu(twin.wide(twin.norm_2(x))))

    twin = _twin(
        forward,
        norm_1=nn.LayerNorm(UNITS),
        attention=nn.MultiheadAttention(UNITS, heads, batch_first=True),
        norm_2=nn.LayerNorm(UNITS),
        wide=nn.Linear(UNITS, 4 * UNITS),
        out=nn.Linear(4 * UNITS, UNITS),
    )
    return _pair(design, twin)
