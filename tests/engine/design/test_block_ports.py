"""The ports of blocks: their order, and what passes through them."""

from __future__ import annotations

import numpy as np

import engine
from engine.design import edits as e
from engine.design.blocks import Block, BlockInput, BlockOutput
from engine.design.checks import problems_of
from engine.design.design import Design
from engine.design.inference import infer
from engine.layers.base import layers
from tests.engine.design.test_blocks import node, wire


def test_ports_stand_in_the_order_in_which_their_nodes_lie() -> None:
    design = Design()
    places = {"low": (0.0, 200.0), "high": (0.0, 0.0), "deep": (500.0, 300.0), "top": (500.0, -10.0)}
    layers_of = {"low": BlockInput(), "high": BlockInput(), "deep": BlockOutput(), "top": BlockOutput()}
    nodes = tuple(node(name, layer, position=places[name]) for name, layer in layers_of.items())
    edges = (wire("low", "deep"), wire("high", "top"))
    design.apply(e.AddBlock(Block(id="crossed", name="Crossed", nodes=nodes, edges=edges)))
    small, large = design.add("Input", shape=(2,)), design.add("Input", shape=(3,))
    both = design.add("crossed", [small, large])
    assert [port.name for port in both.layer.INPUTS] == ["high", "low"]
    assert infer(design).outputs[both.id] == ((2,), (3,))
    design.apply(e.EditBlock("crossed", e.ReplaceNode(nodes[3].with_(position=(500.0, 900.0)))))
    assert [port.name for port in design.nodes[both.id].layer.OUTPUTS] == ["deep", "top"]
    assert infer(design).outputs[both.id] == ((3,), (2,))


def test_ids_masks_and_optional_states_pass_through_blocks() -> None:
    design = Design(seed=1)
    words = design.add("Input", shape=(6,), dtype="int")
    known = design.add("Embedding", words, input_dim=9, output_dim=5, mask_zero=True)
    last = design.add("LSTM", known, units=4)
    reader = design.group([known, last], name="Reader")
    design.add("Output", design.add("Dense", reader, units=2), loss="mean_squared_error")
    assert problems_of(design) == []
    network = engine.compile(design, dtype="float64")
    random = np.random.default_rng(0)
    x, y = random.integers(1, 9, (3, 6)), random.normal(size=(3, 2))
    padded = x.copy()
    padded[:, 4:] = 0
    assert max(engine.check_gradients(network, padded, y).values()) < 1e-6
    longer = np.concatenate([padded[:, :4], x[:, 4:]], axis=1)
    assert not np.allclose(network.predict(padded), network.predict(longer))


def test_states_are_wired_in_order_also_through_ports() -> None:
    gates = {"x": "input", "h": "hidden", "c": "cell"}
    nodes = (
        *(node(name, BlockInput()) for name in gates),
        node("lstm", layers["LSTM"].validated({"units": 4})),
    )
    edges = tuple(wire(name, "lstm", target_port=port) for name, port in gates.items())
    block = Block(
        id="cell", name="Cell", nodes=(*nodes, node("y", BlockOutput())), edges=(*edges, wire("lstm", "y"))
    )
    design = Design(seed=1)
    design.apply(e.AddBlock(block))
    cell = design.add("cell", design.add("Input", shape=(6, 3)))
    design.add("Output", design.add("Dense", cell, units=2), loss="mean_squared_error")
    assert [port.optional for port in cell.layer.INPUTS] == [False, True, True]
    assert problems_of(design) == []
    state = design.add("Input", shape=(4,))
    design.connect(state, cell, target_port="c")
    assert [(p.code, p.inside) for p in problems_of(design)] == [("missing_wire", ("lstm",))]
    design.connect(state, cell, target_port="h")
    assert problems_of(design) == []
