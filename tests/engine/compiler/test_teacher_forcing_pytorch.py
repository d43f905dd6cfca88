"""One training step of an encoder-decoder under teacher forcing, against PyTorch: the loss and every gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine.data import DataSettings, load
from tests.engine.training.test_writing import translator

torch: Any = pytest.importorskip("torch", reason="PyTorch is only there to compare with.")


def to_torch(array: Any) -> Any:
    return torch.tensor(np.array(array), dtype=torch.float64)


def lstm_of(weights: Any, name: str, inputs: int, units: int) -> Any:
    """PyTorch's LSTM with the same weights: its gates are i f g o, ours i f c o."""
    lstm = torch.nn.LSTM(inputs, units, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(to_torch(weights[f"{name}/kernel"].T))
        lstm.weight_hh_l0.copy_(to_torch(weights[f"{name}/recurrent_kernel"].T))
        lstm.bias_ih_l0.copy_(to_torch(weights[f"{name}/bias"]))
        lstm.bias_hh_l0.zero_()
    return lstm


def test_loss_and_gradients_of_an_encoder_decoder() -> None:
    data = load(DataSettings(source="reversed_letters", options={"samples": 12, "letters": 4, "longest": 5}))
    network = engine.compile(translator(data, units=6), seed=3, dtype="float64")
    x, y = np.asarray(data.train.x).astype(int), np.asarray(data.train.y)
    assert len({int(n) for n in (x != 0).sum(axis=1)}) > 1, "sources of several lengths"
    loss, gradients = network.loss_and_gradients(x, y)
    w = network.weights

    tables = {n: to_torch(w[f"{n}/embeddings"]).requires_grad_() for n in ("embedding_1", "embedding_2")}
    encoder, decoder = lstm_of(w, "lstm_1", 8, 6), lstm_of(w, "lstm_2", 8, 6)
    kernel = to_torch(w["dense_1/kernel"]).requires_grad_()
    bias = to_torch(w["dense_1/bias"]).requires_grad_()
    rows = []
    for source, target in zip(x, y, strict=True):  # sample by sample, so that nothing is padded
        letters, wanted = source[source != 0], target[target != 0]
        _, state = encoder(tables["embedding_1"][torch.tensor(letters)][None])
        previous = torch.tensor([1, *wanted[:-1]])
        steps, _ = decoder(tables["embedding_2"][previous][None], state)
        rows.append(
            torch.nn.functional.cross_entropy(
                steps[0] @ kernel + bias, torch.tensor(wanted), reduction="none"
            )
        )
    expected = torch.cat(rows).mean()
    expected.backward()

    assert loss == pytest.approx(float(expected.detach()), rel=1e-12)
    found = {
        "embedding_1/embeddings": tables["embedding_1"].grad,
        "embedding_2/embeddings": tables["embedding_2"].grad,
        "dense_1/kernel": kernel.grad,
        "dense_1/bias": bias.grad,
    }
    for name, lstm in (("lstm_1", encoder), ("lstm_2", decoder)):
        found[f"{name}/kernel"] = lstm.weight_ih_l0.grad.T
        found[f"{name}/recurrent_kernel"] = lstm.weight_hh_l0.grad.T
        found[f"{name}/bias"] = lstm.bias_ih_l0.grad
    assert set(found) == set(gradients)
    for name, gradient in found.items():
        np.testing.assert_allclose(gradients[name], gradient.numpy(), rtol=1e-9, atol=1e-12, err_msg=name)
