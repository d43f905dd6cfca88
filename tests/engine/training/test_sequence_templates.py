"""The sequence-to-sequence templates at small size: each gets well on its way in a second or two."""

from __future__ import annotations

from typing import Any

import numpy as np

import engine
from engine.data import DataSettings, load
from engine.design import templates


def trained(name: str, *, epochs: int, **options: Any) -> tuple[engine.Network, Any, list[dict[str, float]]]:
    design = templates.load(name)
    assert design.data is not None
    settings: DataSettings = design.data.replace(options={**design.data.options, **options})
    data = load(settings)
    network = engine.compile(design)
    figures = [
        snapshot.validation or {}
        for snapshot in engine.fit(network, data, design.training.replace(epochs=epochs))
        if snapshot.epoch_ended
    ]
    return network, data, figures


def test_letters_are_turned_round() -> None:
    network, data, figures = trained("reverse-letters", epochs=8, samples=2000)
    assert figures[-1]["sequence_accuracy"] > 0.5
    assert engine.generate(network, "abc", data=data)[0].text == "cba"


def test_dates_are_read() -> None:
    network, data, figures = trained("dates", epochs=5, samples=2000)
    assert figures[-1]["accuracy"] > 0.6
    (found,) = engine.generate(network, "12.10.1985", data=data, beam=4)
    assert found.text.startswith("19")
    assert found.ended


def test_an_output_recurrent_network_is_right_free_only_after_it_is_right_with_the_truth() -> None:
    network, data, figures = trained("output-recurrent", epochs=40)
    assert figures[-1]["free_accuracy"] == 1.0
    first = [
        next(i for i, row in enumerate(figures) if row[name] == 1.0) for name in ("accuracy", "free_accuracy")
    ]
    assert first[0] + 3 < first[1], "the free run holds epochs later"
    free = np.asarray(network.predict(np.asarray(data.validation.x)))[..., 0] > 0.5
    assert np.array_equal(free, data.validation.y)


def test_phrases_are_learnt_by_heart(gradloom_data: object) -> None:
    network, data, figures = trained("english-french", epochs=4)
    assert figures[-1]["accuracy"] > 0.4
    assert engine.generate(network, "Go on.", data=data, beam=5)[0].text
