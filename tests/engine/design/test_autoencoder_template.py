"""The template of an autoencoder at small size: its target is its own input, and its code is what the view shows."""

from __future__ import annotations

import numpy as np

import engine
from engine.data import load as load_data
from engine.design import templates
from engine.training import evaluate
from engine.training.predictions import Predictor


def test_the_autoencoder_learns_and_shows_its_code() -> None:
    design = templates.load("autoencoder")
    data = load_data(design.data)
    network = engine.compile(design)
    for _ in engine.fit(network, data, design.training.replace(epochs=8)):
        pass
    flat = data.train.x.reshape(len(data.train.x), -1)
    assert data.test is not None
    of_the_mean = float(np.square(data.test.x.reshape(-1, 64) - flat.mean(axis=0)).mean())
    assert evaluate(network, data.test)["loss"] < 0.7 * of_the_mean
    predictor = Predictor(network, data)
    assert predictor.about["kind"] == "reconstruction"
    assert predictor.about["code"]["name"] == "code"
    assert predictor.about["code"]["size"] == 2
    value = predictor.compute()
    assert value["codes"].std(axis=0).min() > 0.1
