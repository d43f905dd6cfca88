"""Records what the convolution layers of Keras 3 compute into tests/golden/keras_convolution.npz.

pip install keras==3.15.1 torch
KERAS_BACKEND=torch python -m tests.reference.keras_convolution
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "keras_convolution.npz"

Case = tuple[str, dict[str, Any], tuple[int, ...]]
"""Class, its settings (the same in Keras), the shape of its input with the batch."""

CASES: dict[str, Case] = {
    "conv1d_causal": ("Conv1D", {"filters": 3, "kernel_size": 3, "padding": "causal"}, (2, 7, 2)),
    "conv1d_wavenet": (
        "Conv1D",
        {"filters": 2, "kernel_size": 2, "padding": "causal", "dilation_rate": 3},
        (2, 8, 3),
    ),
    "conv1d_causal_strided": (
        "Conv1D",
        {"filters": 2, "kernel_size": 4, "padding": "causal", "strides": 2},
        (2, 7, 2),
    ),
    "conv1d_groups": (
        "Conv1D",
        {"filters": 4, "kernel_size": 3, "padding": "same", "groups": 2, "strides": 2},
        (2, 8, 6),
    ),
    "conv2d_groups": (
        "Conv2D",
        {"filters": 6, "kernel_size": (3, 2), "padding": "same", "groups": 3, "activation": "tanh"},
        (2, 5, 4, 6),
    ),
    "transpose_plain": ("Conv2DTranspose", {"filters": 3, "kernel_size": (3, 3)}, (2, 3, 4, 2)),
    "transpose_same": (
        "Conv2DTranspose",
        {"filters": 3, "kernel_size": (3, 3), "strides": (2, 2), "padding": "same"},
        (2, 3, 4, 2),
    ),
    "transpose_even": (
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": (4, 4), "strides": (2, 2), "padding": "same"},
        (2, 3, 2, 3),
    ),
    "transpose_gaps": (
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": (2, 1), "strides": (3, 2), "padding": "valid"},
        (2, 3, 2, 2),
    ),
    "transpose_gaps_same": (
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": (2, 1), "strides": (3, 2), "padding": "same"},
        (2, 3, 2, 2),
    ),
    "transpose_dilated": (
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": (3, 2), "dilation_rate": (2, 2), "padding": "same"},
        (2, 4, 3, 2),
    ),
    "transpose_output_padding": (
        "Conv2DTranspose",
        {"filters": 2, "kernel_size": (3, 3), "strides": (2, 2), "output_padding": (1, 1)},
        (2, 3, 2, 2),
    ),
    "transpose_output_padding_same": (
        "Conv2DTranspose",
        {
            "filters": 2,
            "kernel_size": (3, 4),
            "strides": (3, 2),
            "output_padding": (0, 1),
            "padding": "same",
        },
        (2, 3, 2, 2),
    ),
    "transpose1d": (
        "Conv1DTranspose",
        {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"},
        (2, 4, 2),
    ),
    "transpose1d_valid": ("Conv1DTranspose", {"filters": 2, "kernel_size": 4, "strides": 3}, (2, 3, 2)),
    "depthwise": ("DepthwiseConv2D", {"kernel_size": (3, 3), "padding": "same"}, (2, 4, 5, 3)),
    "depthwise_multiplied": (
        "DepthwiseConv2D",
        {"kernel_size": (3, 2), "strides": (2, 2), "depth_multiplier": 3},
        (2, 6, 5, 2),
    ),
    "separable": ("SeparableConv2D", {"filters": 4, "kernel_size": (3, 3), "padding": "same"}, (2, 4, 3, 3)),
    "separable_multiplied": (
        "SeparableConv2D",
        {"filters": 2, "kernel_size": (2, 2), "strides": (2, 2), "depth_multiplier": 2},
        (2, 4, 5, 2),
    ),
    "upsampling1d": ("UpSampling1D", {"size": 3}, (2, 3, 2)),
    "upsampling_nearest": ("UpSampling2D", {"size": (2, 3)}, (2, 3, 2, 2)),
    "upsampling_bilinear": ("UpSampling2D", {"size": (2, 3), "interpolation": "bilinear"}, (2, 3, 4, 2)),
    "max_pooling1d": ("MaxPooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, (2, 7, 2)),
    "average_pooling1d": ("AveragePooling1D", {"pool_size": 2}, (2, 7, 2)),
    "global_max1d": ("GlobalMaxPooling1D", {}, (2, 5, 3)),
    "global_max2d": ("GlobalMaxPooling2D", {}, (2, 3, 4, 3)),
    "zero_padding1d": ("ZeroPadding1D", {"padding": (1, 2)}, (2, 3, 2)),
    "zero_padding2d": ("ZeroPadding2D", {"padding": ((1, 0), (2, 1))}, (2, 2, 3, 2)),
    "cropping1d": ("Cropping1D", {"cropping": (1, 2)}, (2, 5, 2)),
    "cropping2d": ("Cropping2D", {"cropping": ((1, 0), (2, 1))}, (2, 3, 4, 2)),
}
MASK = np.array([[1, 1, 1, 1, 0], [1, 0, 0, 0, 0], [0, 1, 1, 0, 1]], bool)
"""Of the sequences that are averaged over their real steps."""


def record(name: str, case: Case) -> dict[str, np.ndarray]:
    """Return inputs, weights, outputs and gradients of one layer."""
    import keras
    import torch

    kind, settings, shape = case
    layer = getattr(keras.layers, kind)(**settings)
    layer.build(shape)
    random = np.random.default_rng(sorted(CASES).index(name))
    found: dict[str, np.ndarray] = {}
    for variable in layer.weights:
        value = random.standard_normal(variable.shape).astype(np.float32)
        variable.assign(value)
        found[f"weight|{variable.name}"] = value
    x = torch.tensor(random.standard_normal(shape).astype(np.float32), requires_grad=True)
    y = layer(x)
    dy = torch.tensor(random.standard_normal(tuple(y.shape)).astype(np.float32))
    y.backward(dy)
    assert x.grad is not None
    found |= {"x": x.detach().numpy(), "y": y.detach().numpy(), "dy": dy.numpy(), "dx": x.grad.numpy()}
    for variable in layer.trainable_weights:
        found[f"gradient|{variable.name}"] = variable.value.grad.numpy().copy()
    return found


def masked_average() -> dict[str, np.ndarray]:
    """Return what GlobalAveragePooling1D makes of sequences with a mask."""
    import keras
    import torch

    x = np.random.default_rng(1).standard_normal((*MASK.shape, 2)).astype(np.float32)
    y = keras.layers.GlobalAveragePooling1D()(torch.tensor(x), mask=torch.tensor(MASK))
    return {"x": x, "y": y.numpy()}


def main() -> None:
    """Record every case."""
    arrays = {f"{name}|{key}": a for name, case in CASES.items() for key, a in record(name, case).items()}
    arrays |= {f"masked_average|{key}": a for key, a in masked_average().items()}
    np.savez_compressed(GOLDEN, **arrays)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
