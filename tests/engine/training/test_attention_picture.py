"""The map of an attention layer: whose weights it shows, by which names, and that asking moves nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine.core.errors import TrainingError
from engine.data import DataSettings, load
from engine.design.design import Design
from engine.training.predictions import Predictor


def design_of_sentences(**attention: Any) -> Design:
    design = Design("looking")
    design.data = DataSettings(source="sentences", options={"samples": 60}, test_fraction=0.1)
    h = design.add("Input", shape=(65,), dtype="int")
    h = design.add("Embedding", h, input_dim=27, output_dim=8, mask_zero=True)
    h = design.add("PositionalEncoding", h)
    h = design.add("MultiHeadAttention", h, num_heads=2, key_dim=4, name="looks", **attention)
    h = design.add("Dense", h, units=27, activation="softmax")
    design.add("Output", h, loss="sparse_categorical_crossentropy")
    return design


def node_named(design: Design, name: str) -> str:
    return design.node_named(name).id


def test_the_map_of_a_causal_layer() -> None:
    design = design_of_sentences(use_causal_mask=True, dropout=0.5)
    network, data = engine.compile(design), load(design.data)
    for array in network.parameters.values():
        array *= 3
    streams, weights = network.random_states(), network.parameter_vector.copy()
    predictor = Predictor(network, data, node_named(design, "looks"))
    maps = predictor.compute()["weights"]
    assert predictor.fields == {"weights": ("float32", maps.shape)}
    assert maps.shape == (6, 2, 65, 65)
    assert predictor.about["kind"] == "attention"
    assert predictor.about["targets"] == ["mean of the heads", "head 1", "head 2"]
    assert predictor.about["parts"] == [["validation", 6, 6]]
    texts = ["".join(names) for names in predictor.about["queries"]]
    assert texts == ["".join(names) for names in predictor.about["keys"]]
    assert all(text.startswith("<start>the ") and text.endswith(".") for text in texts)
    for sample, names in zip(maps, predictor.about["keys"], strict=True):
        real = sum(name != "" for name in names)
        np.testing.assert_allclose(sample[:, :real].sum(-1), 1, rtol=1e-5)
        assert not sample[:, real:].any(), "padding looks at nothing"
        assert not sample[:, :, real:].any(), "nothing looks at padding"
        assert not np.triu(sample, 1).any(), "nothing looks ahead"
    assert network.random_states() == streams
    assert np.array_equal(network.parameter_vector, weights)
    assert Predictor(network, data, node_named(design, "looks"), "test").about["part"] == "test"


def test_names_of_the_steps_where_sequences_are_numbers() -> None:
    design = Design("numbers")
    design.data = DataSettings(source="adding_problem", options={"samples": 40, "steps": 6})
    x = design.add("Input", shape=(6, 2))
    h = design.add("Attention", x, name="looks")
    design.add("Output", design.add("Dense", design.add("Flatten", h), units=1), loss="mean_squared_error")
    predictor = Predictor(engine.compile(design), load(design.data), node_named(design, "looks"))
    assert predictor.about["keys"][0] == ["1", "2", "3", "4", "5", "6"]
    assert predictor.about["targets"] == ["head 1"]
    assert predictor.compute()["weights"].shape == (4, 1, 6, 6)


def test_a_layer_that_leads_nowhere_is_told() -> None:
    design = design_of_sentences()
    source = design.incoming(node_named(design, "looks"))[0].source
    design.add("Attention", source, name="aside")
    with pytest.raises(TrainingError, match="aside"):
        Predictor(engine.compile(design), load(design.data), node_named(design, "aside"))


def test_a_layer_inside_a_block() -> None:
    design = design_of_sentences()
    block = design.group([node_named(design, "looks")])
    network, data = engine.compile(design), load(design.data)
    inner = next(node_id for node_id in network.design.nodes if node_id.startswith(f"{block.id}/"))
    predictor = Predictor(network, data, inner)
    assert predictor.about["keys"][0][:2] == ["<start>", "t"]
    assert predictor.compute()["weights"].shape == (6, 2, 65, 65)
