"""Whole networks, small enough to record, that between them use every kind of layer and loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.design import Design

Array = NDArray[Any]


class Case(NamedTuple):
    """A design with a batch to run it on."""

    design: Design
    x: Array
    y: Array


def _classes(random: np.random.Generator, count: int, classes: int) -> Array:
    return np.eye(classes, dtype=np.float32)[random.integers(0, classes, count)]


def mlp() -> Case:
    """Dense layers with four activations, L2, softmax with cross-entropy."""
    random, design = np.random.default_rng(1), Design("mlp")
    h = design.add("Input", shape=(7,))
    for units, activation in ((9, "relu"), (8, "tanh"), (6, "sigmoid"), (5, "gelu")):
        h = design.add("Dense", h, units=units, activation=activation, kernel_regularizer="l2")
    design.add("Output", design.add("Dense", h, units=3, activation="softmax"))
    return Case(design, random.standard_normal((11, 7)).astype(np.float32), _classes(random, 11, 3))


def activations() -> Case:
    """Every smooth activation once, with mean squared error."""
    random, design = np.random.default_rng(2), Design("activations")
    h = design.add("Input", shape=(6,))
    for name in ("elu", "selu", "softplus", "softsign", "swish", "leaky_relu"):
        h = design.add("Activation", design.add("Dense", h, units=6), function=name)
    design.add("Output", design.add("Dense", h, units=2), loss="mean_squared_error")
    x, y = random.standard_normal((9, 6)), random.standard_normal((9, 2))
    return Case(design, x.astype(np.float32), y.astype(np.float32))


def convolutional() -> Case:
    """Convolutions with both paddings, strides and dilation, both poolings, batch normalization."""
    random, design = np.random.default_rng(3), Design("convolutional")
    h = design.add("Input", shape=(12, 10, 2))
    h = design.add("Conv2D", h, filters=4, kernel_size=(3, 3), padding="same", activation="relu")
    h = design.add("BatchNormalization", h)
    h = design.add("MaxPooling2D", h, pool_size=(2, 2))
    h = design.add(
        "Conv2D", h, filters=5, kernel_size=(3, 2), strides=(2, 1), padding="same", activation="tanh"
    )
    h = design.add("Conv2D", h, filters=4, kernel_size=(2, 2), dilation_rate=(1, 2), padding="valid")
    h = design.add("AveragePooling2D", h, pool_size=(2, 2))
    h = design.add("Flatten", h)
    design.add("Output", design.add("Dense", h, units=4, activation="softmax"))
    return Case(design, random.standard_normal((6, 12, 10, 2)).astype(np.float32), _classes(random, 6, 4))


def residual() -> Case:
    """Two residual branches, layer normalization, concatenation, multiplication, global pooling."""
    random, design = np.random.default_rng(4), Design("residual")
    x = design.add("Input", shape=(6, 6, 3))
    a = design.add("Conv2D", x, filters=4, kernel_size=(3, 3), padding="same", activation="relu")
    b = design.add("LayerNormalization", a)
    b = design.add("Conv2D", b, filters=4, kernel_size=(1, 1))
    c = design.add("Add", [a, b])
    gate = design.add("Conv2D", c, filters=4, kernel_size=(3, 3), padding="same", activation="sigmoid")
    d = design.add("Multiply", [c, gate])
    e = design.add("Concatenate", [d, a, x])
    g = design.add("GlobalAveragePooling2D", e)
    design.add("Output", design.add("Dense", g, units=1, activation="sigmoid"), loss="binary_crossentropy")
    y = random.integers(0, 2, (8, 1)).astype(np.float32)
    return Case(design, random.standard_normal((8, 6, 6, 3)).astype(np.float32), y)


def regression() -> Case:
    """Huber loss on a shared trunk; a frozen first layer."""
    random, design = np.random.default_rng(5), Design("regression")
    h = design.add("Input", shape=(5,))
    h = design.add("Dense", h, units=8, activation="tanh", frozen=True)
    h = design.add("Dense", h, units=8, activation="relu", kernel_regularizer="l1")
    design.add("Output", design.add("Dense", h, units=2), loss="huber")
    x, y = random.standard_normal((10, 5)), 3 * random.standard_normal((10, 2))
    return Case(design, x.astype(np.float32), y.astype(np.float32))


CASES: dict[str, Callable[[], Case]] = {
    case.__name__: case for case in (mlp, activations, convolutional, residual, regression)
}
