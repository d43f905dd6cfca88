"""Records what the normalization layers of Keras 3 compute into tests/golden/keras_normalization.npz.

pip install keras==3.15.1 torch
KERAS_BACKEND=torch python -m tests.reference.keras_normalization
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "keras_normalization.npz"

Case = tuple[str, dict[str, Any], tuple[int, ...]]
"""Class in Keras, its settings, the shape of its input with the batch."""

CASES: dict[str, Case] = {
    "batch_dense": ("BatchNormalization", {}, (6, 3)),
    "batch_images": ("BatchNormalization", {"momentum": 0.9, "epsilon": 1e-4}, (4, 3, 2, 3)),
    "batch_masked": ("BatchNormalization", {"momentum": 0.8}, (4, 5, 3)),
    "batch_plain": ("BatchNormalization", {"center": False, "scale": False}, (5, 2, 3)),
    "layer_vector": ("LayerNormalization", {}, (4, 6)),
    "layer_sequence": ("LayerNormalization", {"epsilon": 1e-5}, (3, 4, 5)),
    "layer_plain": ("LayerNormalization", {"center": False, "scale": False}, (3, 2, 2, 4)),
    "group_images": ("GroupNormalization", {"groups": 2}, (3, 4, 3, 6)),
    "group_one": ("GroupNormalization", {"groups": 1, "epsilon": 1e-5}, (2, 3, 4)),
    "group_vector": ("GroupNormalization", {"groups": 3, "center": False}, (3, 15)),
    "instance_images": ("GroupNormalization", {"groups": -1}, (3, 4, 3, 2)),
    "rms_vector": ("RMSNormalization", {}, (4, 6)),
    "rms_sequence": ("RMSNormalization", {"epsilon": 1e-3}, (3, 4, 5)),
    "unit_vector": ("UnitNormalization", {}, (4, 6)),
    "unit_sequence": ("UnitNormalization", {}, (3, 2, 5)),
}
STEPS = {"BatchNormalization": 3}
"""Training steps, where moving statistics move."""


def mask_of(shape: tuple[int, ...]) -> np.ndarray:
    """Return which steps of a case are real: the first few of each sequence."""
    lengths = 1 + np.arange(shape[0]) % shape[1]
    return np.arange(shape[1]) < lengths[:, None]


def record(name: str, case: Case) -> dict[str, np.ndarray]:
    """Return inputs, weights, outputs and gradients of one layer, trained and predicting."""
    import keras
    import torch

    kind, settings, shape = case
    layer = getattr(keras.layers, kind)(**settings)
    layer.build(shape)
    random = np.random.default_rng(list(name.encode()))
    found: dict[str, np.ndarray] = {}
    for variable in layer.weights:
        value = np.abs(1 + 0.3 * random.standard_normal(variable.shape)).astype(np.float32)
        variable.assign(value)
        found[f"before|{variable.name}"] = value
    run: Callable[..., Any] = layer
    for step in range(STEPS.get(kind, 1)):
        x = (2 + 3 * random.standard_normal(shape)).astype(np.float32)
        dy = random.standard_normal(shape).astype(np.float32)
        inputs = torch.tensor(x, requires_grad=True)
        layer.zero_grad()
        more = {"mask": torch.tensor(mask_of(shape))} if "masked" in name else {}
        output = run(inputs, training=True, **more)
        output.backward(torch.tensor(dy))
        assert inputs.grad is not None
        found |= {f"{step}|x": x, f"{step}|dy": dy, f"{step}|y": output.detach().numpy()}
        found[f"{step}|dx"] = inputs.grad.numpy()
        for variable in layer.trainable_weights:
            found[f"{step}|gradient|{variable.name}"] = variable.value.grad.numpy().copy()
    found |= {f"after|{variable.name}": keras.ops.convert_to_numpy(variable) for variable in layer.weights}
    found["predicted"] = run(torch.tensor(x), training=False).detach().numpy()
    return found


def main() -> None:
    """Record every case."""
    arrays = {f"{name}|{key}": a for name, case in CASES.items() for key, a in record(name, case).items()}
    np.savez_compressed(GOLDEN, **arrays)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
