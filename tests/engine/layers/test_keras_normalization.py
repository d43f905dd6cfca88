"""The normalization layers against recordings of Keras 3 (tests/reference/keras_normalization.py)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.layers import layers
from tests.engine.layers.fake_binding import FakeBinding
from tests.reference.keras_normalization import CASES, GOLDEN, STEPS, mask_of

CLOSE: dict[str, float] = {"rtol": 2e-5, "atol": 2e-5}


def ours(name: str) -> tuple[Any, tuple[int, ...], int]:
    """Return our layer for a case, the shape of its input and the size of the batch."""
    kind, settings, shape = CASES[name]
    if settings.get("groups") == -1:
        return layers["InstanceNormalization"](), shape[1:], shape[0]
    return layers[kind].validated(settings), shape[1:], shape[0]


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_keras(name: str) -> None:
    layer, shape, batch = ours(name)
    with np.load(GOLDEN) as file:
        golden = {key.removeprefix(f"{name}|"): file[key] for key in file if key.startswith(f"{name}|")}
    masks = (mask_of(CASES[name][2]),) if "masked" in name else None
    trained, predicting = (
        FakeBinding(layer, (shape,), batch=batch, dtype=np.float32, training=training, masks=masks)
        for training in (True, False)
    )
    assert {f"before|{n}" for n in trained.parameters} == {k for k in golden if k.startswith("before|")}
    for parameter, array in trained.parameters.items():
        array[...] = golden[f"before|{parameter}"]
    for step in range(STEPS.get(CASES[name][0], 1)):
        trained.inputs[0][...] = golden[f"{step}|x"]
        trained.output_gradients[0][...] = golden[f"{step}|dy"]
        trained.kernel.forward()
        trained.backward()
        np.testing.assert_allclose(trained.outputs[0], golden[f"{step}|y"], **CLOSE)
        np.testing.assert_allclose(trained.input_gradients[0], golden[f"{step}|dx"], **CLOSE)
        for parameter, gradient in trained.gradients.items():
            np.testing.assert_allclose(gradient, golden[f"{step}|gradient|{parameter}"], **CLOSE)
    for parameter, array in trained.parameters.items():
        np.testing.assert_allclose(array, golden[f"after|{parameter}"], **CLOSE)
        predicting.parameters[parameter][...] = array
    predicting.inputs[0][...] = trained.inputs[0]
    predicting.kernel.forward()
    np.testing.assert_allclose(predicting.outputs[0], golden["predicted"], **CLOSE)
