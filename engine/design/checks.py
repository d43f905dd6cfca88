"""What is wrong with a design as a whole: each check looks for one kind of mistake and proposes cures."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.core.errors import GradloomError
from engine.core.fields import describe
from engine.core.problems import Problem, Repair
from engine.core.registry import family
from engine.core.shapes import size, text
from engine.design import edits as e
from engine.design.block_checks import arrives_at, block_problems, sharing_fault
from engine.design.blocks import BlockLayer
from engine.design.class_weight_checks import class_weight_problems
from engine.design.design import Design
from engine.design.elements import Node, UnknownLayer
from engine.design.feedback_checks import feedback_problems
from engine.design.inference import Inference, infer
from engine.design.phase_checks import phase_problems
from engine.design.repairs import ids_repairs, shape_repairs

MEMORY_BUDGET = 4 * 2**30
"""Bytes that the parameters, their gradients and an optimizer's slots may take before a design is refused."""
BYTES_PER_PARAMETER = 16
"""Float32 value, gradient and two slots."""
BYTES_PER_VALUE = 8
"""Float32 value and gradient."""

Check = Callable[[Design, Inference], Iterator[Problem]]
SEVERITIES = ("error", "warning", "hint")


def problems_of(design: Design, inference: Inference | None = None) -> list[Problem]:
    """Return every problem of a design: errors, then warnings, then hints, each group in the order of the network."""
    known = inference or infer(design)
    found = [problem for check in CHECKS for problem in check(design, known)]
    place = {node_id: index for index, node_id in enumerate([*known.order, *known.cycle])}
    return sorted(found, key=lambda p: (SEVERITIES.index(p.severity), place.get(p.node, -1)))


def _empty(design: Design, inference: Inference) -> Iterator[Problem]:
    if not design.nodes and not design.block:
        yield Problem(
            node="",
            severity="error",
            code="empty",
            message="The design is empty. Add an Input, layers and an Output.",
        )
        return
    if design.block:
        return
    for kind, what in (("Input", "samples enter"), ("Output", "predictions meet their targets")):
        if not any(node.type == kind for node in design.nodes.values()):
            message = f"There is no {kind} node, so nothing says where {what}."
            yield Problem(node="", severity="error", code=f"no_{kind.lower()}", message=message)


def _unknown(design: Design, inference: Inference) -> Iterator[Problem]:
    for node in design.nodes.values():
        if isinstance(node.layer, UnknownLayer):
            message = f"{node.name}: the layer type {node.type} is not known here. Its settings are kept as they are."
            remove = Repair(f"Remove {node.name}", tuple(design.removal([node.id])))
            yield Problem(
                node=node.id, severity="error", code="unknown_layer", message=message, repairs=(remove,)
            )


def _cycle(design: Design, inference: Inference) -> Iterator[Problem]:
    core = _on_cycle(design, inference.cycle)
    for node_id in core[:1]:
        names = " → ".join(design.nodes[i].name for i in [*core, core[0]])
        closing = [edge for edge in design.edges if edge.source == core[-1] and edge.target == core[0]]
        repairs = tuple(
            Repair(
                f"Cut the wire from {design.nodes[x.source].name} to {design.nodes[x.target].name}",
                (e.RemoveEdge(x),),
            )
            for x in closing
        )
        message = f"The wires go round in a circle: {names}. Cut one of them."
        yield Problem(node=node_id, severity="error", code="cycle", message=message, repairs=repairs)


def _on_cycle(design: Design, suspects: tuple[str, ...]) -> list[str]:
    """Return one cycle, in order: walk back along the wires until a node comes up again."""
    if not suspects:
        return []
    inside = set(suspects)
    before = {
        edge.target: edge.source for edge in design.edges if edge.source in inside and edge.target in inside
    }
    path: list[str] = []
    node_id = suspects[0]
    while node_id not in path:
        path.append(node_id)
        node_id = before[node_id]
    return path[path.index(node_id) :][::-1]


def _missing_wires(design: Design, inference: Inference) -> Iterator[Problem]:
    fed = {(edge.target, edge.target_port) for edge in design.edges}
    used = {edge.source for edge in design.edges}
    for node in design.nodes.values():
        for port in node.layer.INPUTS:
            if not port.optional and (node.id, port.name) not in fed:
                what = (
                    "has no input"
                    if len(node.layer.INPUTS) == 1
                    else f"lacks a wire at its input {port.name!r}"
                )
                message = f"{node.name} {what}: connect a layer to it, or remove it."
                remove = Repair(f"Remove {node.name}", tuple(design.removal([node.id])))
                yield Problem(
                    node=node.id, severity="error", code="missing_wire", message=message, repairs=(remove,)
                )
        if node.layer.OUTPUTS and node.id not in used and not isinstance(node.layer, UnknownLayer):
            message = f"{node.name} feeds nothing: it won't be trained. Connect its output, or remove it."
            remove = Repair(f"Remove {node.name}", tuple(design.removal([node.id])))
            yield Problem(node=node.id, severity="warning", code="unused", message=message, repairs=(remove,))


def _ports(design: Design, inference: Inference) -> Iterator[Problem]:
    """Wires that the rules would not let a person draw, as a file may hold them all the same."""
    taken: set[tuple[str, str]] = set()
    for edge in design.edges:
        source, target = design.nodes[edge.source], design.nodes[edge.target]
        port = next((port for port in target.layer.INPUTS if port.name == edge.target_port), None)
        here = (edge.target, edge.target_port)
        message = ""
        if edge.source_port not in [port.name for port in source.layer.OUTPUTS]:
            message = (
                f"{source.name} has no output {edge.source_port!r}, but a wire to {target.name} begins there."
            )
        elif port is None:
            message = (
                f"{target.name} has no input {edge.target_port!r}, but a wire from {source.name} ends there."
            )
        elif here in taken and not port.variadic:
            message = f"{target.name} is fed twice at its input {port.name!r}: one wire is too many."
        taken.add(here)
        known = all(_has_known_ports(design, node) for node in (source, target))
        if message and known:
            cut = Repair(f"Cut the wire from {source.name} to {target.name}", (e.RemoveEdge(edge),))
            yield Problem(node=target.id, severity="error", code="port", message=message, repairs=(cut,))


def _has_known_ports(design: Design, node: Node) -> bool:
    missing = isinstance(node.layer, BlockLayer) and node.layer.block not in design.blocks
    return not missing and not isinstance(node.layer, UnknownLayer)


def _optional_ports(design: Design, inference: Inference) -> Iterator[Problem]:
    """Optional inputs are told apart by their order, so a later one needs those before it."""
    fed = {(edge.target, edge.target_port) for edge in design.edges if arrives_at(design, edge)}
    for node in design.nodes.values():
        lacking = ""
        for port in () if isinstance(node.layer, BlockLayer) else node.layer.INPUTS:
            if not port.optional or port.variadic:
                continue
            if (node.id, port.name) not in fed:
                lacking = lacking or port.name
            elif lacking:
                message = (
                    f"{node.name} has a wire at its input {port.name!r}, which also needs one at {lacking!r}."
                )
                yield Problem(node=node.id, severity="error", code="missing_wire", message=message)


def _names(design: Design, inference: Inference) -> Iterator[Problem]:
    """Names are unique on the canvas; a file may say otherwise, and weights are kept by name."""
    seen: set[str] = set()
    for node in design.nodes.values():
        if node.name in seen:
            free = design.unique_name(node.name)
            rename = Repair(f"Rename it to {free}", (e.ReplaceNode(node.with_(name=free)),))
            message = f"Two layers are called {node.name}: weights are kept by name, so one needs another."
            yield Problem(node=node.id, severity="error", code="name", message=message, repairs=(rename,))
        seen.add(node.name)


def _sharing(design: Design, inference: Inference) -> Iterator[Problem]:
    for node in design.nodes.values():
        if not node.shares:
            continue
        owner = design.nodes.get(node.shares)
        reason = ""
        if owner is None:
            reason = f"there is no layer {node.shares!r}"
        elif owner.shares or owner.bypassed:
            reason = f"{owner.name} has none of its own"
        elif owner.type != node.type:
            reason = f"{owner.name} is of the type {owner.type}, not {node.type}"
        elif isinstance(node.layer, BlockLayer):
            reason = sharing_fault(owner, node, inference)
        elif node.id in inference.outputs and owner.id in inference.outputs:
            own, theirs = (
                {s.name: s.shape for s in n.layer.parameter_specs(inference.inputs[n.id])}
                for n in (node, owner)
            )
            if own != theirs:
                reason = f"those of {owner.name} have other shapes"
        if reason:
            cure = Repair(f"Give {node.name} weights of its own", (e.ReplaceNode(node.with_(shares="")),))
            message = f"{node.name} can't share weights: {reason}."
            yield Problem(node=node.id, severity="error", code="sharing", message=message, repairs=(cure,))
        elif owner is not None and not isinstance(node.layer, BlockLayer):
            yield from _other_settings(node, owner)


def _other_settings(node: Node, owner: Node) -> Iterator[Problem]:
    """What is shared are the weights alone, which surprises where the settings differ."""
    differ = [
        field.name
        for field in describe(type(node.layer))
        if field.registry != "initializer"
        and getattr(node.layer, field.name) != getattr(owner.layer, field.name)
    ]
    if not differ:
        return
    message = (
        f"{node.name} shares the weights of {owner.name}, but not its {', '.join(differ).replace('_', ' ')}: "
        "settings are each layer's own."
    )
    cure = Repair(f"Take over the settings of {owner.name}", (e.ReplaceNode(node.with_(layer=owner.layer)),))
    yield Problem(node=node.id, severity="hint", code="shared_settings", message=message, repairs=(cure,))


def _shapes(design: Design, inference: Inference) -> Iterator[Problem]:
    for node_id, error in inference.faults.items():
        node = design.nodes[node_id]
        shapes = inference.inputs.get(node_id, ())
        repairs = ids_repairs(design, node, inference.ids)
        yield Problem(
            node=node_id,
            severity="error",
            code="shape",
            message=f"{node.name}: {error}",
            repairs=shape_repairs(design, node, shapes) if repairs is None else repairs,
            shapes=shapes,
        )


def _settings(design: Design, inference: Inference) -> Iterator[Problem]:
    for node in design.nodes.values():
        try:
            node.layer.check()
        except GradloomError as error:
            message = f"{node.name}: {error}"
            yield Problem(node=node.id, severity="error", code="setting", message=message)
    if design.block:
        return
    try:
        design.training.check()
    except GradloomError as error:
        yield Problem(node="", severity="error", code="training", message=f"Training settings: {error}")


def _memory(design: Design, inference: Inference) -> Iterator[Problem]:
    counts = {node_id: inference.parameter_count(node_id) for node_id in inference.parameters}
    total = sum(counts.values()) * BYTES_PER_PARAMETER
    if total <= MEMORY_BUDGET:
        yield from _sample_memory(design, inference)
        return
    worst = max(counts, key=lambda node_id: counts[node_id])
    message = (
        f"{design.nodes[worst].name} has {counts[worst]:,} parameters. Training the design would need "
        f"{total / 2**30:,.1f} GiB for its weights alone; at most {MEMORY_BUDGET / 2**30:.0f} GiB are allowed. "
        "Use fewer units, or a smaller input."
    )
    yield Problem(node=worst, severity="error", code="memory", message=message)


def _sample_memory(design: Design, inference: Inference) -> Iterator[Problem]:
    values = {node_id: sum(map(size, shapes)) for node_id, shapes in inference.outputs.items()}
    total = sum(values.values()) * BYTES_PER_VALUE
    if total <= MEMORY_BUDGET:
        return
    worst = max(values, key=lambda node_id: values[node_id])
    message = (
        f"{design.nodes[worst].name} gives {values[worst]:,} values. One sample alone would need {total / 2**30:,.1f} "
        f"GiB; at most {MEMORY_BUDGET / 2**30:.0f} GiB are allowed. Use a smaller input, or pooling before it."
    )
    yield Problem(node=worst, severity="error", code="memory", message=message)


def _loss(design: Design, inference: Inference) -> Iterator[Problem]:
    for node in design.nodes.values():
        edges = design.incoming(node.id)
        if node.type != "Output" or not edges:
            continue
        try:
            loss = family("loss").get(getattr(node.layer, "loss"))  # noqa: B009 - Layer has no loss by itself
        except GradloomError:
            continue
        source = design.nodes[edges[0].source]
        activation = _activation_of(source.layer)
        shape = inference.inputs.get(node.id, ((),))[0]
        if loss.TARGET in ("one_hot", "index") and shape[-1:] == (1,):
            message = f"{node.name}: {loss.NAME} needs one output per class, but one arrives ({text(shape)})."
            edit = e.ReplaceNode(node.with_(layer=node.layer.replace(loss="binary_crossentropy")))
            repair = Repair("Use binary cross-entropy", (edit,))
            yield Problem(
                node=node.id, severity="error", code="loss", message=message, repairs=(repair,), field="loss"
            )
        elif loss.FUSES_WITH and activation not in loss.FUSES_WITH and activation is not None:
            wanted = loss.FUSES_WITH[0]
            message = (
                f"{node.name}: {loss.NAME} expects probabilities, but {source.name} ends in {activation}."
            )
            field = source.layer.ACTIVATION_FIELD
            edit = e.ReplaceNode(source.with_(layer=source.layer.replace(**{field: wanted})))
            repair = Repair(f"End {source.name} in {wanted}", (edit,))
            yield Problem(
                node=node.id, severity="warning", code="loss_activation", message=message, repairs=(repair,)
            )


def _activation_of(layer: object) -> str | None:
    value = getattr(layer, getattr(layer, "ACTIVATION_FIELD", "") or "_", None)
    return value if isinstance(value, str) else value.get("name") if isinstance(value, dict) else None


CHECKS: tuple[Check, ...] = (
    _empty, _unknown, _cycle, _ports, _missing_wires, _optional_ports, _names, _sharing, _shapes, _settings, _memory,
    _loss, phase_problems, block_problems, feedback_problems, class_weight_problems,
)  # fmt: skip
