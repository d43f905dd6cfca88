"""The convolution family against PyTorch where it is installed, against itself, and block by block."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.errors import SettingError, ShapeError
from engine.layers import convolution, convolution_winograd, layers
from engine.layers.windows import Axis
from tests.engine.layers.fake_binding import FakeBinding, worst_error

Array = NDArray[Any]


def run(layer: Any, shape: tuple[int, ...], batch: int = 2, dtype: Any = np.float64) -> FakeBinding:
    b = FakeBinding(layer, (shape,), batch=batch, dtype=dtype)
    b.forward()
    b.backward()
    return b


def first_channels(array: Array) -> Array:
    return np.moveaxis(array, -1, 1).copy()


def compare_with_torch(b: FakeBinding, ours_to_theirs: tuple[int, ...], function: Any) -> None:
    """Compare outputs and gradients; `ours_to_theirs` is the order of the kernel's axes in PyTorch."""
    torch = pytest.importorskip("torch")
    x, w, bias = (
        torch.tensor(a, requires_grad=True)
        for a in (
            first_channels(b.inputs[0]),
            b.parameters["kernel"].transpose(ours_to_theirs).copy(),
            b.parameters["bias"].copy(),
        )
    )
    y = function(torch.nn.functional, x, w, bias)
    y.backward(torch.tensor(first_channels(b.output_gradients[0])))
    np.testing.assert_allclose(first_channels(b.outputs[0]), y.detach().numpy(), atol=1e-12)
    assert b.input_gradients[0] is not None
    np.testing.assert_allclose(first_channels(b.input_gradients[0]), x.grad.numpy(), atol=1e-12)
    theirs = w.grad.numpy().transpose(np.argsort(ours_to_theirs))
    np.testing.assert_allclose(b.gradients["kernel"], theirs, atol=1e-11)
    np.testing.assert_allclose(b.gradients["bias"], bias.grad.numpy(), atol=1e-11)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize(("strides", "dilation"), [(1, 1), (2, 1), (1, 3), (3, 1)])
@pytest.mark.parametrize("padding", ["valid", "causal"])
def test_conv1d_agrees_with_pytorch(padding: str, strides: int, dilation: int, groups: int) -> None:
    pytest.importorskip("torch")
    layer = layers["Conv1D"](
        filters=4, kernel_size=3, strides=strides, dilation_rate=dilation, padding=padding, groups=groups
    )
    before = 2 * dilation if padding == "causal" else 0

    def theirs(f: Any, x: Any, w: Any, bias: Any) -> Any:
        return f.conv1d(f.pad(x, (before, 0)), w, bias, strides, 0, dilation, groups)

    compare_with_torch(run(layer, (9, 6)), (2, 1, 0), theirs)


@pytest.mark.parametrize("groups", [2, 3, 6])
@pytest.mark.parametrize("strides", [(1, 1), (2, 1)])
@pytest.mark.parametrize("kernel", [(1, 1), (3, 2)])
def test_groups_agree_with_pytorch(kernel: Any, strides: Any, groups: int) -> None:
    layer = layers["Conv2D"](filters=12, kernel_size=kernel, strides=strides, groups=groups)
    b = run(layer, (5, 4, 6))
    compare_with_torch(b, (3, 2, 0, 1), lambda f, x, w, bias: f.conv2d(x, w, bias, strides, groups=groups))


@pytest.mark.parametrize("filters", [1, 4])
@pytest.mark.parametrize(("kernel", "strides"), [((3, 3), (1, 1)), ((3, 3), (2, 2)), ((4, 2), (3, 2))])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 1)])
def test_conv2d_transpose_agrees_with_pytorch(dilation: Any, kernel: Any, strides: Any, filters: int) -> None:
    if max(strides) > 1 and max(dilation) > 1:
        with pytest.raises(SettingError, match="can't both"):
            layers["Conv2DTranspose"].validated({"strides": strides, "dilation_rate": dilation})
        return
    layer = layers["Conv2DTranspose"](
        filters=filters, kernel_size=kernel, strides=strides, dilation_rate=dilation
    )
    b = run(layer, (3, 4, 5))
    compare_with_torch(
        b,
        (3, 2, 0, 1),
        lambda f, x, w, bias: f.conv_transpose2d(x, w, bias, strides, dilation=dilation),
    )


@pytest.mark.parametrize("multiplier", [1, 3])
@pytest.mark.parametrize(("strides", "dilation"), [((1, 1), (1, 1)), ((2, 2), (1, 1)), ((1, 1), (2, 1))])
def test_depthwise_is_a_convolution_with_a_group_for_each_channel(
    strides: Any, dilation: Any, multiplier: int
) -> None:
    shared = {"strides": strides, "dilation_rate": dilation, "padding": "same", "kernel_size": (3, 2)}
    one = FakeBinding(layers["DepthwiseConv2D"](depth_multiplier=multiplier, **shared), ((5, 6, 4),))
    other = FakeBinding(layers["Conv2D"](filters=4 * multiplier, groups=4, **shared), ((5, 6, 4),))
    shape = other.parameters["kernel"].shape
    other.parameters["kernel"][...] = one.parameters["kernel"].reshape(shape)
    other.parameters["bias"][...] = one.parameters["bias"]
    other.inputs[0][...] = one.inputs[0]
    other.output_gradients[0][...] = one.output_gradients[0]
    for b in (one, other):
        b.forward()
        b.backward()
    np.testing.assert_allclose(one.outputs[0], other.outputs[0], atol=1e-12)
    assert one.input_gradients[0] is not None
    assert other.input_gradients[0] is not None
    np.testing.assert_allclose(one.input_gradients[0], other.input_gradients[0], atol=1e-12)
    np.testing.assert_allclose(
        one.gradients["kernel"], other.gradients["kernel"].reshape(one.gradients["kernel"].shape), atol=1e-11
    )
    np.testing.assert_allclose(one.gradients["bias"], other.gradients["bias"], atol=1e-11)


def test_bilinear_upsampling_agrees_with_pytorch() -> None:
    torch = pytest.importorskip("torch")
    b = run(layers["UpSampling2D"](size=(3, 2), interpolation="bilinear"), (3, 5, 2))
    x = torch.tensor(first_channels(b.inputs[0]), requires_grad=True)
    y = torch.nn.functional.interpolate(x, scale_factor=(3, 2), mode="bilinear")
    y.backward(torch.tensor(first_channels(b.output_gradients[0])))
    np.testing.assert_allclose(first_channels(b.outputs[0]), y.detach().numpy(), atol=1e-12)
    assert b.input_gradients[0] is not None
    np.testing.assert_allclose(first_channels(b.input_gradients[0]), x.grad.numpy(), atol=1e-12)


BLOCKED = [
    ("Conv2D", {"filters": 3, "padding": "same"}, (4, 5, 8)),
    ("Conv2D", {"filters": 4, "padding": "same", "groups": 2}, (4, 5, 8)),
    ("Conv2D", {"filters": 3}, (4, 5, 1)),
    ("Conv2D", {"filters": 4, "strides": (2, 2), "groups": 2, "padding": "same"}, (5, 4, 2)),
    ("Conv1D", {"filters": 3, "padding": "causal", "dilation_rate": 2}, (6, 4)),
    ("Conv2DTranspose", {"filters": 1, "strides": (2, 2), "padding": "same"}, (3, 2, 4)),
    ("Conv2DTranspose", {"filters": 5, "strides": (2, 2), "padding": "same"}, (3, 2, 2)),
    ("DepthwiseConv2D", {"padding": "same", "depth_multiplier": 2}, (4, 5, 3)),
    ("SeparableConv2D", {"filters": 3, "strides": (2, 1)}, (5, 4, 2)),
]


@pytest.mark.parametrize(("kind", "settings", "shape"), BLOCKED)
@pytest.mark.parametrize("samples", [1, 2])
def test_blocks_change_nothing(
    kind: str, settings: dict[str, Any], shape: Any, samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = layers[kind](**settings)
    whole = run(layer, shape, batch=5)
    area = int(np.prod(layer.output_shapes((shape,))[0][:-1]))
    monkeypatch.setattr(convolution, "BLOCK_BYTES", samples * area * 9 * shape[-1] * 8)
    parts = run(layer, shape, batch=5)
    np.testing.assert_allclose(parts.outputs[0], whole.outputs[0], atol=1e-12)
    assert parts.input_gradients[0] is not None
    assert whole.input_gradients[0] is not None
    np.testing.assert_allclose(parts.input_gradients[0], whole.input_gradients[0], atol=1e-12)
    for name, gradient in whole.gradients.items():
        np.testing.assert_allclose(parts.gradients[name], gradient, atol=1e-11)
    frozen = FakeBinding(layer, (shape,), batch=5, frozen=True)
    np.testing.assert_allclose(frozen.forward()[0], whole.outputs[0], atol=1e-12)


def test_a_causal_convolution_never_looks_ahead() -> None:
    layer = layers["Conv1D"](filters=2, kernel_size=3, padding="causal", dilation_rate=2)
    b = FakeBinding(layer, ((8, 3),))
    before = b.forward()[0].copy()
    b.inputs[0][:, 5:] += 1
    after = b.forward()[0]
    assert np.array_equal(before[:, :5], after[:, :5])
    assert not np.array_equal(before[:, 5:], after[:, 5:])


@pytest.mark.parametrize("kind", ["GlobalMaxPooling1D", "GlobalMaxPooling2D", "MaxPooling1D"])
def test_of_equal_values_the_first_gets_the_gradient(kind: str) -> None:
    shape = (4, 2) if kind.endswith("1D") else (2, 2, 2)
    b = FakeBinding(layers[kind](), (shape,), batch=1)
    b.inputs[0].fill(1.0)
    b.forward()
    b.backward()
    dx = b.input_gradients[0]
    assert dx is not None
    dx = dx.reshape(4, 2)
    assert np.array_equal(dx[0], b.output_gradients[0].reshape(-1, 2)[0])
    assert np.count_nonzero(dx) == b.output_gradients[0].size


@pytest.mark.parametrize("positions", range(1, 7))
@pytest.mark.parametrize("taps", range(1, 5))
@pytest.mark.parametrize("stride", range(1, 4))
@pytest.mark.parametrize("dilation", [1, 2])
def test_a_convolution_leads_back_from_what_a_transposed_one_made(
    positions: int, taps: int, stride: int, dilation: int
) -> None:
    for padding in ("valid", "same"):
        for more in (None, 0, 1, stride):
            made = Axis.transposed(positions, taps, stride, dilation, padding, more)  # type: ignore[arg-type]
            if made.size < 1:
                continue
            assert made.padded >= (positions - 1) * stride + (taps - 1) * dilation + 1
            if more is None and made.size > (taps - 1) * dilation:
                back = Axis.of(made.size, taps, stride, dilation, padding)  # type: ignore[arg-type]
                assert back.positions == positions
                assert back.before == made.before


def test_refuses_what_does_not_fit() -> None:
    with pytest.raises(SettingError, match="multiple of groups"):
        layers["Conv2D"].validated({"filters": 5, "groups": 2})
    with pytest.raises(ShapeError, match="multiple of its 2 groups"):
        layers["Conv2D"](filters=4, groups=2).output_shapes(((5, 5, 3),))
    with pytest.raises(ShapeError, match="expects sequences"):
        layers["Conv1D"]().output_shapes(((5, 5, 3),))
    with pytest.raises(ShapeError, match="leave nothing"):
        layers["Cropping2D"](cropping=(2, 2, 0, 0)).output_shapes(((4, 5, 3),))


def test_gradients_at_a_size_that_needs_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolution, "BLOCK_BYTES", 1)
    b = FakeBinding(layers["Conv2D"](filters=2, padding="same"), ((3, 3, 5),), batch=2)
    b.forward()
    b.backward()
    assert b.input_gradients[0] is not None
    assert worst_error(b, b.inputs[0], b.input_gradients[0]) < 1e-6
    assert worst_error(b, b.parameters["kernel"], b.gradients["kernel"]) < 1e-6


@pytest.mark.parametrize("shape", [(6, 6, 3), (7, 4, 2), (5, 5, 1), (3, 8, 2)])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("block", [1 << 21, 30_000, 1])
def test_minimal_filtering_computes_what_patches_do(
    shape: tuple[int, ...], padding: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = layers["Conv2D"](filters=4, padding=padding)
    if min(layer.output_shapes((shape,))[0][:2]) < 2:
        return
    patches = run(layer, shape, batch=5)
    monkeypatch.setattr(convolution_winograd, "LEAST", 1)
    monkeypatch.setattr(convolution_winograd, "BLOCK_BYTES", block)
    fast = run(layer, shape, batch=5)
    np.testing.assert_allclose(fast.outputs[0], patches.outputs[0], atol=1e-12)
    assert fast.input_gradients[0] is not None
    assert patches.input_gradients[0] is not None
    np.testing.assert_allclose(fast.input_gradients[0], patches.input_gradients[0], atol=1e-12)
    for name, gradient in patches.gradients.items():
        np.testing.assert_allclose(fast.gradients[name], gradient, atol=1e-11)


def test_minimal_filtering_is_exact_enough_in_single_precision() -> None:
    layer = layers["Conv2D"](filters=64, padding="same")
    single = run(layer, (14, 14, 32), batch=8, dtype=np.float32)
    assert convolution_winograd.suits(layer.geometry((14, 14, 32)), 32, 64, 1)
    wide = FakeBinding(layer, ((14, 14, 32),), batch=8, dtype=np.float64)
    wide.inputs[0][...] = single.inputs[0]
    wide.output_gradients[0][...] = single.output_gradients[0]
    for name, values in single.parameters.items():
        wide.parameters[name][...] = values
    wide.forward()
    wide.backward()
    pairs = [(single.outputs[0], wide.outputs[0]), (single.input_gradients[0], wide.input_gradients[0])]
    for ours, exact in [*pairs, (single.gradients["kernel"], wide.gradients["kernel"])]:
        assert ours is not None
        assert exact is not None
        assert np.abs(ours - exact).max() < 3e-6 * np.abs(exact).max()


def test_minimal_filtering_agrees_with_pytorch() -> None:
    b = run(layers["Conv2D"](filters=33, padding="same"), (5, 6, 32))
    compare_with_torch(b, (3, 2, 0, 1), lambda f, x, w, bias: f.conv2d(x, w, bias, padding=1))
