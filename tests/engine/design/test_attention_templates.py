"""The templates of attention, at a small size: they learn what they are there for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import engine
from engine.data import load as load_data
from engine.design import templates
from engine.design.design import Design
from engine.training import evaluate
from engine.training.predictions import Predictor
from engine.training.writing import generate


def shortened(name: str, *, epochs: int, limit: int) -> Design:
    """Return a template that trains on fewer samples for a shorter time."""
    design = templates.load(name)
    assert design.data is not None
    design.data = design.data.replace(limit=limit)
    design.training = design.training.replace(epochs=epochs)
    return design


def test_the_transformer_writes_words(tmp_path: Path) -> None:
    design = shortened("transformer", epochs=3, limit=900)
    network, data = engine.compile(design), load_data(design.data)
    untrained = evaluate(network, data.validation)["loss"]
    assert untrained > np.log(27)
    for _ in engine.fit(network, data, design.training):
        pass
    assert evaluate(network, data.validation)["loss"] < 0.75
    (text,) = generate(network, "the ", data=data, length=40, temperature=0.0)
    assert text.text.split()[0] in {"small", "old", "hungry", "quiet", "cat", "dog", "bird", "child", "king",
                                    "cats", "dogs", "birds", "children", "kings"}  # fmt: skip
    attention = design.node_named("attention_2").id
    maps = Predictor(network, data, attention).compute()["weights"]
    assert not np.triu(maps, 1).any(), "no step sees a later one"


def test_surnames_are_told_better_than_by_the_commonest(gradloom_data: Path) -> None:
    design = shortened("surnames-attention", epochs=4, limit=4000)
    network, data = engine.compile(design), load_data(design.data)
    for _ in engine.fit(network, data, design.training):
        pass
    commonest = np.bincount(data.validation.y).max() / len(data.validation)
    assert evaluate(network, data.validation)["accuracy"] > commonest + 0.1


def test_shakespeare_is_learnt_beyond_how_frequent_characters_are(gradloom_data: Path) -> None:
    design = shortened("shakespeare-attention", epochs=1, limit=1500)
    network, data = engine.compile(design), load_data(design.data)
    for _ in engine.fit(network, data, design.training):
        pass
    assert evaluate(network, data.validation.take(slice(200)))["loss"] < 3.2
