"""The rules for one wire. The canvas asks them while a wire is dragged, and the document when it is made."""

from __future__ import annotations

from engine.core.errors import ConnectionRuleError, ShapeError
from engine.core.shapes import text
from engine.design import edits as e
from engine.design.block_checks import fault_of_block
from engine.design.blocks import Arriving, BlockLayer
from engine.design.design import Design
from engine.design.elements import Edge
from engine.design.inference import Inference, infer


def check_connection(
    design: Design, edge: Edge, *, inference: Inference | None = None, shapes: bool = True
) -> None:
    """Raise ConnectionRuleError where `edge` may not be added: no such port, a cycle, a taken input, or shapes.

    With `shapes` the new wire's shape is tried on the target layer as well; pass the `inference` at hand to save time.
    """
    source, target = design.nodes.get(edge.source), design.nodes.get(edge.target)
    if source is None or target is None:
        missing = edge.source if source is None else edge.target
        raise ConnectionRuleError(f"There is no node {missing!r}.", node=missing)
    if edge.source == edge.target:
        raise ConnectionRuleError(f"{target.name} can't feed itself.", node=edge.target)
    if edge.source_port not in [port.name for port in source.layer.OUTPUTS]:
        raise ConnectionRuleError(f"{source.name} has no output {edge.source_port!r}.", node=edge.source)
    port = next((port for port in target.layer.INPUTS if port.name == edge.target_port), None)
    if port is None:
        raise ConnectionRuleError(f"{target.name} has no input {edge.target_port!r}.", node=edge.target)
    here = [
        other
        for other in design.edges
        if other.target == edge.target and other.target_port == edge.target_port
    ]
    if edge in here and not port.variadic:
        raise ConnectionRuleError(f"{source.name} feeds {target.name} already.", node=edge.target)
    if edge in here:
        raise ConnectionRuleError(f"{source.name} feeds {target.name} already.", node=edge.target)
    if here and not port.variadic:
        other = design.nodes[here[0].source].name
        raise ConnectionRuleError(
            f"{target.name} is fed by {other} already: one wire per input.", node=edge.target
        )
    if reaches(design, edge.target, edge.source):
        raise ConnectionRuleError(
            f"A wire from {source.name} to {target.name} closes a cycle: {target.name} feeds {source.name} already.",
            node=edge.target,
        )
    if shapes:
        _check_shapes(design, edge, inference or infer(design))


def reaches(design: Design, start: str, goal: str) -> bool:
    """Return whether a path of wires leads from `start` to `goal`."""
    followers: dict[str, list[str]] = {}
    for edge in design.edges:
        followers.setdefault(edge.source, []).append(edge.target)
    seen, waiting = {start}, [start]
    while waiting:
        node_id = waiting.pop()
        if node_id == goal:
            return True
        for follower in followers.get(node_id, ()):
            if follower not in seen:
                seen.add(follower)
                waiting.append(follower)
    return False


def displaced(design: Design, edge: Edge) -> list[e.Edit]:
    """Return the edits that free the input at which `edge` ends: a new wire takes the place of the old one."""
    port = next((p for p in design.nodes[edge.target].layer.INPUTS if p.name == edge.target_port), None)
    if port is None or port.variadic:
        return []
    return [
        e.RemoveEdge(x) for x in design.edges if x.target == edge.target and x.target_port == edge.target_port
    ]


def _check_shapes(design: Design, edge: Edge, inference: Inference) -> None:
    shape = inference.shape_at(design, edge.source, edge.source_port)
    if shape is None:
        return
    target = design.nodes[edge.target]
    if isinstance(target.layer, BlockLayer):
        _check_inside(design, edge, inference)
        return
    known = []
    for port in target.layer.INPUTS:
        ends = [x for x in [*design.incoming(edge.target), edge] if x.target_port == port.name]
        if not ends and not port.optional:
            return
        for end in ends:
            arriving = inference.shape_at(design, end.source, end.source_port)
            if arriving is None:
                return
            known.append(arriving)
    try:
        target.layer.output_shapes(tuple(known))
    except ShapeError as error:
        raise ConnectionRuleError(
            f"{text(shape)} does not fit {target.name}: {error}", node=edge.target, problems=error.problems
        ) from None


def _check_inside(design: Design, edge: Edge, inference: Inference) -> None:
    """Try what a wire brings to a block on the layers inside it."""
    arriving = {
        x.target_port: Arriving(
            inference.shape_at(design, x.source, x.source_port), x.source in inference.ids
        )
        for x in [*design.incoming(edge.target), edge]
    }
    target, rest = design.nodes[edge.target], {k: v for k, v in arriving.items() if k != edge.target_port}
    error = fault_of_block(design, target, arriving)
    if error is not None and fault_of_block(design, target, rest) is None:
        brought = text(arriving[edge.target_port].shape or ())
        raise ConnectionRuleError(f"{brought} does not fit {target.name}: {error}", node=edge.target)
