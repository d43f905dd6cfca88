"""Theory against what can be counted and worked out by hand."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import pytest

import engine
from engine.analysis import (
    linear_map,
    linear_regions,
    polygon,
    region_bound,
    region_growth,
    regions_of_one_layer,
    widened,
    width_results,
)
from engine.analysis.piecewise import PiecewiseProbe
from engine.core.errors import DesignError
from engine.data import DataSettings, load
from engine.design import Design


def relu_network(inputs: int, *widths: int, activation: Any = "relu", outputs: int = 1) -> Design:
    design = Design()
    h = design.add("Input", shape=(inputs,))
    for units in widths:
        h = design.add("Dense", h, units=units, activation=activation, bias_initializer="random_normal")
    design.add("Output", design.add("Dense", h, units=outputs), loss="mean_squared_error")
    return design


def probe_of(design: Design, seed: int = 0) -> PiecewiseProbe:
    return PiecewiseProbe(engine.compile(design, seed=seed, dtype="float64"))


def test_the_knots_of_one_hidden_layer_are_where_its_units_pass_zero() -> None:
    network = engine.compile(relu_network(1, 9), seed=4, dtype="float64")
    network.parameters["dense_1/bias"][...] = np.random.default_rng(1).uniform(-1, 1, 9)
    line = polygon(PiecewiseProbe(network), 0.0, 1.0)
    expected = -network.parameters["dense_1/bias"] / network.parameters["dense_1/kernel"][0]
    inside = np.sort(expected[(expected > 0) & (expected < 1)])
    np.testing.assert_allclose([knot.x for knot in line.knots], inside, rtol=1e-12)
    units = [knot.unit for knot in line.knots]
    np.testing.assert_allclose(expected[units], [knot.x for knot in line.knots], rtol=1e-12)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
@pytest.mark.parametrize("seed", range(3))
def test_a_deep_network_is_its_polygon_everywhere(activation: str, seed: int) -> None:
    network = engine.compile(relu_network(1, 7, 6, 5, activation=activation), seed=seed, dtype="float64")
    for name, array in network.parameters.items():
        if name.endswith("bias"):
            array[...] = 0.3 * np.random.default_rng(seed).standard_normal(array.shape)
    line = polygon(PiecewiseProbe(network), -2.0, 2.0)
    x = np.linspace(-2, 2, 1001)
    drawn = np.interp(x, line.x, line.y[:, 0])
    np.testing.assert_allclose(np.asarray(network.predict(x[:, None]))[:, 0], drawn, atol=1e-12)
    assert len(line.knots) >= 5


def test_one_layer_in_general_position_makes_as_many_regions_as_the_bound_allows() -> None:
    network = engine.compile(relu_network(2, 6), seed=2, dtype="float64")
    found = linear_regions(PiecewiseProbe(network), (-1e4, -1e4), (1e4, 1e4))
    assert len(found) == regions_of_one_layer(6, 2) == 1 + 6 + 15
    assert found.complete


@pytest.mark.parametrize("seed", range(3))
def test_the_regions_are_the_patterns_that_sampling_finds(seed: int) -> None:
    network = engine.compile(relu_network(2, 5, 4), seed=seed, dtype="float64")
    for name, array in network.parameters.items():
        if name.endswith("bias"):
            array[...] = np.random.default_rng(seed).standard_normal(array.shape) * 0.5
    probe = PiecewiseProbe(network)
    found = linear_regions(probe, (-3, -3), (3, 3))
    side = np.linspace(-3, 3, 500)
    points = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    patterns = np.concatenate([probe.ask(points, node) > 0 for node in probe.bending], axis=1)
    sampled = len(np.unique(patterns, axis=0))
    # A grid misses slivers.
    assert sampled <= len(found) <= sampled + 6
    areas = [_area(piece) for piece in found.pieces]
    assert sum(areas) == pytest.approx(36, rel=1e-9)
    assert len(found) <= region_bound((5, 4), 2)


def _area(piece: Any) -> float:
    x, y = piece[:, 0], piece[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def test_counting_stops_where_it_gets_too_much() -> None:
    found = linear_regions(probe_of(relu_network(2, 40, 40)), (-1, -1), (1, 1), most=50)
    assert not found.complete
    assert len(found) >= 50


def test_bounds_are_those_of_the_books() -> None:
    assert regions_of_one_layer(3, 2) == 7
    assert regions_of_one_layer(4, 10) == 2**4
    assert regions_of_one_layer(10, 2) == sum(comb(10, i) for i in range(3)) == 56
    assert region_bound((3, 3), 2) == 7 * 7
    assert region_growth(4, 3, 2) == pytest.approx((4 / 2) ** (2 * 2) * 4**2)
    assert region_growth(4, 6, 2) > regions_of_one_layer(24, 2), "the same units, deep, beat one layer"


def test_linear_layers_are_one_linear_map() -> None:
    network = engine.compile(relu_network(6, 5, 4, activation="linear", outputs=3), dtype="float64")
    for name, array in network.parameters.items():
        if name.endswith("bias"):
            array += 0.1
    found = linear_map(PiecewiseProbe(network))
    assert found is not None
    w = [network.parameters[f"dense_{i}/kernel"] for i in (1, 2, 3)]
    np.testing.assert_allclose(found.matrix, w[0] @ w[1] @ w[2], atol=1e-14)
    assert found.difference < 1e-14
    assert found.rank == 3
    assert linear_map(probe_of(relu_network(2, 3))) is None


def test_what_is_not_made_of_straight_pieces_is_named() -> None:
    with pytest.raises(DesignError, match="dense_1 ends in tanh"):
        probe_of(relu_network(1, 3, activation="tanh"))
    design = Design()
    h = design.add("LayerNormalization", design.add("Input", shape=(2,)))
    design.add("Output", design.add("Dense", h, units=1), loss="mean_squared_error")
    with pytest.raises(DesignError, match="LayerNormalization"):
        probe_of(design)


def test_more_units_come_nearer_to_the_function() -> None:
    design = relu_network(1, 4)
    design.data = DataSettings(source="unit_interval", options={"samples": 64}, validation_fraction=0.0)
    design.training = design.training.replace(
        epochs=1500, batching="full_batch", optimizer={"name": "adam", "learning_rate": 0.02}
    )
    assert widened(design, 7).nodes["dense_1"].layer.units == 7
    assert widened(design, 7).nodes["dense_2"].layer.units == 1
    results = list(width_results(design, load(design.data), widths=(1, 4, 16), starts=2))
    errors = [result.error for result in results]
    assert errors[0] > 2 * errors[2]
    assert all(result.largest >= result.error for result in results)
