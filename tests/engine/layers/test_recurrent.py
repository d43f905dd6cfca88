"""Recurrent layers against Keras as recorded, against PyTorch, and with masks against central differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine.compiler.gradient_check import PASS
from engine.compiler.verify import verify
from engine.core.errors import ShapeError
from engine.layers import layers
from engine.layers.base import Layer
from tests.engine.layers.fake_binding import FakeBinding, worst_error
from tests.reference.keras_recurrent import read

RECORDED = read()
RTOL, ATOL = 2e-5, 2e-6
"""Keras on PyTorch multiplies matrices in float32, whatever the layer's own type."""
KINDS = ("SimpleRNN", "LSTM", "GRU")
MASK = np.array([[1, 1, 1, 0, 0], [0, 1, 0, 1, 1], [0, 0, 0, 0, 0]], bool)


def bound(
    layer: Layer, inputs: list[Any], weights: list[Any], mask: Any = None, **keywords: Any
) -> FakeBinding:
    """Bind a layer to these inputs and weights."""
    shapes = tuple(array.shape[1:] for array in inputs)
    masks = None if mask is None else (mask, *(None,) * (len(inputs) - 1))
    binding = FakeBinding(layer, shapes, batch=len(inputs[0]), masks=masks, **keywords)
    for array, value in zip(binding.inputs, inputs, strict=True):
        array[...] = value
    for array, value in zip(binding.parameters.values(), weights, strict=True):
        array[...] = value
    return binding


def made(kind: str, **settings: Any) -> Layer:
    return layers[kind].validated(settings)


@pytest.mark.parametrize("case", RECORDED)
def test_what_keras_computes(case: str) -> None:
    recorded = RECORDED[case]
    settings = dict(recorded["settings"])
    layer = made(settings.pop("name"), **settings)
    both = settings.get("direction") == "bidirectional"

    def listed(name: str) -> list[Any]:
        return [recorded[key] for key in sorted(recorded) if key.startswith(f"{name}/")]

    def states(name: str) -> list[Any]:
        """Side by side, as both directions' states are here: Keras has those of one after those of the other."""
        found = listed(name)
        half = len(found) // 2
        pairs = zip(found[:half], found[half:], strict=True)
        return [np.concatenate(pair, axis=1) for pair in pairs] if both else found

    mask = recorded.get("mask")
    x = [recorded["x"], *states("state")]
    binding = bound(layer, x, listed("weight"), None if mask is None else mask.astype(bool))

    def outputs(name: str) -> list[Any]:
        first, *rest = listed(name)
        half = len(rest) // 2
        pairs = zip(rest[:half], rest[half:], strict=True)
        return [first, *(np.concatenate(pair, axis=1) for pair in pairs)] if both else [first, *rest]

    for array, given in zip(binding.output_gradients, outputs("given"), strict=True):
        array[...] = given
    binding.forward()
    for array, expected in zip(binding.outputs, outputs("output"), strict=True):
        np.testing.assert_allclose(array, expected, rtol=RTOL, atol=ATOL)
    binding.backward()
    wanted = [recorded["gradient/x"], *states("gradient/state")]
    for gradient, expected in zip(binding.input_gradients, wanted, strict=True):
        assert gradient is not None
        np.testing.assert_allclose(gradient, expected, rtol=RTOL, atol=ATOL)
    weights = listed("gradient/weight")
    for gradient, expected in zip(binding.gradients.values(), weights, strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=RTOL, atol=ATOL)


def ported(kind: str, module: Any, suffix: str = "") -> list[Any]:
    """Return PyTorch's weights in our layout: its rows of gates i, f, g, o or r, z, n become our columns."""
    order = {"SimpleRNN": (0,), "LSTM": (0, 1, 2, 3), "GRU": (1, 0, 2)}[kind]

    def columns(name: str) -> Any:
        parts = np.split(getattr(module, f"{name}_l0{suffix}").detach().numpy(), len(order))
        return np.concatenate([parts[place] for place in order]).T

    biases = columns("bias_ih"), columns("bias_hh")
    return [columns("weight_ih"), columns("weight_hh"), np.stack(biases) if kind == "GRU" else sum(biases)]


def dx_of(binding: FakeBinding) -> Any:
    return binding.input_gradients[0]


def gradient_of(tensor: Any) -> Any:
    return tensor.grad.numpy()


def torch_module(kind: str, **settings: Any) -> Any:
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    cls = {"SimpleRNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}[kind]
    return cls(4, 5, batch_first=True, dtype=torch.float64, **settings)


@pytest.mark.parametrize("both", [False, True], ids=["forward", "bidirectional"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_pytorch_computes(kind: str, both: bool) -> None:
    module = torch_module(kind, bidirectional=both)
    import torch

    x = torch.randn(3, 6, 4, dtype=torch.float64, requires_grad=True)
    expected, state = module(x)
    final = [part.transpose(0, 1).reshape(3, -1) for part in (state if kind == "LSTM" else (state,))]
    weights = ported(kind, module) + (ported(kind, module, "_reverse") if both else [])
    layer = made(kind, units=5, return_sequences=True, direction="bidirectional" if both else "forward")
    binding = bound(layer, [x.detach().numpy()], weights)
    for y, theirs in zip(binding.forward(), (expected, *final), strict=True):
        np.testing.assert_allclose(y, theirs.detach().numpy(), rtol=1e-10, atol=1e-12)
    given = [torch.from_numpy(array) for array in binding.output_gradients]
    sum((a * b).sum() for a, b in zip((expected, *final), given, strict=True)).backward()
    binding.backward()
    np.testing.assert_allclose(dx_of(binding), gradient_of(x), rtol=1e-9, atol=1e-12)
    ours = binding.gradients["forward_recurrent_kernel" if both else "recurrent_kernel"]
    order = {"SimpleRNN": (0,), "LSTM": (0, 1, 2, 3), "GRU": (1, 0, 2)}[kind]
    parts = np.split(module.weight_hh_l0.grad.numpy(), len(order))
    np.testing.assert_allclose(ours, np.concatenate([parts[p] for p in order]).T, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("reach", [1, 2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_a_gradient_cut_at_segments_is_pytorchs_with_detached_states(kind: str, reach: int) -> None:
    module = torch_module(kind)
    import torch

    steps = 7
    x = torch.randn(3, steps, 4, dtype=torch.float64, requires_grad=True)
    state, parts = None, []
    for start in range(0, steps, reach):
        y, state = module(x[:, start : start + reach], state)
        state = tuple(part.detach() for part in state) if kind == "LSTM" else state.detach()
        parts.append(y)
    layer = made(kind, units=5, return_sequences=True, backpropagation_steps=reach)
    binding = bound(layer, [x.detach().numpy()], ported(kind, module))
    for gradient in binding.output_gradients[1:]:
        gradient[...] = 0
    y = binding.forward()[0]
    whole = torch.cat(parts, dim=1)
    np.testing.assert_allclose(y, whole.detach().numpy(), rtol=1e-10, atol=1e-12)
    (whole * torch.from_numpy(binding.output_gradients[0])).sum().backward()
    binding.backward()
    np.testing.assert_allclose(dx_of(binding), gradient_of(x), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(
        binding.gradients["kernel"].T.sum(), module.weight_ih_l0.grad.numpy().sum(), rtol=1e-9
    )


@pytest.mark.parametrize("whole", [False, True], ids=["last", "sequence"])
@pytest.mark.parametrize(
    "settings",
    [{}, {"direction": "backward"}, {"direction": "bidirectional"}, {"activation": "softsign"},
     {"direction": "bidirectional", "merge_mode": "mul", "dropout": 0.3, "recurrent_dropout": 0.3}],
    ids=lambda s: "-".join(map(str, s.values())) or "plain",
)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_with_masks_and_initial_states(kind: str, settings: dict[str, Any], whole: bool) -> None:
    layer = made(kind, units=2, return_sequences=whole, **settings)
    width = 4 if settings.get("direction") == "bidirectional" else 2
    states = ((width,),) * (len(layer.INPUTS) - 1)
    b = FakeBinding(layer, ((5, 3), *states), masks=(MASK, *(None,) * len(states)))
    b.forward()
    b.backward()
    for x, dx in zip(b.inputs, b.input_gradients, strict=True):
        assert dx is not None
        assert worst_error(b, x, dx) < 1e-6
    for name, gradient in b.gradients.items():
        assert worst_error(b, b.parameters[name], gradient) < 1e-6
    dx = b.input_gradients[0]
    assert dx is not None
    assert not dx[~MASK].any(), "no gradient reaches a padded step"
    assert dx[MASK].all()


@pytest.mark.parametrize("kind", KINDS)
def test_padding_changes_nothing(kind: str) -> None:
    design = engine.Design()
    h = design.add("Masking", design.add("Input", shape=(6, 3)))
    h = design.add(kind, h, units=4, return_sequences=True)
    h = design.add(kind, h, units=4, direction="bidirectional")
    design.add("Output", design.add("Dense", h, units=2), loss="mean_squared_error")
    network = engine.compile(design, dtype="float64")
    random = np.random.default_rng(1)
    short = random.standard_normal((4, 6, 3))
    short[:, 4:] = 0
    other = engine.Design()
    h = other.add("Input", shape=(4, 3))
    h = other.add(kind, h, units=4, return_sequences=True)
    h = other.add(kind, h, units=4, direction="bidirectional")
    other.add("Output", other.add("Dense", h, units=2), loss="mean_squared_error")
    plain = engine.compile(other, dtype="float64")
    plain.parameter_vector[...] = network.parameter_vector
    expected = np.asarray(plain.predict(short[:, :4]))
    np.testing.assert_allclose(np.asarray(network.predict(short)), expected, rtol=1e-12)
    y = random.standard_normal((4, 2))
    assert max(engine.check_gradients(network, short, y).values()) < PASS
    verify(network.plan(4, True), network.store)


@pytest.mark.parametrize("kind", KINDS)
def test_states_go_from_an_encoder_to_a_decoder(kind: str) -> None:
    design = engine.Design()
    source, target = design.add("Input", shape=(5, 3)), design.add("Input", shape=(4, 2))
    encoder = design.add(kind, source, units=3)
    decoder = design.add(kind, target, units=3, return_sequences=True)
    for port in layers[kind].OUTPUTS[1:]:
        design.connect((encoder, port.name), decoder, target_port=port.name)
    design.add("Output", design.add("Dense", decoder, units=2), loss="mean_squared_error")
    assert not [p for p in design.check() if p.severity == "error"]
    network = engine.compile(design, dtype="float64")
    random = np.random.default_rng(2)
    x = {"input_1": random.standard_normal((3, 5, 3)), "input_2": random.standard_normal((3, 4, 2))}
    y = random.standard_normal((3, 4, 2))
    assert max(engine.check_gradients(network, x, y).values()) < PASS
    for training in (True, False):
        for keep in (True, False):
            verify(network.plan(3, training, keep=keep), network.store)
    assert np.abs(network.loss_and_gradients(x, y)[1][f"{encoder.name}/kernel"]).max() > 0


def test_dropout_is_the_same_at_every_step_and_absent_from_predictions() -> None:
    layer = made("SimpleRNN", units=4, activation="linear", dropout=0.5, return_sequences=True)
    ones = np.ones((2, 6, 4))
    binding = bound(layer, [ones], [np.eye(4), np.zeros((4, 4)), np.zeros(4)])
    y = binding.forward()[0]
    assert set(np.unique(y)) == {0.0, 2.0}
    assert (y == y[:, :1]).all()
    predicting = bound(layer, [ones], [np.eye(4), np.zeros((4, 4)), np.zeros(4)], training=False)
    assert (predicting.forward()[0] == 1).all()


def test_shapes_that_do_not_fit_are_refused() -> None:
    layer = made("LSTM", units=3)
    with pytest.raises(ShapeError, match="a sequence"):
        layer.output_shapes(((3,),))
    with pytest.raises(ShapeError, match="an initial state of 3 values"):
        layer.output_shapes(((4, 2), (5,)))
    both = made("GRU", units=3, direction="bidirectional", merge_mode="sum", return_sequences=True)
    assert both.output_shapes(((4, 2),)) == ((4, 3), (6,))


def test_masking_marks_steps_and_repeat_vector_repeats() -> None:
    layer = made("Masking", mask_value=2.0)
    x = np.array([[[1.0, 2.0], [2.0, 2.0]], [[2.0, 2.0], [0.0, 0.0]]])
    binding = bound(layer, [x], [])
    (y,) = binding.forward()
    assert binding.output_mask is not None
    assert binding.output_mask.tolist() == [[True, False], [False, True]]
    assert y.tolist() == [[[1, 2], [0, 0]], [[0, 0], [0, 0]]]
    (y,) = bound(made("RepeatVector", n=3), [x[:, 0]], []).forward()
    assert (y == x[:, :1]).all()
    assert y.shape == (2, 3, 2)


def test_a_state_as_long_as_the_sequence_is_not_masked() -> None:
    design = engine.Design()
    h = design.add("Masking", design.add("Input", shape=(5, 3)))
    lstm = design.add("LSTM", h, units=5, return_sequences=True)
    design.add("Output", (lstm, "hidden"), loss="mean_squared_error")
    network = engine.compile(design, dtype="float64")
    plan = network.plan(2, training=True)
    assert not plan.masks
    verify(plan, network.store)
