"""Every loss against recorded Keras 3, plain and with sample weights (tests/reference/keras_losses.py)."""

from __future__ import annotations

import numpy as np
import pytest

from engine.losses import losses
from tests.reference.keras_losses import CASES, GOLDEN, SHAPES, predicted, problem

RECORDED = np.load(GOLDEN)
CROSS_ENTROPIES_OF_ROWS = ("categorical_crossentropy", "sparse_categorical_crossentropy", "kl_divergence")


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", CASES)
def test_agrees_with_keras(name: str, shape: tuple[int, ...]) -> None:
    ours, _, settings, _ = CASES[name]
    z, t, weights = problem(name, shape)
    p = predicted(name, z)
    loss = losses.get({"name": ours, **settings})
    for label, coefficients in (("plain", None), ("weighted", weights / weights.size)):
        gradient = np.empty_like(p)
        kernel = loss.bind(p, t, gradient, coefficients)
        recorded = f"{name}|{len(shape)}|{label}"
        assert kernel.value() == pytest.approx(float(RECORDED[f"{recorded}|value"]), rel=1e-6, abs=1e-9)
        assert kernel.backward is not None
        kernel.backward()
        theirs = RECORDED[f"{recorded}|gradient"]
        if ours in CROSS_ENTROPIES_OF_ROWS:
            # Keras divides the probabilities by their sum first: its gradient lies along the simplex. Ours is compared
            # there too, which is where a softmax sends it.
            gradient, theirs = (g - (g * p).sum(-1, keepdims=True) for g in (gradient, theirs))
        np.testing.assert_allclose(gradient, theirs, rtol=2e-6, atol=1e-9)
