"""Dropout's chances, and the rules of the layers that change shapes or join wires."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.errors import SettingError, ShapeError
from engine.layers.add import Add
from engine.layers.concatenate import Concatenate
from engine.layers.dropout import Dropout
from engine.layers.flatten import Flatten
from engine.layers.maximum import Maximum
from engine.layers.multiply import Multiply
from engine.layers.reshape import Reshape
from tests.engine.layers.fake_binding import FakeBinding


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dropout_keeps_the_mean(rate: float, dtype: type) -> None:
    b = FakeBinding(Dropout(rate=rate), ((1000,),), batch=200, dtype=dtype)
    b.inputs[0].fill(1)
    (y,) = b.forward()
    dropped = np.mean(y == 0)
    # Four standard deviations of the share of 200,000 draws.
    assert abs(dropped - rate) < 4 * np.sqrt(rate * (1 - rate) / y.size)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - rate), rtol=1e-6)
    b.output_gradients[0].fill(1)
    b.backward()
    np.testing.assert_array_equal(b.input_gradients[0], y)


def test_dropout_draws_anew_and_rests_while_predicting() -> None:
    b = FakeBinding(Dropout(), ((50,),))
    b.kernel.forward()
    first = b.outputs[0].copy()
    b.kernel.forward()
    assert not np.array_equal(first, b.outputs[0])
    still = FakeBinding(Dropout(), ((50,),), training=False)
    np.testing.assert_array_equal(still.forward()[0], still.inputs[0])


def test_reshape_and_flatten() -> None:
    assert Reshape(target_shape=(2, -1)).output_shapes(((4, 3),)) == ((2, 6),)
    assert Reshape(target_shape=(28, 28, 1)).output_shapes(((784,),)) == ((28, 28, 1),)
    assert Flatten().output_shapes(((4, 3, 2),)) == ((24,),)
    assert Flatten().output_shapes(((),)) == ((1,),)
    for target in ((5, -1), (7,), (2, 2)):
        with pytest.raises(ShapeError, match="12 values"):
            Reshape(target_shape=target).output_shapes(((4, 3),))
    for target in ([-1, -1], [0, 3]):
        with pytest.raises(SettingError, match="-1 at most once"):
            Reshape.validated({"target_shape": target})


def test_merging_needs_one_shape() -> None:
    for layer in (Add(), Multiply(), Maximum()):
        assert layer.output_shapes(((3, 2), (3, 2))) == ((3, 2),)
        with pytest.raises(ShapeError, match="one shape") as caught:
            layer.output_shapes(((3, 2), (3, 2), (3, 1)))
        assert caught.value.shapes == ((3, 2), (3, 1))


def test_concatenate_counts_axes_as_keras_does() -> None:
    assert Concatenate().output_shapes(((4, 3), (4, 2))) == ((4, 5),)
    assert Concatenate(axis=1).output_shapes(((4, 3), (2, 3))) == ((6, 3),)
    assert Concatenate(axis=2).output_shapes(((4, 3), (4, 2))) == ((4, 5),)
    with pytest.raises(ShapeError, match="differ only along axis"):
        Concatenate().output_shapes(((4, 3), (5, 3)))
    with pytest.raises(ShapeError, match="has axis 3, but its inputs have 3 axes"):
        Concatenate(axis=3).output_shapes(((4, 3), (4, 3)))
    with pytest.raises(SettingError, match="batch"):
        Concatenate.validated({"axis": 0})


def test_concatenate_keeps_the_order() -> None:
    b = FakeBinding(Concatenate(axis=1), ((2, 3), (1, 3)))
    (y,) = b.forward()
    np.testing.assert_array_equal(y, np.concatenate(b.inputs, axis=1))
