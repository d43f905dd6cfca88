"""Making a design's ends fit its data: the Input's shape, the last layer's units and activation, and the loss."""

from __future__ import annotations

from dataclasses import dataclass

from designer.data.data_look import DataLook
from engine.core.shapes import text
from engine.design import edits as e
from engine.design.design import Design
from engine.design.drawn_edits import drawn_edits
from engine.design.elements import Node
from engine.design.flatten import flatten

REGRESSION_LOSSES = (
    "mean_squared_error",
    "mean_absolute_error",
    "half_squared_error",
    "huber",
    "log_cosh",
    "cosine_similarity",
)
CLASS_LOSSES = ("categorical_crossentropy", "sparse_categorical_crossentropy", "kl_divergence")
UNIT_FIELDS = ("units", "filters")


@dataclass(frozen=True)
class Fit:
    """`edits` make the design fit; `changes` say what they do; `remarks` say what could not be done."""

    edits: tuple[e.Edit, ...]
    changes: tuple[str, ...]
    remarks: tuple[str, ...]


def fit_to_data(design: Design, look: DataLook) -> Fit:
    """Return the edits that make Input and Output fit the data; nodes that fit already are left alone.

    The last layer with units may be inside a block: it is changed there.
    """
    flat = flatten(design)
    fit = _fit_flat(flat.design, look)
    return Fit(tuple(drawn_edits(design, flat, fit.edits)), fit.changes, fit.remarks)


def _fit_flat(design: Design, look: DataLook) -> Fit:
    new: dict[str, Node] = {}
    changes: list[str] = []
    remarks: list[str] = []
    inputs = [node for node in design.nodes.values() if node.type == "Input"]
    outputs = [node for node in design.nodes.values() if node.type == "Output"]
    if len(inputs) == 1:
        _fit_input(inputs[0], look, new, changes)
        _fit_embeddings(design, inputs[0], look.tokens, new, changes)
    else:
        remarks.append(
            "There is no Input to fit." if not inputs else "Several Inputs: choose their shapes by hand."
        )
    if len(outputs) == 1:
        _fit_output(design, outputs[0], look, new, changes, remarks)
        _fit_previous(design, look, new, changes)
    else:
        remarks.append(
            "There is no Output to fit." if not outputs else "Several Outputs: choose their losses by hand."
        )
    edits = tuple(e.ReplaceNode(node) for node in new.values() if node != design.nodes[node.id])
    return Fit(edits, tuple(changes), tuple(remarks))


def _fit_input(node: Node, look: DataLook, new: dict[str, Node], changes: list[str]) -> None:
    kind = "int" if look.whole_numbers else "float"
    layer = node.layer
    if getattr(layer, "shape", None) != look.input_shape or getattr(layer, "dtype", kind) != kind:
        new[node.id] = node.with_(layer=layer.replace(shape=look.input_shape, dtype=kind))
        changes.append(f"{node.name} takes {text(look.input_shape)}")


def _fit_embeddings(
    design: Design, source: Node, tokens: int, new: dict[str, Node], changes: list[str]
) -> None:
    """Give the Embeddings that read a node's ids a row for each id."""
    for edge in design.outgoing(source.id) if tokens else ():
        node = new.get(edge.target) or design.nodes[edge.target]
        if node.type == "Embedding" and getattr(node.layer, "input_dim", tokens) != tokens:
            new[node.id] = node.with_(layer=node.layer.replace(input_dim=tokens))
            changes.append(f"{node.name} has {tokens} rows")


def _fit_previous(design: Design, look: DataLook, new: dict[str, Node], changes: list[str]) -> None:
    """Let what feeds outputs back have as many steps as the targets."""
    for node in list(design.nodes.values()):
        if node.type != "PreviousOutput" or not look.target_shape:
            continue
        layer, shape = node.layer, look.target_shape
        if getattr(layer, "dtype", "int") == "float":
            shape = (shape[0], *getattr(layer, "shape", ())[1:])
        if getattr(layer, "shape", shape) != shape:
            new[node.id] = node.with_(layer=layer.replace(shape=shape))
            changes.append(f"{node.name} takes {text(shape)}")
        if getattr(layer, "dtype", "int") == "int":
            _fit_embeddings(design, node, len(look.classes), new, changes)


def _fit_output(
    design: Design, output: Node, look: DataLook, new: dict[str, Node], changes: list[str], remarks: list[str]
) -> None:
    source, activation_node = _last_layers(design, output)
    loss = _name(getattr(output.layer, "loss", ""))
    if look.task == "regression":
        wanted_loss, activation, units = (
            loss if loss in REGRESSION_LOSSES else "mean_squared_error",
            "linear",
            look.output_units,
        )
    elif len(look.classes) == 2 and source is not None and getattr(source.layer, "units", 0) == 1:
        wanted_loss, activation, units = "binary_crossentropy", "sigmoid", 1
    else:
        wanted_loss = loss if loss in CLASS_LOSSES else "categorical_crossentropy"
        activation, units = "softmax", look.output_units
    if loss != wanted_loss:
        new[output.id] = output.with_(layer=output.layer.replace(loss=wanted_loss))
        changes.append(f"{output.name} uses {wanted_loss}")
    if source is None:
        remarks.append(
            f"No layer before {output.name} has units: add a Dense with {units} unit{'s' * (units != 1)}."
        )
        return
    field = next(name for name in UNIT_FIELDS if hasattr(source.layer, name))
    if getattr(source.layer, field) != units:
        source = source.with_(layer=source.layer.replace(**{field: units}))
        changes.append(f"{source.name} has {units} {field if units != 1 else field.rstrip('s')}")
    ending = activation_node or source
    place = ending.layer.ACTIVATION_FIELD
    before = _name(getattr(ending.layer, place, ""))
    # A regression may well end in another activation on purpose (a sigmoid for targets from 0 to 1).
    keep = look.task == "regression" and before not in ("softmax",)
    if before != activation and not keep:
        changed = ending.layer.replace(**{place: activation})
        changes.append(f"{ending.name} ends in {activation}")
        if activation_node is None:
            source = source.with_(layer=changed)
        else:
            new[activation_node.id] = activation_node.with_(layer=changed)
    new[source.id] = source


def _last_layers(design: Design, output: Node) -> tuple[Node | None, Node | None]:
    """Return the last layer with units that leads to the output, and the Activation node after it (if any)."""
    activation: Node | None = None
    node, seen = output, {output.id}
    while True:
        edges = design.incoming(node.id)
        if len(edges) != 1 or edges[0].source in seen:
            return None, activation
        node = design.nodes[edges[0].source]
        seen.add(node.id)
        if any(hasattr(node.layer, field) for field in UNIT_FIELDS) and node.layer.ACTIVATION_FIELD:
            return node, activation
        if node.type == "Activation" and activation is None:
            activation = node


def _name(value: object) -> str:
    return str(value.get("name", "")) if isinstance(value, dict) else str(value)
