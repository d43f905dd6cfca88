"""Records Keras 3's losses, plain and with sample weights, into tests/golden/keras_losses.npz.

pip install keras==3.15.1 torch
KERAS_BACKEND=torch python -m tests.reference.keras_losses
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "keras_losses.npz"
Kind = Literal["values", "signs", "yes_or_no", "one_hot", "index", "distribution"]

CASES: dict[str, tuple[str, str, dict[str, Any], Kind]] = {
    "squares": ("mean_squared_error", "MeanSquaredError", {}, "values"),
    "absolute": ("mean_absolute_error", "MeanAbsoluteError", {}, "values"),
    "huber": ("huber", "Huber", {"delta": 0.6}, "values"),
    "log cosh": ("log_cosh", "LogCosh", {}, "values"),
    "cosine": ("cosine_similarity", "CosineSimilarity", {}, "values"),
    "hinge": ("hinge", "Hinge", {}, "signs"),
    "hinge of 0 and 1": ("hinge", "Hinge", {}, "yes_or_no"),
    "binary": ("binary_crossentropy", "BinaryCrossentropy", {}, "yes_or_no"),
    "binary smooth": ("binary_crossentropy", "BinaryCrossentropy", {"label_smoothing": 0.2}, "yes_or_no"),
    "categorical": ("categorical_crossentropy", "CategoricalCrossentropy", {}, "one_hot"),
    "categorical smooth": (
        "categorical_crossentropy",
        "CategoricalCrossentropy",
        {"label_smoothing": 0.1},
        "one_hot",
    ),
    "sparse": ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", {}, "index"),
    "divergence": ("kl_divergence", "KLDivergence", {}, "distribution"),
}
"""Name -> our name, Keras' class, the settings of both, what the targets are."""
PROBABLE = ("yes_or_no", "one_hot", "index", "distribution")
SHAPES = ((6, 4), (3, 5, 4))


def problem(name: str, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return logits or values, targets and sample weights."""
    kind = CASES[name][3]
    random = np.random.default_rng(sorted(CASES).index(name))
    z, classes = random.standard_normal(shape), random.integers(0, shape[-1], shape[:-1])
    other = np.exp(random.standard_normal(shape))
    targets: dict[Kind, np.ndarray] = {
        "values": z + random.standard_normal(shape),
        "signs": random.choice([-1.0, 1.0], shape),
        "yes_or_no": random.integers(0, 2, shape).astype(float),
        "one_hot": np.eye(shape[-1])[classes],
        "index": classes,
        "distribution": other / other.sum(-1, keepdims=True),
    }
    return z, targets[kind], random.uniform(0, 2, shape[:-1])


def predicted(name: str, z: np.ndarray) -> np.ndarray:
    """Return the predictions: probabilities where the loss is of those."""
    _, theirs, _, kind = CASES[name]
    if theirs == "Hinge" or kind not in PROBABLE:
        return z
    if kind == "yes_or_no":
        return np.asarray(1 / (1 + np.exp(-z)))
    e = np.exp(z)
    return np.asarray(e / e.sum(-1, keepdims=True))


def main() -> None:
    """Compute every loss and its gradient at the prediction in float64."""
    import keras
    import torch

    keras.config.set_floatx("float64")
    arrays: dict[str, np.ndarray] = {}
    for name, (_, kind, settings, _) in CASES.items():
        loss = getattr(keras.losses, kind)(**settings)
        for shape in SHAPES:
            z, t, weights = problem(name, shape)
            for label, w in (("plain", None), ("weighted", weights)):
                p = torch.tensor(predicted(name, z), requires_grad=True)
                value = loss(torch.tensor(t), p, sample_weight=None if w is None else torch.tensor(w))
                value.backward()
                assert p.grad is not None
                arrays[f"{name}|{len(shape)}|{label}|value"] = np.array(value.item())
                arrays[f"{name}|{len(shape)}|{label}|gradient"] = p.grad.numpy()
    np.savez_compressed(GOLDEN, **arrays)


if __name__ == "__main__":
    main()
