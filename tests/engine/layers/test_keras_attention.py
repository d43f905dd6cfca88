"""The attention and embedding layers against recordings of Keras 3 (tests/reference/keras_attention.py)."""

from __future__ import annotations

import numpy as np
import pytest

from engine.layers import layers
from tests.engine.layers.fake_binding import FakeBinding
from tests.reference.keras_attention import BATCH, CASES, GOLDEN, masks_of

CLOSE: dict[str, float] = {"rtol": 2e-5, "atol": 2e-5}


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_keras(name: str) -> None:
    case = CASES[name]
    with np.load(GOLDEN) as file:
        golden = {key.removeprefix(f"{name}|"): file[key] for key in file if key.startswith(f"{name}|")}
    settings = case.settings | ({"use_causal_mask": True} if case.causal else {})
    layer, masks = layers[case.kind].validated(settings), masks_of(case)
    binding = FakeBinding(
        layer,
        case.shapes,
        batch=BATCH,
        dtype=np.float32,
        masks=tuple(masks.get(i) for i in range(len(case.shapes))),
    )
    assert {f"weight|{n}" for n in binding.parameters} == {k for k in golden if k.startswith("weight|")}
    for parameter, array in binding.parameters.items():
        array[...] = golden[f"weight|{parameter}"]
    for place, array in enumerate(binding.inputs):
        array[...] = golden[f"x{place}"]
    binding.output_gradients[0][...] = golden["dy"]
    real = masks.get(0, np.ones(golden["y"].shape[:2], bool))
    binding.kernel.forward()
    binding.backward()
    np.testing.assert_allclose(binding.outputs[0][real], golden["y"][real], **CLOSE)
    for place, gradient in enumerate(binding.input_gradients):
        if gradient is not None:
            np.testing.assert_allclose(gradient, golden[f"dx{place}"], **CLOSE)
    for parameter, gradient in binding.gradients.items():
        np.testing.assert_allclose(gradient, golden[f"gradient|{parameter}"], **CLOSE)
