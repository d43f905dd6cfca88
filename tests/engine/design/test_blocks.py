"""Blocks: definitions and instances, their edits, their files, and what they are once taken apart."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from engine.core.errors import DesignError, FileFormatError
from engine.design import edits as e
from engine.design.block_library import library, offered, offers
from engine.design.blocks import Block, BlockInput, BlockLayer, BlockOutput
from engine.design.checks import problems_of
from engine.design.design import Design
from engine.design.document_json import read_document, write_document
from engine.design.elements import Edge, Node
from engine.design.flatten import flatten
from engine.design.inference import infer
from engine.layers.base import Layer, layers


def node(name: str, layer: Layer, **flags: object) -> Node:
    return Node(id=name, name=name, layer=layer, **flags)  # type: ignore[arg-type]


def wire(source: str, target: str, source_port: str = "output", target_port: str = "input") -> Edge:
    return Edge(source=source, target=target, source_port=source_port, target_port=target_port)


def dense(units: int = 4, activation: str = "tanh") -> Layer:
    return layers["Dense"].validated({"units": units, "activation": activation})


def residual(units: int = 4) -> Block:
    nodes = (node("input", BlockInput()), node("dense_1", dense(units)), node("add_1", layers["Add"]()))
    edges = (wire("input", "dense_1"), wire("dense_1", "add_1", target_port="inputs"))
    edges += (wire("input", "add_1", target_port="inputs"), wire("add_1", "output"))
    return Block(id="residual", name="Residual", nodes=(*nodes, node("output", BlockOutput())), edges=edges)


def pair() -> Block:
    """Return a block of two residual blocks, one after the other: blocks in a block."""
    inner = BlockLayer(block="residual")
    nodes = (
        node("input", BlockInput()),
        node("first", inner),
        node("second", inner),
        node("output", BlockOutput()),
    )
    edges = (wire("input", "first"), wire("first", "second"), wire("second", "output"))
    return Block(id="pair", name="Pair", nodes=nodes, edges=edges)


def drawn(*blocks: str, **flags: object) -> Design:
    """Return Input, the instances in a row, Dense, Output."""
    design = Design("blocks", seed=3)
    design.apply(e.AddBlock(residual()))
    design.apply(e.AddBlock(pair()))
    before = design.add("Input", shape=(4,))
    for block in blocks:
        before = design.add(block, before)
    last = design.add("Dense", before, units=2)
    design.add("Output", last, loss="mean_squared_error")
    return design


def trained(design: Design, steps: int = 5) -> dict[str, np.ndarray]:
    network = engine.compile(design)
    random = np.random.default_rng(0)
    x, y = random.normal(size=(16, 4)), random.normal(size=(16, 2))
    for _ in range(steps):
        network.train_step(x, y, engine.optimizers.Adam(learning_rate=1e-2))
    return {name: array.copy() for name, array in network.weights.items()}


def by_hand(*instances: str) -> Design:
    """Return what `drawn("residual", ...)` stands for, every layer drawn by hand under its flat id."""
    design = Design("blocks", seed=3)
    before = design.add("Input", shape=(4,)).id
    for name in instances:
        for part, layer in (("dense_1", dense()), ("add_1", layers["Add"]())):
            design.apply(e.AddNode(node(f"{name}/{part}", layer)))
        design.apply(e.AddEdge(wire(before, f"{name}/dense_1")))
        design.apply(e.AddEdge(wire(f"{name}/dense_1", f"{name}/add_1", target_port="inputs")))
        design.apply(e.AddEdge(wire(before, f"{name}/add_1", target_port="inputs")))
        before = f"{name}/add_1"
    last = design.add("Dense", before, units=2)
    design.add("Output", last, loss="mean_squared_error")
    return design


# ---------------------------------------------------------------------- taken apart


def test_a_design_without_blocks_stays_the_same_object():
    design = by_hand()
    assert flatten(design).design is design


@pytest.mark.parametrize(
    ("blocks", "flat"),
    [
        (("residual",), ("residual_1",)),
        (("residual", "residual"), ("residual_1", "residual_2")),
        (("pair", "residual"), ("pair_1/first", "pair_1/second", "residual_1")),
    ],
)
def test_blocks_train_bit_for_bit_as_the_layers_drawn_by_hand(blocks: tuple[str, ...], flat: tuple[str, ...]):
    ours, theirs = trained(drawn(*blocks)), trained(by_hand(*flat))
    assert list(ours) == list(theirs)
    for name, array in ours.items():
        assert np.array_equal(array, theirs[name]), name


def test_flat_ids_lead_back_to_where_a_layer_was_drawn():
    flat = flatten(drawn("pair"))
    assert flat.paths["pair_1/second/dense_1"] == ("pair_1", "second", "dense_1")
    assert flat.paths["dense_1"] == ("dense_1",)
    assert flat.design.nodes["pair_1/second/dense_1"].name == "pair_1/second/dense_1"


def test_an_instance_that_shares_has_no_weights_of_its_own():
    design = drawn("pair", "pair")
    design.apply(e.ReplaceNode(design.nodes["pair_2"].with_(shares="pair_1")))
    network = engine.compile(design)
    assert not [name for name in network.weights if name.startswith("pair_2")]
    assert infer(design).parameter_count("pair_2") == 0
    flat = flatten(design).design
    assert flat.nodes["pair_2/first/dense_1"].shares == "pair_1/first/dense_1"
    assert max(engine.check_gradients(network, *_sample()).values()) < 1e-6


def test_sharing_goes_through_blocks_to_the_one_that_has_the_weights():
    design = drawn("pair", "pair")
    block = design.blocks["pair"]
    shared = next(n for n in block.nodes if n.id == "second").with_(shares="first")
    design.apply(e.EditBlock("pair", e.ReplaceNode(shared)))
    design.apply(e.ReplaceNode(design.nodes["pair_2"].with_(shares="pair_1")))
    flat = flatten(design).design
    owners = {n.shares for n in flat.nodes.values() if n.type == "Dense" and n.shares}
    assert owners == {"pair_1/first/dense_1"}
    assert problems_of(design) == []
    assert set(trained(design)) == {"pair_1/first/dense_1/kernel", "pair_1/first/dense_1/bias",
                                    "dense_1/kernel", "dense_1/bias"}  # fmt: skip


def test_a_frozen_instance_keeps_every_weight():
    design = drawn("pair", "residual")
    design.apply(e.ReplaceNode(design.nodes["pair_1"].with_(frozen=True)))
    before, after = engine.compile(design).weights, trained(design)
    still = {name for name, array in before.items() if np.array_equal(array, after[name])}
    assert still == {name for name in before if name.startswith("pair_1")}


def test_a_bypassed_instance_passes_its_input_on():
    design, plain = drawn("residual", "residual"), drawn("residual")
    design.apply(e.ReplaceNode(design.nodes["residual_2"].with_(bypassed=True)))
    ours, theirs = trained(design), trained(plain)
    assert all(np.array_equal(ours[name], theirs[name]) for name in theirs)
    assert ours.keys() == theirs.keys()


def test_one_value_may_arrive_at_two_ports():
    design = Design(seed=1)
    nodes = (
        node("a", BlockInput()),
        node("b", BlockInput()),
        node("add", layers["Add"]()),
        node("c", BlockOutput()),
    )
    edges = (wire("a", "add", target_port="inputs"), wire("b", "add", target_port="inputs"), wire("add", "c"))
    design.apply(e.AddBlock(Block(id="sum", name="Sum", nodes=nodes, edges=edges)))
    x = design.add("Input", shape=(4,))
    h = design.add("Dense", x, units=3, activation="tanh")
    twice = design.add("sum", [h, h])
    assert [edge.target_port for edge in design.incoming(twice.id)] == ["a", "b"]
    y = design.add("Dense", twice, units=2)
    design.add("Output", y, loss="mean_squared_error")
    network = engine.compile(design, dtype="float64")
    report = engine.check_gradients(network, *_sample())
    assert max(report.values()) < 1e-6


def test_a_port_without_a_wire_may_stay_so_where_nothing_insists_on_it():
    design = drawn("residual")
    design.apply(e.EditBlock("residual", e.AddNode(node("more", BlockInput()))))
    assert [(p.name, p.optional) for p in design.nodes["residual_1"].layer.INPUTS] == [
        ("input", False),
        ("more", True),
    ]
    assert [p.severity for p in problems_of(design)] == ["warning"]
    design.apply(e.EditBlock("residual", e.AddEdge(wire("more", "dense_1"))))
    assert not design.nodes["residual_1"].layer.INPUTS[1].optional


def _sample() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return random.normal(size=(5, 4)), random.normal(size=(5, 2))


# ---------------------------------------------------------------------- edits and files


def test_every_edit_of_blocks_has_an_exact_inverse():
    design = drawn("residual", "pair")
    extra = Block(id="extra", name="Extra", nodes=(node("x", BlockLayer(block="pair")),))
    edits = [
        e.AddBlock(extra, 0),
        e.EditBlock("residual", e.AddNode(node("side", BlockInput()), 1)),
        e.EditBlock("residual", e.AddEdge(wire("side", "add_1", target_port="inputs"), 0)),
        e.EditBlock("pair", e.ReplaceNode(node("first", BlockLayer(block="residual"), frozen=True))),
        e.ReplaceBlock(residual(units=3).with_(name="Other")),
        e.RemoveNode("output_1"),
        e.RemoveBlock("extra"),
    ]
    edits.insert(5, e.RemoveEdge(wire("dense_1", "output_1")))
    states, inverses = [design.copy()], []
    for edit in edits:
        inverses.append(design.apply(edit))
        states.append(design.copy())
        assert read_document(write_document(design)) == design
    for inverse, state in zip(reversed(inverses), reversed(states[:-1]), strict=True):
        design.apply(inverse)
        assert design == state


def test_a_block_that_would_hold_itself_is_refused_and_nothing_changes():
    design = drawn("pair")
    before = design.copy()
    for inner in ("residual", "pair"):
        with pytest.raises(DesignError, match="would contain itself"):
            design.apply(e.EditBlock("residual", e.AddNode(node("x", BlockLayer(block="pair")))))
        with pytest.raises(DesignError, match="would contain itself"):
            design.apply(e.EditBlock(inner, e.AddNode(node("x", BlockLayer(block=inner)))))
    with pytest.raises(DesignError, match="still has instances"):
        design.apply(e.RemoveBlock("residual"))
    assert design == before


def test_instances_have_the_ports_of_their_block_after_every_edit():
    design = drawn("pair")
    design.apply(e.EditBlock("residual", e.AddNode(node("more", BlockInput()))))
    inner = design.blocks["pair"].nodes[1].layer
    assert [port.name for port in inner.INPUTS] == ["input", "more"]
    assert BlockLayer.INPUTS == ()
    assert [port.name for port in design.nodes["pair_1"].layer.OUTPUTS] == ["output"]


def test_a_design_without_blocks_is_written_without_a_word_of_them():
    assert '"blocks": [' not in write_document(by_hand())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace('"block": "residual"}, "bypassed"', ""), ""),
        (lambda text: text.replace('"id": "pair",', '"id": "residual",'), "twice"),
        (lambda text: text.replace('"name": "Pair",', '"name": "Pair", "colour": 1,'), "no 'colour'"),
        (lambda text: text.replace('"name": "Pair",', '"name": "",'), "an id and a name"),
        (lambda text: text.replace('"block": "residual"', '"block": "pair"'), "contains itself"),
    ],
)
def test_a_damaged_block_is_named(change, words: str):
    text = change(write_document(drawn("pair")))
    if not words:
        read_document(text)
        return
    with pytest.raises(FileFormatError, match=words):
        read_document(text)


# ---------------------------------------------------------------------- shapes and problems


def test_an_instance_tells_the_shapes_and_parameters_inside():
    known = infer(drawn("pair"))
    assert known.outputs["pair_1"] == ((4,),)
    assert known.parameter_count("pair_1") == 2 * (4 * 4 + 4)
    assert known.inner["pair_1"].inner["second"].outputs["add_1"] == ((4,),)


def test_a_fault_inside_is_told_at_the_instance_and_mended_inside():
    design = drawn("pair")
    design.apply(e.EditBlock("residual", e.ReplaceNode(node("dense_1", dense(units=3)))))
    problems = [p for p in problems_of(design) if p.code == "shape"]
    assert {(p.node, p.inside) for p in problems} == {("pair_1", ("first", "add_1"))}
    assert "pair_1: first: add_1" in problems[0].message
    for edit in problems[0].repairs[0].edits:
        design.apply(edit)
    assert problems_of(design) == []
    with_cure = [n.type for n in design.blocks["residual"].nodes]
    assert with_cure.count("Dense") == 2


def test_what_can_not_stand_in_or_outside_a_block_is_told():
    design = drawn("residual")
    design.apply(e.AddNode(node("loose", BlockInput())))
    design.apply(e.EditBlock("residual", e.AddNode(node("in", layers["Input"]()))))
    design.apply(e.AddNode(node("gone", BlockLayer(block="nothing"))))
    codes = {(p.node, p.code) for p in problems_of(design) if p.severity == "error"}
    assert codes == {("loose", "misplaced"), ("residual_1", "misplaced"), ("gone", "block")}


def test_a_wire_into_a_block_is_refused_by_what_is_inside():
    from engine.core.errors import ConnectionRuleError
    from engine.design.rules import check_connection

    design = drawn("residual")
    image = design.add("Input", shape=(5,))
    design.apply(e.RemoveEdge(wire("input_1", "residual_1")))
    with pytest.raises(ConnectionRuleError, match="does not fit residual_1"):
        check_connection(design, wire(image.id, "residual_1"))


def test_built_in_blocks_fit_what_they_are_put_on_and_train() -> None:
    shapes = {0: (10,), 2: (7, 24), 3: (6, 6, 5)}
    for name, entry in library().items():
        design, shape = Design("library", seed=1), shapes[entry.rank]
        x = design.add("Input", shape=shape)
        brought, layer = offered(design, f"library/{name}", shape)
        for edit in brought:
            design.apply(edit)
        h = design.add(layer, x)
        design.add(
            "Output", design.add("Dense", design.add("Flatten", h), units=2), loss="mean_squared_error"
        )
        assert problems_of(design) == [], name
        network = engine.compile(design)
        random = np.random.default_rng(0)
        sample = random.normal(size=(3, *shape)), random.normal(size=(3, 2))
        assert max(engine.check_gradients(network, *sample).values()) < 1e-6, name
        assert offered(design, f"library/{name}", shape) == ([], design.nodes[h.id].layer)


def test_a_built_in_block_that_was_not_changed_is_fitted_anew_to_another_width() -> None:
    design = Design()
    for width, more in ((8, 1), (8, 0), (5, 1)):
        name = f"block/{next(iter(design.blocks))}" if design.blocks else "library/residual_block"
        brought, layer = offered(design, name, (width,))
        assert len(brought) == more
        for edit in brought:
            design.apply(edit)
        assert layer.INPUTS
    assert [block.name for block in design.blocks.values()] == ["Residual block", "Residual block 2"]


def test_what_would_hold_itself_is_not_offered_inside() -> None:
    design = drawn("pair")
    inside = {offer.name for offer in offers(design.inside("residual"))}
    assert not {"block/residual", "block/pair"} & inside
    assert "block/residual" in {offer.name for offer in offers(design.inside("pair"))}
