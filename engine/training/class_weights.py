"""How much each class counts in the training loss."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.core.errors import TrainingError
from engine.design.settings import TrainingSettings
from engine.training.targets import BoundData

Array = NDArray[Any]


def class_weights_of(network: Network, data: BoundData, settings: TrainingSettings) -> dict[str, Array]:
    """Return how much each class counts at each output that tells classes apart: output node id -> (C,).

    Formula: balanced gives class c samples / (C * samples of c), so that every class has the same share of the loss;
    a class without samples counts 1. Source: King and Zeng 2001, Logistic regression in rare events data.
    Raises TrainingError where no output tells classes apart, or one has other classes than there are weights.
    """
    if settings.class_weight == "none":
        return {}
    found: dict[str, Array] = {}
    for node_id in network.outputs:
        counts = _count_classes(network, data, node_id)
        if counts is None:
            continue
        if settings.class_weight == "balanced":
            weights = np.where(counts > 0, counts.sum() / (len(counts) * np.maximum(counts, 1)), 1.0)
        else:
            weights = np.asarray(settings.class_weight_values, float)
        if len(weights) != len(counts):
            name = network.design.nodes[node_id].name
            raise TrainingError(
                f"There are {len(weights)} class weights, but {name} tells {len(counts)} classes apart: "
                f"give {len(counts)}, in the order of the classes.",
                node=node_id,
            )
        found[node_id] = weights.astype(network.dtype)
    if not found:
        raise TrainingError(
            "Class weights need an output that tells classes apart, with a cross-entropy as its loss. "
            "Set class_weight to none."
        )
    return found


def _count_classes(network: Network, data: BoundData, node_id: str) -> Array | None:
    """Return how many samples (or steps of samples) each class has, or None where an output has no classes."""
    loss, shape = network.losses[node_id], network.inference.inputs[node_id][0]
    if node_id in data.labels or (loss.TARGET == "index" and node_id in data.targets):
        numbers = data.labels.get(node_id, data.targets.get(node_id))
        assert numbers is not None
        return np.bincount(numbers.reshape(-1), minlength=shape[-1]).astype(float)
    if node_id not in data.targets or node_id in data.reconstructed:
        return None
    rows = data.targets[node_id].reshape(-1, shape[-1] if shape else 1)
    if loss.NAME == "binary_crossentropy" and rows.shape[1] == 1:
        yes = np.count_nonzero(rows >= 0.5)
        return np.array([len(rows) - yes, yes], float)
    return rows.sum(axis=0, dtype=float) if loss.TARGET == "one_hot" else None
