"""Records what the attention and embedding layers of Keras 3 compute into tests/golden/keras_attention.npz.

pip install keras==3.15.1 torch
KERAS_BACKEND=torch python -m tests.reference.keras_attention
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "keras_attention.npz"


class Case(NamedTuple):
    """Class and settings in Keras; shapes of query, value and key without the batch; which of these have a mask."""

    kind: str
    settings: dict[str, Any]
    shapes: tuple[tuple[int, ...], ...]
    masks: tuple[int, ...] = ()
    causal: bool = False


MULTI = "MultiHeadAttention"
CASES: dict[str, Case] = {
    "self": Case(MULTI, {"num_heads": 2, "key_dim": 3}, ((5, 6),)),
    "self_causal": Case(MULTI, {"num_heads": 3, "key_dim": 2, "value_dim": 4}, ((6, 5),), causal=True),
    "self_masked": Case(MULTI, {"num_heads": 2, "key_dim": 4}, ((6, 8),), masks=(0,)),
    "self_masked_causal": Case(MULTI, {"num_heads": 2, "key_dim": 4}, ((6, 8),), masks=(0,), causal=True),
    "cross": Case(MULTI, {"num_heads": 2, "key_dim": 3, "output_shape": 7}, ((4, 6), (5, 3)), masks=(1,)),
    "cross_masked": Case(
        MULTI, {"num_heads": 2, "key_dim": 3, "use_bias": False}, ((4, 6), (5, 3)), masks=(0, 1)
    ),
    "three": Case(
        MULTI, {"num_heads": 2, "key_dim": 3, "value_dim": 2}, ((4, 6), (5, 3), (5, 2)), masks=(1, 2)
    ),
    "dot": Case("Attention", {}, ((4, 3), (5, 3)), masks=(0, 1)),
    "dot_scale": Case("Attention", {"use_scale": True}, ((4, 3), (5, 2), (5, 3)), masks=(1,)),
    "dot_causal": Case("Attention", {}, ((5, 3), (5, 3)), causal=True),
    "additive": Case("AdditiveAttention", {}, ((4, 3), (5, 3)), masks=(0, 1)),
    "additive_key": Case("AdditiveAttention", {"use_scale": False}, ((4, 3), (5, 2), (5, 3))),
    "embedding": Case("Embedding", {"input_dim": 7, "output_dim": 4}, ((9,),)),
    "one_hot": Case("CategoryEncoding", {"num_tokens": 6, "output_mode": "one_hot"}, ((5,),)),
    "multi_hot": Case("CategoryEncoding", {"num_tokens": 6}, ((5,),)),
    "count": Case("CategoryEncoding", {"num_tokens": 6, "output_mode": "count"}, ((9,),)),
}
BATCH = 3


def masks_of(case: Case) -> dict[int, np.ndarray]:
    """Return a mask (batch, steps) for each masked input: every sequence has a length of its own."""
    lengths = np.arange(BATCH)
    return {i: np.arange(case.shapes[i][0]) < case.shapes[i][0] - lengths[:, None] for i in case.masks}


def record(name: str, case: Case) -> dict[str, np.ndarray]:
    """Return inputs, weights, outputs and gradients of one layer."""
    import keras
    import torch

    random = np.random.default_rng(sorted(CASES).index(name))
    layer = getattr(keras.layers, case.kind)(**case.settings)
    ids = case.settings.get("input_dim") or case.settings.get("num_tokens")
    arrays = [
        random.integers(0, ids, (BATCH, *s)) if ids else random.standard_normal((BATCH, *s)).astype("float32")
        for s in case.shapes
    ]
    inputs = [torch.tensor(a, requires_grad=not ids) for a in arrays]
    masks = {i: torch.tensor(mask) for i, mask in masks_of(case).items()}
    call: dict[str, Any] = {}
    if case.kind == MULTI:
        given: list[Any] = [inputs[0], inputs[min(1, len(inputs) - 1)], *inputs[2:]]
        call = {"use_causal_mask": case.causal, "query_mask": masks.get(0)}
        call |= {"value_mask": masks.get(min(1, len(inputs) - 1)), "key_mask": masks.get(2)}
    elif ids:
        given = inputs
    else:
        given = [inputs]
        call = {"use_causal_mask": case.causal, "mask": [masks.get(i) for i in range(len(inputs))]}
    output = layer(*given, **call)
    found: dict[str, np.ndarray] = {}
    for variable in layer.weights:
        value = (0.7 * random.standard_normal(variable.shape)).astype(np.float32)
        variable.assign(value)
        found[f"weight|{_name(variable.path)}"] = value
    output = layer(*given, **call)
    dy = random.standard_normal(tuple(output.shape)).astype(np.float32)
    if 0 in case.masks:
        dy[~masks_of(case)[0]] = 0  # what comes out where the query is padding is nobody's concern
    found["y"], found["dy"] = output.detach().numpy(), dy
    if output.requires_grad:
        output.backward(torch.tensor(dy))
    for place, (array, tensor) in enumerate(zip(arrays, inputs, strict=True)):
        found[f"x{place}"] = array
        if tensor.grad is not None:
            found[f"dx{place}"] = tensor.grad.numpy()
    for variable in layer.weights:
        found[f"gradient|{_name(variable.path)}"] = variable.value.grad.numpy()
    return found


def _name(path: str) -> str:
    """Return our name of a variable: attention_output is our output."""
    return "_".join(path.split("/")[1:]).replace("attention_output", "output")


def main() -> None:
    """Write the file."""
    arrays = {
        f"{name}|{key}": value for name, case in CASES.items() for key, value in record(name, case).items()
    }
    np.savez_compressed(GOLDEN, **arrays)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
