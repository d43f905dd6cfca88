"""Normalization layers: statistics, moving averages, freezing, and PyTorch where it is installed."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.errors import ShapeError
from engine.layers.base import Layer
from engine.layers.batch_normalization import BatchNormalization
from engine.layers.group_normalization import GroupNormalization
from engine.layers.instance_normalization import InstanceNormalization
from engine.layers.layer_normalization import LayerNormalization
from engine.layers.rms_normalization import RMSNormalization
from engine.layers.standardizing import BLOCK_BYTES
from engine.layers.unit_normalization import UnitNormalization
from tests.engine.layers.fake_binding import FakeBinding


def test_batch_normalization_standardizes_each_feature() -> None:
    b = FakeBinding(BatchNormalization(center=False, scale=False, epsilon=1e-12), ((6, 5, 3),), batch=8)
    b.inputs[0][...] = 1000 + 3 * b.inputs[0]
    (y,) = b.forward()
    np.testing.assert_allclose(y.mean(axis=(0, 1, 2)), 0, atol=1e-9)
    np.testing.assert_allclose(y.std(axis=(0, 1, 2)), 1, atol=1e-9)


def test_moving_statistics_follow_the_formula_of_keras() -> None:
    b = FakeBinding(BatchNormalization(momentum=0.9), ((4, 2),), batch=5)
    mean, variance = b.parameters["moving_mean"], b.parameters["moving_variance"]
    x = b.inputs[0].reshape(-1, 2)
    wanted_mean, wanted_variance = mean.copy(), variance.copy()
    for _ in range(3):
        wanted_mean = 0.9 * wanted_mean + 0.1 * x.mean(axis=0)
        wanted_variance = 0.9 * wanted_variance + 0.1 * x.var(axis=0)
        b.kernel.forward()
    np.testing.assert_allclose(mean, wanted_mean)
    np.testing.assert_allclose(variance, wanted_variance)


@pytest.mark.parametrize(("training", "frozen"), [(True, True), (False, False), (False, True)])
def test_moving_statistics_are_used_and_kept(training: bool, frozen: bool) -> None:
    b = FakeBinding(BatchNormalization(), ((3,),), batch=5, training=training, frozen=frozen)
    kept = {name: p.copy() for name, p in b.parameters.items()}
    b.kernel.forward()
    assert all(np.array_equal(b.parameters[name], p) for name, p in kept.items())
    root = np.sqrt(kept["moving_variance"] + 1e-3)
    wanted = kept["gamma"] * (b.inputs[0] - kept["moving_mean"]) / root + kept["beta"]
    np.testing.assert_allclose(b.outputs[0], wanted, atol=1e-12)


def test_batch_normalization_agrees_with_pytorch() -> None:
    torch = pytest.importorskip("torch")
    b = FakeBinding(BatchNormalization(momentum=0.9, epsilon=1e-5), ((5, 4, 3),), batch=6)
    b.forward()
    b.backward()
    x = torch.tensor(b.inputs[0].transpose(0, 3, 1, 2).copy(), requires_grad=True)
    gamma, beta = (torch.tensor(b.parameters[n].copy(), requires_grad=True) for n in ("gamma", "beta"))
    theirs = torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=1e-5)
    theirs.backward(torch.tensor(b.output_gradients[0].transpose(0, 3, 1, 2).copy()))
    np.testing.assert_allclose(b.outputs[0], theirs.detach().numpy().transpose(0, 2, 3, 1), atol=1e-12)
    assert b.input_gradients[0] is not None
    np.testing.assert_allclose(b.input_gradients[0], x.grad.numpy().transpose(0, 2, 3, 1), atol=1e-12)
    np.testing.assert_allclose(b.gradients["gamma"], gamma.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(b.gradients["beta"], beta.grad.numpy(), atol=1e-12)


def test_layer_normalization_agrees_with_pytorch() -> None:
    torch = pytest.importorskip("torch")
    b = FakeBinding(LayerNormalization(), ((5, 7),), batch=4)
    b.forward()
    b.backward()
    x = torch.tensor(b.inputs[0], requires_grad=True)
    gamma, beta = (torch.tensor(b.parameters[n].copy(), requires_grad=True) for n in ("gamma", "beta"))
    theirs = torch.nn.functional.layer_norm(x, (7,), gamma, beta, eps=1e-3)
    theirs.backward(torch.tensor(b.output_gradients[0]))
    np.testing.assert_allclose(b.outputs[0], theirs.detach().numpy(), atol=1e-12)
    assert b.input_gradients[0] is not None
    np.testing.assert_allclose(b.input_gradients[0], x.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(b.gradients["gamma"], gamma.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(b.gradients["beta"], beta.grad.numpy(), atol=1e-12)


def test_one_sample_of_one_row_is_its_own_mean() -> None:
    b = FakeBinding(BatchNormalization(), ((3,),), batch=1)
    (y,) = b.forward()
    np.testing.assert_array_equal(y[0], b.parameters["beta"])


@pytest.mark.parametrize(
    "layer",
    [LayerNormalization(), RMSNormalization(), GroupNormalization(groups=4), InstanceNormalization()],
    ids=lambda layer: layer.NAME,
)
def test_many_blocks_are_as_good_as_one(layer: Layer) -> None:
    shape, batch = (50, 64), 31
    whole = FakeBinding(layer, (shape,), batch=batch)
    assert whole.inputs[0].nbytes > 2 * BLOCK_BYTES
    whole.forward()
    whole.backward()
    predicting = FakeBinding(layer, (shape,), batch=batch, training=False, backward=False)
    np.testing.assert_array_equal(predicting.forward()[0], whole.outputs[0])
    sums = {name: np.zeros_like(gradient) for name, gradient in whole.gradients.items()}
    one = FakeBinding(layer, (shape,), batch=1)
    for name, array in whole.parameters.items():
        one.parameters[name][...] = array
    for sample in range(batch):
        one.inputs[0][0] = whole.inputs[0][sample]
        one.output_gradients[0][0] = whole.output_gradients[0][sample]
        one.forward()
        one.backward()
        np.testing.assert_allclose(whole.outputs[0][sample], one.outputs[0][0], atol=1e-12)
        np.testing.assert_allclose(whole.input_gradients[0][sample], one.input_gradients[0][0], atol=1e-12)
        for name, gradient in one.gradients.items():
            sums[name] += gradient
    for name, gradient in whole.gradients.items():
        np.testing.assert_allclose(gradient, sums[name], atol=1e-9)


def test_groups_reach_from_one_to_every_channel() -> None:
    def run(layer: Layer, shape: tuple[int, ...]) -> np.ndarray:
        return FakeBinding(layer, (shape,), batch=2).forward()[0]

    plain = {"center": False, "scale": False}
    every = GroupNormalization(groups=6, **plain)
    np.testing.assert_allclose(run(every, (4, 3, 6)), run(InstanceNormalization(**plain), (4, 3, 6)))
    one = GroupNormalization(groups=1, **plain)
    np.testing.assert_allclose(run(one, (6,)), run(LayerNormalization(**plain), (6,)))


def test_channels_that_do_not_divide_are_refused() -> None:
    with pytest.raises(ShapeError, match="6 channels into 4 equal groups"):
        GroupNormalization(groups=4).output_shapes(((6,),))
    with pytest.raises(ShapeError, match="places"):
        InstanceNormalization().output_shapes(((6,),))


def test_a_large_mean_is_taken_off_before_the_squares() -> None:
    b = FakeBinding(LayerNormalization(center=False, scale=False), ((256,),), batch=4, dtype=np.float32)
    b.inputs[0][...] = 1000 + b.inputs[0]
    (y,) = b.forward()
    np.testing.assert_allclose(y.std(axis=1), 1, atol=1e-3)


def test_unit_normalization_keeps_zeros_and_gives_cosines() -> None:
    b = FakeBinding(UnitNormalization(), ((7,),), batch=3)
    b.inputs[0][0] = 0
    (y,) = b.forward()
    b.backward()
    assert np.array_equal(y[0], np.zeros(7))
    assert np.isfinite(b.input_gradients[0]).all()
    u, v = b.inputs[0][1], b.inputs[0][2]
    np.testing.assert_allclose(y[1] @ y[2], u @ v / np.linalg.norm(u) / np.linalg.norm(v))
