"""Layers that are random while training: what they draw, and that they only do it then. PReLU against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.errors import ShapeError
from engine.design import Design
from engine.layers.base import Layer
from engine.layers.gaussian_dropout import GaussianDropout
from engine.layers.gaussian_noise import GaussianNoise
from engine.layers.prelu import PReLU
from engine.layers.spatial_dropout1d import SpatialDropout1D
from engine.layers.spatial_dropout2d import SpatialDropout2D
from tests.engine.layers.fake_binding import FakeBinding


@pytest.mark.parametrize(
    ("layer", "shape"), [(SpatialDropout1D(rate=0.25), (7, 50)), (SpatialDropout2D(rate=0.25), (3, 4, 50))]
)
def test_a_channel_has_one_fate_at_every_place(layer: Layer, shape: tuple[int, ...]) -> None:
    b = FakeBinding(layer, (shape,), batch=80)
    b.inputs[0][...] = 1
    (y,) = b.forward()
    b.backward()
    places = tuple(range(1, y.ndim - 1))
    assert np.array_equal(y.min(axis=places), y.max(axis=places))
    assert set(np.unique(y)) == {0.0, 1 / 0.75}
    assert abs((y == 0).mean() - 0.25) < 0.03
    np.testing.assert_array_equal(b.input_gradients[0], b.output_gradients[0] * y)


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_gaussian_dropout_has_the_variance_of_dropout(rate: float) -> None:
    b = FakeBinding(GaussianDropout(rate=rate), ((500,),), batch=200)
    b.inputs[0][...] = 1
    (y,) = b.forward()
    assert abs(y.mean() - 1) < 0.01
    assert abs(y.var() - rate / (1 - rate)) < 0.02


def test_gaussian_noise_has_its_standard_deviation_and_lets_gradients_pass() -> None:
    b = FakeBinding(GaussianNoise(stddev=0.3), ((500,),), batch=200)
    (y,) = b.forward()
    b.backward()
    noise = y - b.inputs[0]
    assert abs(noise.mean()) < 0.005
    assert abs(noise.std() - 0.3) < 0.005
    np.testing.assert_array_equal(b.input_gradients[0], b.output_gradients[0])


@pytest.mark.parametrize("name", ["GaussianNoise", "GaussianDropout", "SpatialDropout1D"])
def test_predictions_are_not_random(name: str) -> None:
    import engine

    design = Design()
    design.add("Output", design.add(name, design.add("Input", shape=(4, 3))))
    network = engine.compile(design, seed=0)
    x = np.random.default_rng(0).standard_normal((5, 4, 3)).astype(np.float32)
    np.testing.assert_array_equal(network.predict(x), x)
    plan = network.plan(5, training=True)
    (array,) = plan.inputs.values()
    drawn = []
    for _ in range(2):
        array[...] = x
        plan.forward()
        drawn.append(next(iter(plan.predictions.values())).copy())
    assert not np.array_equal(drawn[0], x)
    assert not np.array_equal(*drawn)


@pytest.mark.parametrize("shared", [(), (1, 2), (3,)])
def test_prelu_agrees_with_its_formula(shared: tuple[int, ...]) -> None:
    b = FakeBinding(PReLU(shared_axes=shared, alpha_initializer="random_normal"), ((4, 3, 5),), batch=6)
    b.forward()
    b.backward()
    (x,), (dy,), alpha = b.inputs, b.output_gradients, b.parameters["alpha"]
    np.testing.assert_allclose(b.outputs[0], np.where(x > 0, x, alpha * x))
    np.testing.assert_allclose(b.input_gradients[0], np.where(x > 0, 1, alpha) * dy)
    wanted = np.where(x > 0, 0, x * dy).sum(axis=(0, *shared), keepdims=True)[0]
    np.testing.assert_allclose(b.gradients["alpha"], wanted, atol=1e-12)


def test_prelu_agrees_with_pytorch() -> None:
    torch = pytest.importorskip("torch")
    b = FakeBinding(PReLU(shared_axes=(1, 2), alpha_initializer="random_normal"), ((4, 3, 5),), batch=6)
    b.forward()
    b.backward()
    x = torch.tensor(b.inputs[0].transpose(0, 3, 1, 2).copy(), requires_grad=True)
    alpha = torch.tensor(b.parameters["alpha"].reshape(-1).copy(), requires_grad=True)
    theirs = torch.nn.functional.prelu(x, alpha)
    theirs.backward(torch.tensor(b.output_gradients[0].transpose(0, 3, 1, 2).copy()))
    np.testing.assert_allclose(b.outputs[0], theirs.detach().numpy().transpose(0, 2, 3, 1), atol=1e-12)
    np.testing.assert_allclose(b.input_gradients[0], x.grad.numpy().transpose(0, 2, 3, 1), atol=1e-12)
    np.testing.assert_allclose(b.gradients["alpha"].reshape(-1), alpha.grad.numpy(), atol=1e-12)


def test_prelu_names_the_axis_that_is_missing() -> None:
    with pytest.raises(ShapeError, match="shares axis 3, but its input has 2"):
        PReLU(shared_axes=(1, 3)).output_shapes(((4, 5),))
