"""What each operator is among our layers, losses and optimizers."""

from tests.oracles.nodes import (
    activations,
    attention,
    convolution,
    dense,
    losses,
    merging,
    normalization,
    optimizers,
    pooling,
    recurrent,
    resizing,
    shapes,
)

__all__ = [
    "activations",
    "attention",
    "convolution",
    "dense",
    "losses",
    "merging",
    "normalization",
    "optimizers",
    "pooling",
    "recurrent",
    "resizing",
    "shapes",
]
