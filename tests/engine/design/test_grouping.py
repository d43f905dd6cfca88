"""Grouping layers into a block, and taking the block apart again."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from engine.core.errors import DesignError
from engine.design import edits as e
from engine.design import templates
from engine.design.blocks import BlockInput
from engine.design.checks import problems_of
from engine.design.design import Design
from engine.design.flatten import flatten
from engine.design.grouping import grouping
from engine.design.ungrouping import ungrouping


def forked() -> Design:
    """Return x -> a -> b -> add -> y, with a also to the add, and x to a side branch that meets at the end."""
    design = Design("forked", seed=2)
    x = design.add("Input", shape=(4,))
    a = design.add("Dense", x, units=4, activation="tanh", name="a")
    b = design.add("Dense", a, units=4, activation="tanh", name="b")
    side = design.add("Dense", x, units=4, name="side")
    both = design.add("Add", [b, a, side], name="both")
    y = design.add("Dense", both, units=2, name="y")
    design.add("Output", y, loss="mean_squared_error")
    return design


def ids(design: Design, *names: str) -> list[str]:
    return [design.node_named(name).id for name in names]


def done(design: Design, edits: list[e.Edit]) -> list[e.Edit]:
    return [design.apply(edit) for edit in edits]


def outputs(design: Design, weights: dict[str, np.ndarray]) -> np.ndarray:
    network = engine.compile(design, dtype="float64")
    network.load_weights(weights)
    result = network.predict(np.linspace(-1, 1, 20).reshape(5, 4))
    assert isinstance(result, np.ndarray)
    return result


@pytest.mark.parametrize(
    "names",
    [("a",), ("a", "b"), ("b", "both"), ("a", "b", "both"), ("a", "b", "side", "both"), ("both", "y")],
)
def test_grouping_keeps_what_the_network_computes_and_ungrouping_brings_it_back(names: tuple[str, ...]):
    design = forked()
    start, before = design.copy(), engine.compile(design, dtype="float64")
    grouped = grouping(design, ids(design, *names))
    inverses = done(design, grouped.edits)
    assert [p for p in problems_of(design) if p.severity == "error"] == []
    renamed = {
        (f"{grouped.node_id}/{name}" if name.split("/")[0] in names else name): array
        for name, array in before.weights.items()
    }
    assert np.array_equal(outputs(design, renamed), outputs(start, dict(before.weights)))
    edits, back = ungrouping(design, grouped.node_id)
    apart = design.copy()
    done(apart, edits)
    assert sorted(back) == sorted(ids(start, *names))
    assert apart.nodes == start.nodes
    assert apart.blocks == {}
    assert set(apart.edges) == set(start.edges)
    assert np.array_equal(outputs(apart, dict(before.weights)), outputs(start, dict(before.weights)))
    for inverse in reversed(inverses):
        design.apply(inverse)
    assert design == start


def test_ports_are_called_after_what_they_carry():
    design = forked()
    block = grouping(design, ids(design, "b", "both")).block
    assert [node.name for node in block.nodes if isinstance(node.layer, BlockInput)] == ["a", "side"]
    assert [node.name for node in block.nodes if node.type == "BlockOutput"] == ["output"]


def test_layers_without_wires_get_ports_where_they_need_them():
    design = Design()
    one = design.add("Dense", units=3)
    design.add("Dense", one, units=3)
    grouped = grouping(design, list(design.nodes))
    done(design, grouped.edits)
    layer = design.nodes[grouped.node_id].layer
    assert ([p.name for p in layer.INPUTS], [p.name for p in layer.OUTPUTS]) == (["input"], ["output"])


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "Select the layers"),
        (("a", "both"), "b lies between a and both"),
        (("input_1", "a"), "stays outside the block"),
        (("y", "output_1"), "stays outside the block"),
    ],
)
def test_what_can_not_be_one_node_is_refused_with_the_reason(names: tuple[str, ...], words: str):
    design = forked()
    with pytest.raises(DesignError, match=words):
        grouping(design, ids(design, *names))


def test_sharing_across_the_border_is_refused():
    design = forked()
    a, b = ids(design, "a", "b")
    design.apply(e.ReplaceNode(design.nodes[b].with_(shares=a)))
    for chosen, words in ((a, "b shares the weights of a"), (b, "group both")):
        with pytest.raises(DesignError, match=words):
            grouping(design, [chosen])
    done(design, grouping(design, [a, b]).edits)
    assert problems_of(design) == []


def test_blocks_are_grouped_into_blocks_and_come_apart_in_turn():
    design = forked()
    start = design.copy()
    first = grouping(design, ids(design, "b", "both"), name="Inner")
    done(design, first.edits)
    second = grouping(design, [*ids(design, "a", "y"), first.node_id], name="Outer")
    done(design, second.edits)
    assert "outer_1/inner_1/b" in {node.name for node in flatten(design).design.nodes.values()}
    for name in ("outer_1", "inner_1"):
        done(design, ungrouping(design, design.node_named(name).id)[0])
    assert design.nodes == start.nodes
    assert set(design.edges) == set(start.edges)


def test_the_residual_template_survives_being_one_block():
    design = templates.load("residual")
    chosen = [node.id for node in design.nodes.values() if node.type not in ("Input", "Output")]
    done(design, grouping(design, chosen, name="Residual network").edits)
    assert problems_of(design) == []
    assert (
        engine.compile(design).parameter_vector.size
        == engine.compile(templates.load("residual")).parameter_vector.size
    )


def test_a_block_is_made_and_used_again_in_code():
    design = Design(seed=1)
    x = design.add("Input", shape=(4,))
    h = design.add("Dense", x, units=4, activation="tanh")
    first = design.group([h], name="Stage")
    second = design.add("stage", first)
    design.add("Output", design.add("Dense", second, units=2), loss="mean_squared_error")
    assert problems_of(design) == []
    assert [node.name for node in (first, second)] == ["stage_1", "stage_2"]
    assert "stage_2/dense_1/kernel" in engine.compile(design).parameters


def test_weights_of_a_file_are_matched_with_the_layers_in_blocks():
    from engine.export.matching import match_weights

    design = templates.load("residual")
    weights = dict(engine.compile(design).weights)
    matches = match_weights(design, weights)
    assert all(match.fits for match in matches)
    assert {match.target for match in matches} == set(weights)


def random_network(random: np.random.Generator) -> Design:
    """Return an Input, a random graph of layers that keep the shape, Dense, Output."""
    design = Design("random", seed=int(random.integers(100)))
    nodes = [design.add("Input", shape=(4,))]
    for _ in range(int(random.integers(3, 9))):
        some = [nodes[i] for i in sorted({int(random.integers(len(nodes))) for _ in range(3)})]
        match int(random.integers(4)):
            case 0 | 1:
                nodes.append(design.add("Dense", some[0], units=4, activation="tanh"))
            case 2 if len(some) > 1:
                nodes.append(design.add(str(random.choice(["Add", "Multiply"])), some))
            case _:
                nodes.append(design.add("LayerNormalization", some[-1]))
    design.add("Output", design.add("Dense", nodes[-1], units=2), loss="mean_squared_error")
    return design


def test_random_groups_in_groups_compute_what_the_layers_computed():
    made = 0
    for seed in range(30):
        random = np.random.default_rng(seed)
        design = random_network(random)
        before = engine.compile(design, dtype="float64")
        x = random.normal(size=(5, 4))
        paths = {node.name: node.name for node in design.nodes.values()}
        for _ in range(3):
            free = [node.id for node in design.nodes.values() if node.type not in ("Input", "Output")]
            chosen = [node_id for node_id in free if random.random() < 0.4]
            names = {design.nodes[node_id].name for node_id in chosen}
            try:
                grouped = grouping(design, chosen)
            except DesignError:
                continue
            done(design, grouped.edits)
            made += 1
            instance = design.nodes[grouped.node_id].name
            for name, path in paths.items():
                paths[name] = f"{instance}/{path}" if path.split("/")[0] in names else path
        network = engine.compile(design, dtype="float64")
        renamed = {
            f"{paths[k.rpartition('/')[0]]}/{k.rpartition('/')[2]}": v for k, v in before.weights.items()
        }
        network.load_weights({name: array for name, array in renamed.items() if name in network.weights})
        np.testing.assert_allclose(network.predict(x), before.predict(x), rtol=1e-12, atol=1e-12)
    assert made > 30
