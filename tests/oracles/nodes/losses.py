"""Cross-entropies, with weights of classes and labels that do not count."""

from __future__ import annotations

import numpy as np

import engine
from engine.design import Design
from engine.losses import losses
from tests.oracles.adapter import Array, Node, first, last, runs
from tests.oracles.nodes.activations import activate

NAME = "sparse_categorical_crossentropy"
CHUNK = 64
"""Rows at a time where each row's own loss is wanted."""


@runs("SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss")
def cross_entropy(node: Node) -> list[Array | None]:
    (x, labels), class_weights = node.arrays(2), node.input(2)
    moved = last(x)
    rows = moved.reshape(-1, moved.shape[-1])
    targets = labels.reshape(-1).astype(np.int64)
    fused = node.operator == "SoftmaxCrossEntropyLoss"
    # What is given as log-probabilities need be none in these cases; the loss of -x is that of the log-probabilities
    # x - s, with s = ln(sum of exp(x)), less s.
    surplus = np.zeros(len(rows), rows.dtype) if fused else np.log(np.exp(rows).sum(axis=1))
    predictions = activate(rows, "softmax") if fused else np.exp(rows - surplus[:, None])
    real = targets != node.get("ignore_index", np.iinfo(np.int64).min)
    targets = np.where(real, targets, 0)
    weights = np.ones(len(rows), rows.dtype) if class_weights is None else class_weights[targets]
    weights = np.where(real, weights, 0).astype(rows.dtype)
    reduction = node.get("reduction", "mean")
    if reduction == "none":
        loss = weights * (_each(rows if fused else None, predictions, targets) - surplus)
        result = loss.reshape(labels.shape)
    elif reduction == "mean" and class_weights is None and real.all() and fused:
        result = np.array(_whole(rows, targets))
    else:
        shares = weights / (weights.sum() if reduction == "mean" else 1)
        loss = _weighted(rows if fused else None, predictions, targets, shares)
        result = np.array(loss - shares @ surplus)
    return [result.astype(x.dtype), first(np.log(predictions).reshape(moved.shape))]


def _whole(rows: Array, targets: Array) -> float:
    """Return the loss of a compiled network that ends in softmax."""
    design = Design()
    x = design.add("Input", shape=rows.shape[1:])
    design.add("Output", design.add("Activation", x, function="softmax"), loss=NAME)
    network = engine.compile(design, seed=0)
    plan = network.plan(len(rows), training=True)
    network.feed(plan, rows, targets)
    plan.forward()
    return plan.loss()


def _weighted(logits: Array | None, predictions: Array, targets: Array, weights: Array) -> float:
    loss = losses.get(NAME)
    if logits is None:
        return loss.bind(predictions, targets, None, weights).value()
    return loss.bind_fused("softmax", logits, predictions, targets, None, weights).value()


def _each(logits: Array | None, predictions: Array, targets: Array) -> Array:
    """Return the loss of every row: each in turn has all the weight."""
    loss, found = losses.get(NAME), np.empty(len(predictions), predictions.dtype)
    for start in range(0, len(found), CHUNK):
        part = slice(start, start + CHUNK)
        weights = np.zeros(len(found[part]), predictions.dtype)
        if logits is None:
            kernel = loss.bind(predictions[part], targets[part], None, weights)
        else:
            kernel = loss.bind_fused("softmax", logits[part], predictions[part], targets[part], None, weights)
        for row in range(len(weights)):
            weights[row] = 1
            found[start + row] = kernel.value()
            weights[row] = 0
    return found
