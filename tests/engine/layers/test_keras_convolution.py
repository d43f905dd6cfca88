"""The convolution family against recordings of Keras 3 (tests/reference/keras_convolution.py)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.activations import activations
from engine.layers import layers
from tests.engine.layers.fake_binding import FakeBinding
from tests.reference.keras_convolution import CASES, GOLDEN, MASK


@pytest.fixture(scope="module")
def recorded() -> dict[str, np.ndarray]:
    with np.load(GOLDEN, allow_pickle=False) as file:
        return dict(file)


def ours(kind: str, settings: dict[str, Any]) -> Any:
    """Return the layer; our margins are four numbers where Keras has two pairs."""
    plain = {
        name: sum(value, ()) if value and isinstance(value, tuple) and isinstance(value[0], tuple) else value
        for name, value in settings.items()
    }
    return layers[kind](**plain)


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_keras(name: str, recorded: dict[str, np.ndarray]) -> None:
    kind, settings, shape = CASES[name]
    layer = ours(kind, settings)
    case = {key.removeprefix(f"{name}|"): a for key, a in recorded.items() if key.startswith(f"{name}|")}
    b = FakeBinding(layer, (shape[1:],), batch=shape[0])
    weights = {key.removeprefix("weight|"): a for key, a in case.items() if key.startswith("weight|")}
    assert set(weights) == set(b.parameters)
    for key, value in weights.items():
        assert value.shape == b.parameters[key].shape
        b.parameters[key][...] = value
    b.inputs[0][...] = case["x"]
    (z,) = b.forward()
    dz = case["dy"].astype(np.float64)
    if settings.get("activation"):
        y, activation = np.empty_like(z), activations.get(settings["activation"])
        dz_new = np.empty_like(z)
        step = activation.bind(z, y, dz, dz_new)
        step.forward()
        assert step.backward is not None
        step.backward()
        z, dz = y, dz_new
    np.testing.assert_allclose(z, case["y"], atol=3e-6)
    b.output_gradients[0][...] = dz
    b.backward()
    assert b.input_gradients[0] is not None
    np.testing.assert_allclose(b.input_gradients[0], case["dx"], atol=3e-6)
    for key, gradient in b.gradients.items():
        np.testing.assert_allclose(gradient, case[f"gradient|{key}"], atol=1e-5)


def test_a_masked_average_agrees_with_keras(recorded: dict[str, np.ndarray]) -> None:
    x = recorded["masked_average|x"]
    b = FakeBinding(layers["GlobalAveragePooling1D"](), (x.shape[1:],), batch=len(x), masks=(MASK,))
    b.inputs[0][...] = x
    np.testing.assert_allclose(b.forward()[0], recorded["masked_average|y"], atol=1e-6)
    b.backward()
    dx = b.input_gradients[0]
    assert dx is not None
    assert not dx[~MASK].any()
    np.testing.assert_allclose(dx.sum(axis=1), b.output_gradients[0], atol=1e-12)


def test_a_sequence_without_real_steps_averages_to_zero() -> None:
    mask = np.array([[False, False], [True, False]])
    b = FakeBinding(layers["GlobalAveragePooling1D"](), ((2, 3),), batch=2, masks=(mask,))
    (y,) = b.forward()
    assert not y[0].any()
    np.testing.assert_allclose(y[1], b.inputs[0][1, 0])
