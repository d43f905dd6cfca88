"""Convolution against loops that follow the formula, and against PyTorch where it is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.errors import SettingError, ShapeError
from engine.layers.conv2d import Conv2D
from tests.engine.layers.fake_binding import FakeBinding

SETTINGS = [
    (size, kernel, strides, padding, dilation)
    for size in ((5, 6), (7, 4), (3, 3))
    for kernel in ((1, 1), (3, 3), (2, 3))
    for strides in ((1, 1), (2, 2), (3, 1))
    for padding in ("valid", "same")
    for dilation in ((1, 1), (2, 1))
    if strides == (1, 1) or dilation == (1, 1)
]


def naive(x: NDArray[Any], kernel: NDArray[Any], layer: Conv2D) -> NDArray[Any]:
    """Return the convolution, one product at a time, from Keras' definition of the padding."""
    n, *size, _ = x.shape
    extents = [(k - 1) * d + 1 for k, d in zip(layer.kernel_size, layer.dilation_rate, strict=True)]
    if layer.padding == "same":
        counts = [-(-a // s) for a, s in zip(size, layer.strides, strict=True)]
        pads = [
            max((c - 1) * s + e - a, 0)
            for c, s, e, a in zip(counts, layer.strides, extents, size, strict=True)
        ]
        x = np.pad(x, ((0, 0), *((p // 2, p - p // 2) for p in pads), (0, 0)))
    else:
        counts = [(a - e) // s + 1 for a, e, s in zip(size, extents, layer.strides, strict=True)]
    y = np.zeros((n, *counts, layer.filters))
    for i, j in np.ndindex(*counts):
        for u, v in np.ndindex(*layer.kernel_size):
            row = i * layer.strides[0] + u * layer.dilation_rate[0]
            column = j * layer.strides[1] + v * layer.dilation_rate[1]
            y[:, i, j] += x[:, row, column] @ kernel[u, v]
    return y


@pytest.mark.parametrize(("size", "kernel", "strides", "padding", "dilation"), SETTINGS)
@pytest.mark.parametrize("channels", [1, 5])
def test_follows_the_formula(
    size: tuple[int, int], kernel: tuple[int, int], strides: Any, padding: Any, dilation: Any, channels: int
) -> None:
    layer = Conv2D(filters=4, kernel_size=kernel, strides=strides, padding=padding, dilation_rate=dilation)
    shape = (*size, channels)
    try:
        layer.output_shapes((shape,))
    except ShapeError as error:
        assert "larger than its input" in str(error)
        return
    b = FakeBinding(layer, (shape,), batch=2)
    (y,) = b.forward()
    np.testing.assert_allclose(
        y, naive(b.inputs[0], b.parameters["kernel"], layer) + b.parameters["bias"], atol=1e-12
    )


@pytest.mark.parametrize(("size", "kernel", "strides", "padding", "dilation"), SETTINGS)
def test_agrees_with_pytorch(
    size: tuple[int, int], kernel: tuple[int, int], strides: Any, padding: Any, dilation: Any
) -> None:
    torch = pytest.importorskip("torch")
    layer = Conv2D(filters=3, kernel_size=kernel, strides=strides, padding=padding, dilation_rate=dilation)
    shape = (*size, 2)
    try:
        geometry = layer.geometry(shape)
    except ShapeError:
        return
    b = FakeBinding(layer, (shape,), batch=2)
    (y,) = b.forward()
    b.backward()
    x = torch.tensor(b.inputs[0].transpose(0, 3, 1, 2).copy(), requires_grad=True)
    w = torch.tensor(b.parameters["kernel"].transpose(3, 2, 0, 1).copy(), requires_grad=True)
    bias = torch.tensor(b.parameters["bias"].copy(), requires_grad=True)
    rows, columns = geometry
    padded = torch.nn.functional.pad(x, (columns.before, columns.after, rows.before, rows.after))
    theirs = torch.nn.functional.conv2d(padded, w, bias, strides, 0, dilation)
    theirs.backward(torch.tensor(b.output_gradients[0].transpose(0, 3, 1, 2).copy()))
    np.testing.assert_allclose(y, theirs.detach().numpy().transpose(0, 2, 3, 1), atol=1e-12)
    assert b.input_gradients[0] is not None
    np.testing.assert_allclose(b.input_gradients[0], x.grad.numpy().transpose(0, 2, 3, 1), atol=1e-12)
    np.testing.assert_allclose(b.gradients["kernel"], w.grad.numpy().transpose(2, 3, 1, 0), atol=1e-12)
    np.testing.assert_allclose(b.gradients["bias"], bias.grad.numpy(), atol=1e-12)


def test_counts_its_work() -> None:
    layer = Conv2D(filters=16, padding="same")
    assert layer.multiply_adds(((28, 28, 1),)) == 28 * 28 * 9 * 16
    specs = layer.parameter_specs(((28, 28, 3),))
    assert [(s.name, s.shape) for s in specs] == [("kernel", (3, 3, 3, 16)), ("bias", (16,))]


def test_refuses_strides_with_dilation() -> None:
    with pytest.raises(SettingError, match="can't both be above 1"):
        Conv2D.validated({"strides": [2, 2], "dilation_rate": [2, 2]})


def test_refuses_what_is_no_image() -> None:
    with pytest.raises(ShapeError, match="height, width, channels"):
        Conv2D().output_shapes(((28, 28),))
    with pytest.raises(ShapeError, match="3 × 3, larger than its input of 2 × 5 × 1") as caught:
        Conv2D().output_shapes(((2, 5, 1),))
    assert caught.value.shapes == ((2, 5, 1), (3, 3))
