"""Whole networks: loss and every gradient in float32 within 1e-5 of what PyTorch computed (recorded)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import engine
from tests.reference.networks import CASES

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "pytorch.npz"
TOLERANCE = 1e-5


@pytest.mark.parametrize("name", CASES)
def test_loss_and_gradients_are_those_of_pytorch(name: str) -> None:
    case = CASES[name]()
    network = engine.compile(case.design, seed=0)
    with np.load(GOLDEN) as recorded:
        parts = {key: recorded[key] for key in recorded.files if key.startswith(f"{name}|")}
    network.load_weights({k.split("|")[2]: a for k, a in parts.items() if "|weight|" in k})
    loss, gradients = network.loss_and_gradients(case.x, case.y)
    assert loss == pytest.approx(float(parts[f"{name}|loss"]), rel=TOLERANCE)
    frozen = {n.name for n in case.design.nodes.values() if n.frozen}
    compared = 0
    for key, expected in parts.items():
        if "|gradient|" not in key or key.split("|")[2].split("/")[0] in frozen:
            continue
        computed = gradients[key.split("|")[2]]
        scale = max(float(np.linalg.norm(expected)), 1e-6)
        assert np.linalg.norm(computed - expected) / scale < TOLERANCE, key
        compared += 1
    assert compared == len(gradients)
