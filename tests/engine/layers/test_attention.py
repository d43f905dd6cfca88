"""Attention and embedding: masks, extremes, PyTorch, and what the help says."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import engine
from engine.core.errors import DataError
from engine.layers import layers
from tests.engine.layers.fake_binding import FakeBinding, worst_error

MULTI = layers["MultiHeadAttention"]
KINDS = [
    MULTI(num_heads=2, key_dim=3),
    MULTI(num_heads=2, key_dim=3, use_causal_mask=True),
    MULTI(num_heads=2, key_dim=3, dropout=0.4),
    layers["Attention"](),
    layers["Attention"](use_scale=True, use_causal_mask=True, dropout=0.4),
    layers["AdditiveAttention"](),
    layers["AdditiveAttention"](use_causal_mask=True),
]
MASK = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]], bool)


def name_of(layer: Any) -> str:
    return f"{layer.NAME}-{'causal' if layer.use_causal_mask else 'all'}-{layer.dropout}"


def ran(layer: Any, shapes: Any, masks: Any = None, **more: Any) -> FakeBinding:
    binding = FakeBinding(layer, shapes, masks=masks, **more)
    binding.forward()
    binding.backward()
    return binding


@pytest.mark.parametrize("layer", KINDS, ids=name_of)
@pytest.mark.parametrize(
    "masks", [(MASK,), (None, MASK), (MASK, None), (MASK, MASK), (None, MASK, MASK)], ids=len
)
def test_gradients_with_masks(layer: Any, masks: Any) -> None:
    binding = ran(layer, ((4, 5),) * len(masks), masks)
    assert np.isfinite(binding.outputs[0]).all()
    for x, dx in zip(binding.inputs, binding.input_gradients, strict=True):
        assert dx is not None
        assert worst_error(binding, x, dx) < 1e-6
    for name, gradient in binding.gradients.items():
        assert worst_error(binding, binding.parameters[name], gradient) < 1e-6


@pytest.mark.parametrize("layer", KINDS, ids=name_of)
def test_padding_has_no_say(layer: Any) -> None:
    binding = ran(layer, ((4, 5),), (MASK,))
    y = binding.outputs[0].copy()
    bias = binding.parameters.get("output_bias", 0.0)
    np.testing.assert_allclose(
        y[~MASK], np.broadcast_to(bias, y.shape)[~MASK], err_msg="padding gathers nothing"
    )
    gradient = binding.input_gradients[0]
    assert gradient is not None
    assert not gradient[~MASK].any()
    binding.inputs[0][~MASK] = 1e3
    np.testing.assert_allclose(binding.forward()[0][MASK], y[MASK], rtol=1e-9)


@pytest.mark.parametrize("layer", [k for k in KINDS if k.use_causal_mask], ids=name_of)
def test_no_step_sees_a_later_one(layer: Any) -> None:
    binding = ran(layer, ((6, 5),))
    y = binding.outputs[0].copy()
    binding.inputs[0][:, 4:] += 1.0
    later = binding.forward()[0]
    np.testing.assert_allclose(later[:, :4], y[:, :4], rtol=1e-12)
    assert (np.abs(later[:, 4:] - y[:, 4:]) > 1e-9).any()


@pytest.mark.parametrize("layer", KINDS[:5], ids=name_of)
@pytest.mark.parametrize("masks", [None, (MASK,)], ids=["whole", "masked"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scores_too_large_for_exp(layer: Any, masks: Any, dtype: Any) -> None:
    binding = FakeBinding(layer, ((4, 5),), masks=masks, dtype=dtype)
    for name in binding.parameters:
        if "query" in name or "key" in name:
            binding.parameters[name][...] *= 40
    binding.inputs[0][...] *= 10
    y = binding.forward()[0]
    assert np.isfinite(y).all()
    binding.backward()
    assert all(
        np.isfinite(g).all() for g in (*binding.input_gradients, *binding.gradients.values()) if g is not None
    )


@pytest.mark.parametrize("causal", [False, True])
def test_both_ways_through_exp_agree(causal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = MULTI(num_heads=2, key_dim=3, use_causal_mask=causal)
    direct = ran(layer, ((4, 5),), (MASK,))
    monkeypatch.setattr("engine.layers.attention_weights.NEAR", 0.0)
    centred = ran(layer, ((4, 5),), (MASK,))
    np.testing.assert_allclose(direct.outputs[0], centred.outputs[0], rtol=1e-12)
    for name, gradient in direct.gradients.items():
        np.testing.assert_allclose(gradient, centred.gradients[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_agrees_with_pytorch(causal: bool, masked: bool) -> None:
    torch = pytest.importorskip("torch")
    steps, features, heads = 7, 8, 2
    mask = np.arange(steps) < np.array([[7], [4], [1]])
    layer = MULTI(num_heads=heads, key_dim=features // heads, use_causal_mask=causal)
    binding = FakeBinding(layer, ((steps, features),), masks=(mask,) if masked else None)
    twin = torch.nn.MultiheadAttention(features, heads, batch_first=True, dtype=torch.float64)
    p = binding.parameters
    with torch.no_grad():
        for name, array in (("weight", "kernel"), ("bias", "bias")):
            parts = [p[f"{role}_{array}"].reshape(-1, features).T for role in ("query", "key", "value")]
            getattr(twin, f"in_proj_{name}").copy_(
                torch.tensor(np.concatenate(parts).reshape((-1, features) if name == "weight" else -1))
            )
        twin.out_proj.weight.copy_(torch.tensor(p["output_kernel"].reshape(features, features).T))
        twin.out_proj.bias.copy_(torch.tensor(p["output_bias"]))
    dy = binding.output_gradients[0]
    if masked:
        dy[~mask] = 0
    x = torch.tensor(binding.inputs[0], requires_grad=True)
    y, _ = twin(
        x,
        x,
        x,
        key_padding_mask=torch.tensor(~mask) if masked else None,
        attn_mask=torch.triu(torch.ones(steps, steps, dtype=torch.bool), 1) if causal else None,
    )
    (y * torch.tensor(dy)).sum().backward()
    binding.forward()
    binding.backward()
    real = mask if masked else np.ones_like(mask)
    np.testing.assert_allclose(binding.outputs[0][real], y.detach().numpy()[real], rtol=1e-9, atol=1e-12)
    assert binding.input_gradients[0] is not None
    np.testing.assert_allclose(binding.input_gradients[0], x.grad.numpy(), rtol=1e-9, atol=1e-12)
    given = twin.in_proj_weight.grad.numpy().reshape(3, features, features)
    for role, gradient in zip(("query", "key", "value"), given, strict=True):
        mine = binding.gradients[f"{role}_kernel"].reshape(features, features)
        np.testing.assert_allclose(mine, gradient.T, rtol=1e-9, atol=1e-12)


def test_agrees_with_the_products_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    binding = ran(layers["Attention"](), ((4, 6), (5, 3), (5, 6)))
    q, v, k = (torch.tensor(x, requires_grad=True) for x in binding.inputs)
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, scale=1.0)
    y.backward(torch.tensor(binding.output_gradients[0]))
    np.testing.assert_allclose(binding.outputs[0], y.detach().numpy(), rtol=1e-10)
    for mine, theirs in zip(binding.input_gradients, (q, v, k), strict=True):
        np.testing.assert_allclose(mine, theirs.grad.numpy(), rtol=1e-9, atol=1e-12)


def test_an_unwired_value_is_the_query() -> None:
    for layer in (MULTI(num_heads=2, key_dim=3), layers["Attention"](), layers["AdditiveAttention"]()):
        alone = ran(layer, ((4, 5),))
        twice = FakeBinding(layer, ((4, 5), (4, 5)))
        for name, array in alone.parameters.items():
            twice.parameters[name][...] = array
        for array in twice.inputs:
            array[...] = alone.inputs[0]
        np.testing.assert_allclose(twice.forward()[0], alone.outputs[0], rtol=1e-12)


def test_what_attention_weighs_adds_up_to_one() -> None:
    from engine.layers.attention_weights import AttentionWeights

    binding = FakeBinding(layers["Attention"](), ((4, 5),))
    random = np.random.default_rng(0)
    scores, value = random.standard_normal((3, 2, 4, 6)), random.standard_normal((3, 2, 6, 5))
    mask = np.arange(6) < np.array([[6], [3], [0]])
    expected = np.exp(scores) * mask[:, None, None]
    weights = AttentionWeights(binding, scores, value, np.empty((3, 2, 4, 5)), key_masks=(mask,))
    weights.forward()
    np.testing.assert_allclose(weights.weights().sum(-1), [[[1.0] * 4] * 2] * 2 + [[[0.0] * 4] * 2])
    np.testing.assert_allclose(
        weights.weights()[:2], (expected / np.maximum(expected.sum(-1, keepdims=True), 1e-9))[:2]
    )


def test_embedding_is_one_hot_times_dense() -> None:
    def network(one_hot: bool) -> Any:
        design = engine.Design()
        h = design.add("Input", shape=(6,), dtype="int")
        if one_hot:
            h = design.add("CategoryEncoding", h, num_tokens=9, output_mode="one_hot")
            h = design.add("Dense", h, units=4, use_bias=False, name="table")
        else:
            h = design.add("Embedding", h, input_dim=9, output_dim=4, name="table")
        h = design.add("Dense", design.add("Flatten", h), units=3, activation="softmax", name="end")
        design.add("Output", h, loss="sparse_categorical_crossentropy")
        return engine.compile(design, seed=1, dtype="float64")

    looked_up, multiplied = network(False), network(True)
    weights = {name: looked_up.weights[name] for name in ("end/kernel", "end/bias")}
    multiplied.load_weights({"table/kernel": looked_up.weights["table/embeddings"], **weights})
    random = np.random.default_rng(2)
    ids, labels = random.integers(0, 9, (20, 6)), random.integers(0, 3, 20)
    np.testing.assert_allclose(looked_up.predict(ids), multiplied.predict(ids), rtol=1e-12)
    loss, gradients = looked_up.loss_and_gradients(ids, labels)
    same, others = multiplied.loss_and_gradients(ids, labels)
    assert loss == pytest.approx(same, rel=1e-12)
    np.testing.assert_allclose(gradients["table/embeddings"], others["table/kernel"], rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("count", [1, 2, 3, 64, 1000])
def test_the_gradient_of_the_embedding_is_a_sum_by_id(count: int) -> None:
    binding = FakeBinding(layers["Embedding"](input_dim=50, output_dim=3), ((count,),), batch=1)
    binding.forward()
    binding.backward()
    expected = np.zeros((50, 3))
    np.add.at(expected, binding.inputs[0], binding.output_gradients[0])
    np.testing.assert_allclose(binding.gradients["embeddings"], expected, atol=1e-12)


@pytest.mark.parametrize("wrong", [-1, 7])
def test_an_id_without_a_row_is_refused(wrong: int) -> None:
    for layer in (layers["Embedding"](input_dim=7), layers["CategoryEncoding"](num_tokens=7)):
        binding = FakeBinding(layer, ((4,),))
        binding.inputs[0][1, 2] = wrong
        with pytest.raises(DataError, match=f"ids 0 to 6.*Received.*{wrong}"):
            binding.forward()


def test_masks_go_from_the_embedding_through_attention_to_the_loss() -> None:
    design = engine.Design()
    h = design.add(
        "Embedding", design.add("Input", shape=(5,), dtype="int"), input_dim=6, output_dim=4, mask_zero=True
    )
    h = design.add("PositionalEncoding", h)
    h = design.add("PositionEmbedding", h)
    h = design.add("MultiHeadAttention", h, num_heads=2, key_dim=2)
    design.add(
        "Output",
        design.add("Dense", h, units=6, activation="softmax"),
        loss="sparse_categorical_crossentropy",
    )
    network = engine.compile(design, dtype="float64")
    ids = np.array([[1, 2, 3, 0, 0], [4, 5, 1, 2, 3]])
    loss, _ = network.loss_and_gradients(ids, ids)
    plan = network.plan(2, training=True)
    (mask,) = plan.masks.values()
    np.testing.assert_array_equal(mask, ids != 0)
    chances = network.predict(ids)
    assert isinstance(chances, np.ndarray)
    real = [-math.log(chances[i, t, ids[i, t]]) for i in range(2) for t in range(5) if ids[i, t]]
    assert loss == pytest.approx(np.mean(real))
    errors = engine.check_gradients(network, ids, ids)
    assert max(errors.values()) < 1e-6


def test_the_waves_of_the_positional_encoding() -> None:
    layer = layers["PositionalEncoding"]()
    pattern = layer.pattern(50, 6)
    assert pattern[7, 2] == pytest.approx(math.sin(7 / 10_000 ** (2 / 6)))
    assert pattern[7, 3] == pytest.approx(math.cos(7 / 10_000 ** (2 / 6)))
    np.testing.assert_allclose((pattern**2).sum(1), 3.0)
    binding = ran(layers["PositionalEncoding"](scale=True), ((50, 6),))
    np.testing.assert_allclose(binding.outputs[0], binding.inputs[0] * math.sqrt(6) + pattern)
