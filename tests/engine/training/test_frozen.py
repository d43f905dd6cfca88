"""What is frozen stays as it is, bit for bit, under every optimizer and everything else that moves weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine.optimizers import optimizers
from engine.training import fit
from tests.engine.training.networks import classifier, points

DATA = points(48)
FROZEN = ("dense_1", "batch_normalization_1", "dense_3")
L2: dict[str, Any] = {"kernel_regularizer": {"name": "l2", "factor": 0.1}}
HIDDEN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Dense", {"units": 5, "bias_initializer": "ones", **L2}),
    ("BatchNormalization", {}),
    ("Dense", {"units": 6, "activation": "tanh", **L2}),
    ("BatchNormalization", {}),
    ("Dense", {"units": 4, "activation": "relu", "bias_initializer": "ones", **L2}),
    ("LayerNormalization", {}),
)


def design_with(optimizer: Any, **training: Any) -> engine.Design:
    design = classifier(hidden=HIDDEN, epochs=3, optimizer=optimizer, **training)
    for node in list(design.nodes.values()):
        if node.name in FROZEN:
            design.nodes[node.id] = node.with_(frozen=True)
    return design


@pytest.mark.parametrize("decay_kernels_only", [True, False])
@pytest.mark.parametrize("name", optimizers.names())
def test_frozen_layers_are_the_same_after_training(name: str, decay_kernels_only: bool) -> None:
    optimizer = {
        "name": name,
        "learning_rate": 0.05,
        "weight_decay": 0.1,
        "decay_kernels_only": decay_kernels_only,
    }
    design = design_with(
        optimizer,
        use_ema=True,
        ema_momentum=0.8,
        ema_overwrite_frequency=4,
        clip="norm",
        schedule="one_cycle",
    )
    network = engine.compile(design)
    before = {key: array.copy() for key, array in network.weights.items()}
    for _ in fit(network, (DATA.x, DATA.y, DATA.x, DATA.y)):
        pass
    for key, array in network.weights.items():
        same = array.tobytes() == before[key].tobytes()
        assert same == (key.partition("/")[0] in FROZEN), key


def test_the_average_leaves_what_is_frozen() -> None:
    """The average of the weights never reaches what is frozen, not even where it was changed by hand before."""
    network = engine.compile(design_with("adam", use_ema=True))
    network.weights["dense_1/kernel"][...] = np.pi
    for _ in fit(network, (DATA.x, DATA.y)):
        pass
    assert (network.weights["dense_1/kernel"] == np.float32(np.pi)).all()
