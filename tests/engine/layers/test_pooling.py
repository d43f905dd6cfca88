"""Pooling against loops that follow the formula, and against PyTorch where it is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.layers.average_pooling2d import AveragePooling2D
from engine.layers.max_pooling2d import MaxPooling2D
from engine.layers.windows import Axis
from tests.engine.layers.fake_binding import FakeBinding

SETTINGS = [
    (size, pool, strides, padding)
    for size in ((4, 6), (5, 7), (3, 8))
    for pool in ((2, 2), (3, 2), (1, 3))
    for strides in (None, (1, 1), (2, 3))
    for padding in ("valid", "same")
]


def naive(x: NDArray[Any], pool: Any, strides: Any, padding: str, best: Any) -> NDArray[Any]:
    """Return pooled images, one window at a time: what lies outside the image is left out."""
    n, *size, channels = x.shape
    if padding == "same":
        counts = [-(-a // s) for a, s in zip(size, strides, strict=True)]
        before = [
            max((c - 1) * s + k - a, 0) // 2 for c, s, k, a in zip(counts, strides, pool, size, strict=True)
        ]
    else:
        counts = [(a - k) // s + 1 for a, k, s in zip(size, pool, strides, strict=True)]
        before = [0, 0]
    y = np.zeros((n, *counts, channels))
    for i, j in np.ndindex(*counts):
        top, left = i * strides[0] - before[0], j * strides[1] - before[1]
        window = x[:, max(top, 0) : top + pool[0], max(left, 0) : left + pool[1]]
        y[:, i, j] = best(window.reshape(n, -1, channels), axis=1)
    return y


@pytest.mark.parametrize(("size", "pool", "strides", "padding"), SETTINGS)
@pytest.mark.parametrize(("cls", "best"), [(MaxPooling2D, np.max), (AveragePooling2D, np.mean)])
def test_follows_the_formula(cls: Any, best: Any, size: Any, pool: Any, strides: Any, padding: Any) -> None:
    layer = cls(pool_size=pool, strides=strides, padding=padding)
    b = FakeBinding(layer, ((*size, 3),), batch=2)
    (y,) = b.forward()
    np.testing.assert_allclose(y, naive(b.inputs[0], pool, strides or pool, padding, best), atol=1e-12)


@pytest.mark.parametrize(("size", "pool", "strides", "padding"), [s for s in SETTINGS if s[3] == "valid"])
@pytest.mark.parametrize("kind", ["max", "avg"])
def test_agrees_with_pytorch(kind: str, size: Any, pool: Any, strides: Any, padding: Any) -> None:
    torch = pytest.importorskip("torch")
    layer: Any = (MaxPooling2D if kind == "max" else AveragePooling2D)(pool_size=pool, strides=strides)
    b = FakeBinding(layer, ((*size, 2),), batch=2)
    (y,) = b.forward()
    b.backward()
    x = torch.tensor(b.inputs[0].transpose(0, 3, 1, 2).copy(), requires_grad=True)
    theirs = getattr(torch.nn.functional, f"{kind}_pool2d")(x, pool, strides)
    theirs.backward(torch.tensor(b.output_gradients[0].transpose(0, 3, 1, 2).copy()))
    np.testing.assert_allclose(y, theirs.detach().numpy().transpose(0, 2, 3, 1), atol=1e-12)
    assert b.input_gradients[0] is not None
    np.testing.assert_allclose(b.input_gradients[0], x.grad.numpy().transpose(0, 2, 3, 1), atol=1e-12)


@pytest.mark.parametrize("strides", [None, (1, 1)])
def test_equal_values_share_no_gradient(strides: Any) -> None:
    b = FakeBinding(MaxPooling2D(strides=strides), ((4, 4, 1),), batch=1)
    b.inputs[0].fill(1.0)
    b.output_gradients[0].fill(1.0)
    b.forward()
    b.backward()
    dx = b.input_gradients[0]
    assert dx is not None
    assert dx.sum() == b.output_gradients[0].size
    assert set(np.unique(dx)) <= {0.0, 1.0}


@pytest.mark.parametrize("size", range(1, 12))
@pytest.mark.parametrize("taps", range(1, 6))
@pytest.mark.parametrize("stride", range(1, 5))
def test_windows_cover_what_they_say(size: int, taps: int, stride: int) -> None:
    for padding in ("valid", "same"):
        axis = Axis.of(size, taps, stride, 1, padding)  # type: ignore[arg-type]
        if axis.positions < 1:
            continue
        seen: dict[int, list[int]] = {w: [] for w in range(axis.positions)}
        for tap in range(taps):
            inputs, outputs = axis.span(tap)
            places = range(*inputs.indices(size))
            windows = range(outputs.start, outputs.stop)
            assert len(places) == len(windows)
            for place, window in zip(places, windows, strict=True):
                seen[window].append(place)
                assert place == window * stride + tap - axis.before
        for window, found in seen.items():
            wanted = [window * stride + tap - axis.before for tap in range(taps)]
            assert found == [p for p in wanted if 0 <= p < size]
            assert found
