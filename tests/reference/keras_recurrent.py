"""Records what the recurrent layers of Keras 3 compute into tests/golden/keras_recurrent.npz.

pip install keras==3.15.1 torch
KERAS_BACKEND=torch python -m tests.reference.keras_recurrent

For case C of kind K there are K/C/x, mask, state/i, weight/i, given/i (the gradient at output i), output/i, gradient/x,
gradient/state/i and gradient/weight/i: all of them in one vector `values`, with names and shapes in `index` (JSON).
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

SAMPLES, STEPS, FEATURES, UNITS = 3, 4, 2, 2
GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "keras_recurrent.npz"
MASK = np.array([[1, 1, 1, 0], [0, 1, 0, 1], [0, 0, 1, 1]], bool)
CASES: dict[str, dict[str, Any]] = {
    "last": {},
    "sequence": {"return_sequences": True},
    "states": {"states": True},
    "backward": {"direction": "backward", "return_sequences": True},
    "masked": {"mask": True},
    "masked-sequence-states": {"mask": True, "return_sequences": True, "states": True},
    "masked-backward": {"mask": True, "return_sequences": True, "direction": "backward"},
    "both": {"direction": "bidirectional"},
    "both-sum": {"direction": "bidirectional", "return_sequences": True, "merge_mode": "sum"},
    "both-ave": {"direction": "bidirectional", "merge_mode": "ave", "states": True},
    "both-mul-masked": {
        "direction": "bidirectional", "return_sequences": True, "merge_mode": "mul", "mask": True, "states": True,
    },
    "both-concat-masked": {"direction": "bidirectional", "return_sequences": True, "mask": True},
    "relu": {"activation": "relu", "use_bias": False},
}  # fmt: skip
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "SimpleRNN": ("SimpleRNN", {}),
    "LSTM": ("LSTM", {}),
    "GRU": ("GRU", {}),
    "GRU-before": ("GRU", {"reset_after": False}),
}


def record(kind: str, case: str) -> dict[str, np.ndarray]:
    """Return the arrays of one case, names without the case's own."""
    import keras
    import torch

    name, own = KINDS[kind]
    cls = getattr(keras.layers, name)
    settings = {"units": UNITS, **own, **CASES[case]}
    masked, initial = settings.pop("mask", False), settings.pop("states", False)
    direction, merge = settings.pop("direction", "forward"), settings.pop("merge_mode", "concat")
    layer = cls(**settings, return_state=True, go_backwards=direction == "backward", dtype="float64")
    if direction == "bidirectional":
        layer = keras.layers.Bidirectional(layer, merge_mode=merge, dtype="float64")
    random = np.random.default_rng(len(kind) + 31 * len(case))
    x = torch.tensor(random.standard_normal((SAMPLES, STEPS, FEATURES)), requires_grad=True)
    layer(x)
    layer.set_weights([0.7 * random.standard_normal(w.shape) for w in layer.get_weights()])
    count = (2 if kind == "LSTM" else 1) * (2 if direction == "bidirectional" else 1)
    states = []
    if initial:
        states = [
            torch.tensor(random.standard_normal((SAMPLES, UNITS)), requires_grad=True) for _ in range(count)
        ]
    mask = torch.tensor(MASK) if masked else None
    outputs = layer(x, mask=mask, initial_state=states or None)
    given = [torch.tensor(random.standard_normal(tuple(y.shape))) for y in outputs]
    weights = [w.value for w in layer.trainable_weights]
    total = sum((y * g).sum() for y, g in zip(outputs, given, strict=True))
    gradients = torch.autograd.grad(total, [x, *states, *weights])
    found: dict[str, Any] = {"x": x, "gradient/x": gradients[0]}
    found |= {f"state/{i}": s for i, s in enumerate(states)}
    found |= {f"gradient/state/{i}": g for i, g in enumerate(gradients[1 : 1 + len(states)])}
    found |= {f"weight/{i}": w for i, w in enumerate(weights)}
    found |= {f"gradient/weight/{i}": g for i, g in enumerate(gradients[1 + len(states) :])}
    found |= {f"output/{i}": y for i, y in enumerate(outputs)}
    found |= {f"given/{i}": g for i, g in enumerate(given)}
    arrays = {name: value.detach().cpu().numpy() for name, value in found.items()}
    return arrays | ({"mask": MASK} if masked else {})


def read() -> dict[str, dict[str, Any]]:
    """Return what was recorded: case -> its settings under "settings", and its arrays."""
    with np.load(GOLDEN) as file:
        values, index = file["values"], json.loads(str(file["index"]))
    found: dict[str, dict[str, Any]] = {}
    start = 0
    for case, entry in index.items():
        arrays: dict[str, Any] = {"settings": entry["settings"]}
        for name, shape in entry["arrays"]:
            stop = start + math.prod(shape)
            arrays[name], start = values[start:stop].reshape(shape), stop
        found[case] = arrays
    return found


def main() -> None:
    """Record every case."""
    index: dict[str, Any] = {}
    values = []
    for kind, (name, own) in KINDS.items():
        for case, settings in CASES.items():
            arrays = record(kind, case)
            described = {k: v for k, v in (own | settings).items() if k not in ("mask", "states")}
            index[f"{kind}/{case}"] = {
                "settings": {"name": name, "units": UNITS, **described},
                "arrays": [(key, list(array.shape)) for key, array in arrays.items()],
            }
            values += [array.astype(np.float64).reshape(-1) for array in arrays.values()]
    np.savez_compressed(GOLDEN, values=np.concatenate(values), index=np.array(json.dumps(index)))


if __name__ == "__main__":
    main()
