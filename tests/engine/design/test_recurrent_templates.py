"""The templates of recurrent networks at small size: what they claim holds, and for the reason that they give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine.data import load as load_data
from engine.design import edits as e
from engine.design import templates
from engine.design.design import Design
from engine.training import evaluate
from engine.training.observe import Observer


def shorter(name: str, **training: Any) -> Design:
    design = templates.load(name)
    design.apply(e.SetSection("training", design.training.replace(**training)))
    return design


def trained(design: Design, **data: Any) -> tuple[Any, Any, list[Any]]:
    """Train and return (network, data, the looks at the gradient through time: first step over last)."""
    assert design.data is not None
    loaded = load_data(design.data.replace(**data))
    network = engine.compile(design)
    observer = Observer(network, every=25, kept=1000)
    for _ in engine.fit(network, loaded, design.training, observer=observer):
        pass
    curves = [found.values[0] for seen in observer.take() for found in seen.through_time.values()]
    return network, loaded, [values[0] / values[-1] for values in curves if values[-1]]


def test_the_simple_one_can_not_add_because_its_gradient_vanishes() -> None:
    network, data, ratios = trained(shorter("adding-rnn", epochs=6))
    assert 0.15 < evaluate(network, data.validation)["loss"] < 0.18

    assert np.median(ratios) < 1e-6, "now and then it grows instead, for a moment"


def test_the_one_with_a_memory_adds_once_its_gradient_arrives() -> None:
    network, data, ratios = trained(shorter("adding-lstm", epochs=7))
    assert evaluate(network, data.validation)["loss"] < 0.02
    assert ratios[2] < 1e-4
    assert ratios[-1] > 0.1


def test_both_are_the_same_in_everything_else() -> None:
    simple, memory = templates.load("adding-rnn"), templates.load("adding-lstm")
    assert simple.data == memory.data
    assert simple.training == memory.training
    layers = [[node.layer for node in design.nodes.values()] for design in (simple, memory)]
    assert [a for a, b in zip(*layers, strict=True) if a != b] == [simple.node_named("plain").layer]


def test_the_forecast_beats_what_needs_no_network() -> None:
    network, data, _ = trained(shorter("forecast", epochs=6))
    x, y = data.validation.x[..., 0], data.validation.y[:, 0]
    last, day = np.mean((x[:, -1] - y) ** 2), np.mean((x[:, -24] - y) ** 2)
    assert last == pytest.approx(0.229, abs=0.001)
    assert day == pytest.approx(0.306, abs=0.001)
    assert evaluate(network, data.validation)["loss"] < last / 4


@pytest.mark.parametrize(
    ("name", "limit", "figure", "least", "most"),
    [
        ("surnames", 4000, "accuracy", 0.5, 1.0),
        ("names", 4000, "loss", 1.0, 2.6),
        ("shakespeare", 1200, "loss", 1.0, 3.2),
    ],
)
def test_templates_on_real_text_learn(
    gradloom_data: object, name: str, limit: int, figure: str, least: float, most: float
) -> None:
    design = shorter(name, epochs=1, batch_size=32, schedule="constant")
    network, data, _ = trained(design, limit=limit)
    assert least < evaluate(network, data.validation)[figure] < most
    outputs: list[Any] = [node.layer for node in design.nodes.values() if node.type == "Dense"]
    assert outputs[-1].units == data.output_units, "the design fits the data that is there"
