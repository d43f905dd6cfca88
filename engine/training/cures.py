"""Cures for what training shows: edits of a design that a person carries out, and takes back, with one click."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from engine.core.errors import GradloomError
from engine.core.fields import describe
from engine.core.problems import Repair
from engine.core.registry import family
from engine.core.shapes import size
from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Edge, Node
from engine.design.inference import infer
from engine.design.repairs import insertion
from engine.layers.base import layers
from engine.training.adversarial_signs import steps_of_the_other
from engine.training.finding import Finding
from engine.training.time_signs import longer_memory

FLAT = ("sigmoid", "tanh", "softsign", "heaviside")
PATIENCE = 5
DROPOUT = 0.3
WORN_AWAY = 1e-6
"""Share of the gradient that is left, below which no other optimizer makes a network learn."""
UNSCALED = ("constant", "ones", "random_normal", "random_uniform", "truncated_normal")
"""Initializers that do not look at how many values flow into a unit."""
INITIALIZERS = {"glorot_uniform": "Glorot", "he_normal": "He"}
TINY_UPDATE, LARGE_UPDATE = 1e-4, 1e-2
"""Update over weight of the layer that moves most; about 1e-3 is healthy."""


def with_cures(design: Design, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with cures made for the design as it is now. A node that is gone has none."""
    return tuple(msgspec.structs.replace(finding, cures=cures_of(design, finding)) for finding in findings)


def cures_of(design: Design, finding: Finding) -> tuple[Repair, ...]:
    """Return what may help against a finding, the likeliest first. Every cure changes the design."""
    found: list[Repair] = []
    for make in _CURES.get(finding.kind, ()):
        try:
            found += [repair for repair in make(design, finding) if repair.edits]
        except GradloomError:  # a layer type that is not installed, a design that is half drawn: no such cure
            continue
    return tuple(found)


# ---------------------------------------------------------------------- training settings


def _slower(design: Design, finding: Finding) -> Iterator[Repair]:
    """A third of the learning rate."""
    yield from _lowered(design, 3)


def _much_slower(design: Design, finding: Finding) -> Iterator[Repair]:
    """A tenth of the learning rate. One that is not unusual is left alone where the weights begin in a wrong size."""
    optimizer = family("optimizer").get(design.training.optimizer)
    if optimizer.learning_rate > type(optimizer)().learning_rate or not _unscaled(design):
        yield from _lowered(design, 10)


def _lowered(design: Design, divisor: int) -> Iterator[Repair]:
    """The learning rate divided, or the optimizer's own where it was far above that."""
    optimizer = family("optimizer").get(design.training.optimizer)
    if not optimizer.learning_rate:
        return
    usual = type(optimizer)().learning_rate
    rate = float(f"{optimizer.learning_rate / divisor:.2g}")
    if optimizer.learning_rate > 10 * usual:
        rate = usual
    value = family("optimizer").to_value(optimizer.replace(learning_rate=rate))
    training = design.training.replace(optimizer=value)
    yield Repair(
        f"Learning rate {optimizer.learning_rate:g} → {rate:g}", (e.SetSection("training", training),)
    )


def _other_rate(design: Design, finding: Finding) -> Iterator[Repair]:
    """A larger learning rate where the steps are tiny, a smaller one where they are large, else both."""
    ratio = finding.figures.get("update_ratio", math.nan)
    if not ratio > LARGE_UPDATE:
        yield from _faster(design, finding)
    if not ratio < TINY_UPDATE:
        yield from _slower(design, finding)


def _faster(design: Design, finding: Finding) -> Iterator[Repair]:
    """Ten times the learning rate."""
    optimizer = family("optimizer").get(design.training.optimizer)
    rate = float(f"{optimizer.learning_rate * 10:.2g}")
    value = family("optimizer").to_value(optimizer.replace(learning_rate=rate))
    training = design.training.replace(optimizer=value)
    yield Repair(
        f"Learning rate {optimizer.learning_rate:g} → {rate:g}", (e.SetSection("training", training),)
    )


def _adam(design: Design, finding: Finding) -> Iterator[Repair]:
    """Adam evens out gradients of different size, but not where next to nothing is left of them."""
    if finding.figures.get("share", 1.0) < WORN_AWAY:
        return
    if family("optimizer").get(design.training.optimizer).NAME == "sgd":
        yield Repair("Use Adam", (e.SetSection("training", design.training.replace(optimizer="adam")),))


def _clip(design: Design, finding: Finding) -> Iterator[Repair]:
    training = design.training
    if training.clip == "none":
        limited = training.replace(clip="global_norm", clip_limit=1.0)
        yield Repair("Clip the gradient's norm at 1", (e.SetSection("training", limited),))
    elif training.clip_limit > 0.1:
        limited = training.replace(clip_limit=float(f"{training.clip_limit / 3:.2g}"))
        yield Repair(f"Clip at {limited.clip_limit:g}", (e.SetSection("training", limited),))


def _patience(design: Design, finding: Finding) -> Iterator[Repair]:
    training = design.training
    if not training.patience or not training.restore_best:
        stopping = training.replace(patience=training.patience or PATIENCE, restore_best=True)
        yield Repair("Stop early, keep the best epoch", (e.SetSection("training", stopping),))


def _scaling_of_sound(design: Design, finding: Finding) -> Iterator[Repair]:
    """Scaled features, where the weights are not to blame."""
    if not _unscaled(design):
        yield from _scaling(design, finding)


def _scaling(design: Design, finding: Finding) -> Iterator[Repair]:
    if design.data is not None and design.data.scaling == "none":
        scaled = msgspec.structs.replace(design.data, scaling="standardize")
        yield Repair("Scale the features to mean 0, deviation 1", (e.SetSection("data", scaled),))


# ---------------------------------------------------------------------- layers


def _relu(design: Design, finding: Finding) -> Iterator[Repair]:
    """ReLU with He initialization in every hidden layer whose activation has flat ends."""
    changed = [
        _with_activation(node, "relu", "he_normal")
        for node in _hidden(design)
        if _activation(node) in FLAT and not node.frozen
    ]
    edits = tuple(e.ReplaceNode(node) for node in changed)
    count = len(edits)
    where = design.nodes[edits[0].node.id].name if count == 1 else f"{count} layers"
    yield Repair(f"ReLU with He initialization in {where}", edits)


def _leaky(design: Design, finding: Finding) -> Iterator[Repair]:
    node = design.nodes.get(finding.node)
    if node is not None and "leaky_relu" in family("activation").names():
        yield Repair(
            f"Leaky ReLU in {node.name}", (e.ReplaceNode(_with_activation(node, "leaky_relu", "he_normal")),)
        )


def _initialize(design: Design, finding: Finding) -> Iterator[Repair]:
    """The initializer that belongs to the node's activation."""
    node = design.nodes.get(finding.node)
    if node is None:
        return
    suited = _suited(node)
    if getattr(node.layer, "kernel_initializer", None) not in (None, suited):
        layer = node.layer.replace(kernel_initializer=suited)
        yield Repair(
            f"{INITIALIZERS[suited]} initialization in {node.name}", (e.ReplaceNode(node.with_(layer=layer)),)
        )


def _initialize_all(design: Design, finding: Finding) -> Iterator[Repair]:
    """The initializer that belongs to its activation for every layer whose weights ignore the size of the layer."""
    nodes = _unscaled(design)
    edits = tuple(
        e.ReplaceNode(node.with_(layer=node.layer.replace(kernel_initializer=_suited(node))))
        for node in nodes
    )
    kinds = " and ".join(dict.fromkeys(INITIALIZERS[_suited(node)] for node in nodes))
    where = nodes[0].name if len(nodes) == 1 else _count(len(nodes), "layer")
    yield Repair(f"{kinds} initialization in {where}", edits)


def _normalize(design: Design, finding: Finding) -> Iterator[Repair]:
    """BatchNormalization on the wires into each hidden layer with an activation (into the finding's own, if small)."""
    if "BatchNormalization" not in layers.classes:
        return
    hidden = [node for node in _hidden(design) if _activation(node) not in ("", "linear")]
    wires = [
        edge
        for node in hidden
        for edge in design.incoming(node.id)
        if design.nodes[edge.source].type not in ("Input", "BatchNormalization", "Embedding")
    ]
    edits = _insert_all(design, wires, "BatchNormalization", {})
    yield Repair(f"Insert BatchNormalization before {_count(len(wires), 'layer')}", edits)


def _dropout(design: Design, finding: Finding) -> Iterator[Repair]:
    """Dropout before the last layer with weights that does not have one."""
    if "Dropout" not in layers.classes:
        return
    inference = infer(design)
    for node_id in reversed(inference.order):
        if not inference.parameters.get(node_id):
            continue
        wires = [
            x for x in design.incoming(node_id) if design.nodes[x.source].type not in ("Input", "Dropout")
        ]
        if wires:
            edits = _insert_all(design, wires[:1], "Dropout", {"rate": DROPOUT})
            yield Repair(f"Insert Dropout before {design.nodes[node_id].name}", edits)
        return


def _penalty(design: Design, finding: Finding) -> Iterator[Repair]:
    """An L2 penalty on the largest kernel that has none."""
    inference = infer(design)
    sizes = {
        node_id: max((size(spec.shape) for spec in specs), default=0)
        for node_id, specs in inference.parameters.items()
        if any(field.name == "kernel_regularizer" for field in describe(type(design.nodes[node_id].layer)))
        and getattr(design.nodes[node_id].layer, "kernel_regularizer", None) is None
    }
    if sizes:
        node = design.nodes[max(sizes, key=lambda node_id: sizes[node_id])]
        layer = node.layer.replace(kernel_regularizer="l2")
        yield Repair(f"L2 penalty on {node.name}", (e.ReplaceNode(node.with_(layer=layer)),))


# ---------------------------------------------------------------------- parts


def _hidden(design: Design) -> list[Node]:
    last = {edge.source for edge in design.edges if design.nodes[edge.target].type == "Output"}
    return [node for node in design.nodes.values() if node.id not in last]


def _unscaled(design: Design) -> list[Node]:
    """Return the nodes whose kernels begin in a size that does not follow the layer's; frozen ones are meant so."""
    found = []
    for node in design.nodes.values():
        value = getattr(node.layer, "kernel_initializer", None)
        if not node.frozen and (value.get("name") if isinstance(value, dict) else value) in UNSCALED:
            found.append(node)
    return found


def _suited(node: Node) -> str:
    return "glorot_uniform" if _activation(node) in (*FLAT, "", "linear", "softmax") else "he_normal"


def _activation(node: Node) -> str:
    value = getattr(node.layer, node.layer.ACTIVATION_FIELD, "") if node.layer.ACTIVATION_FIELD else ""
    name = value.get("name", "") if isinstance(value, dict) else value
    return name if isinstance(name, str) else ""


def _with_activation(node: Node, activation: str, initializer: str) -> Node:
    changes: dict[str, Any] = {node.layer.ACTIVATION_FIELD: activation}
    if getattr(node.layer, "kernel_initializer", None) is not None:
        changes["kernel_initializer"] = initializer
    return node.with_(layer=node.layer.replace(**changes))


def _insert_all(
    design: Design, wires: list[Edge], type_name: str, settings: dict[str, Any]
) -> tuple[e.Edit, ...]:
    """Return the edits that put a layer on each wire; each is worked out on the design as the one before left it."""
    twin = design.copy()
    moved: dict[str, Node] = {}
    found: list[e.Edit] = []
    for edge in wires:
        for edit in insertion(twin, edge, layers[type_name].validated(settings)):
            twin.apply(edit)
            if isinstance(edit, e.ReplaceNode):  # moved aside, often many times: the last place counts
                moved[edit.node.id] = edit.node
            else:
                found.append(edit)
    added = {edit.node.id for edit in found if isinstance(edit, e.AddNode)}
    found = [
        e.AddNode(moved.get(edit.node.id, edit.node)) if isinstance(edit, e.AddNode) else edit
        for edit in found
    ]
    return (*(e.ReplaceNode(node) for node_id, node in moved.items() if node_id not in added), *found)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


Make = Callable[[Design, Finding], Iterator[Repair]]
_CURES: dict[str, tuple[Make, ...]] = {
    "vanishing": (_relu, _normalize, _initialize_all, _adam),
    "vanishing_through_time": (longer_memory,),
    "exploding": (_initialize_all, _clip, _normalize, _much_slower),
    "dead": (_leaky, _slower, _initialize),
    "saturated": (_relu, _normalize, _initialize, _scaling),
    "not_finite": (_initialize_all, _much_slower, _clip, _normalize, _scaling_of_sound),
    "loss_not_decreasing": (_other_rate, _adam, _scaling),
    "overfitting": (_patience, _dropout, _penalty),
    "learning_rate_too_high": (_slower, _clip),
    "mode_collapse": (steps_of_the_other, _slower),
    "discriminator_certain": (steps_of_the_other, _slower),
}
