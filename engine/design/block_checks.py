"""What is wrong with blocks: instances of nothing, ports that nothing reaches, and the faults of the layers inside."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from engine.core.errors import GradloomError
from engine.core.problems import Problem, Repair
from engine.design import edits as e
from engine.design.blocks import Arriving, BlockInput, BlockLayer, BlockOutput, contains_itself
from engine.design.design import Design
from engine.design.elements import Edge, Node
from engine.design.inference import Inference


def block_problems(design: Design, inference: Inference) -> Iterator[Problem]:
    """Yield what is wrong with the instances of a design, and, for the inside of a block, with its ports."""
    for node in design.nodes.values():
        if isinstance(node.layer, BlockLayer):
            yield from _instance(design, node, node.layer, inference)
        elif isinstance(node.layer, BlockInput | BlockOutput) and not design.block:
            yield _misplaced(design, node, "stands only inside a block")
        elif node.type in ("Input", "Output") and design.block:
            yield _misplaced(design, node, f"can't stand inside a block: use a Block{node.type} as its port")
    if design.block and not any(isinstance(node.layer, BlockOutput) for node in design.nodes.values()):
        message = "Nothing leaves the block. Add a BlockOutput."
        yield Problem(node="", severity="warning", code="no_output", message=message)
    yield from _names(design)


def arrives_at(design: Design, edge: Edge) -> bool:
    """Return whether a wire brings anything: inside a block, one from a port without a wire does not."""
    source = design.nodes[edge.source]
    unwired = design.arriving is not None and source.name not in design.arriving
    return not (unwired and isinstance(source.layer, BlockInput))


def sharing_fault(owner: Node, node: Node, inference: Inference) -> str:
    """Return why an instance can't share the weights of another, "" where it can."""
    mine, theirs = node.layer, owner.layer
    if not isinstance(mine, BlockLayer) or not isinstance(theirs, BlockLayer):
        return ""
    if mine.block != theirs.block:
        return f"{owner.name} is an instance of another block"
    if node.id not in inference.outputs or owner.id not in inference.outputs or node.bypassed:
        return ""
    if inference.inner[node.id].parameters != inference.inner[owner.id].parameters:
        return f"those of {owner.name} have other shapes"
    return ""


def fault_of_block(design: Design, node: Node, arriving: dict[str, Arriving]) -> GradloomError | None:
    """Return the first fault in an instance for what would arrive at it, None where there is none."""
    from engine.design.inference import infer

    if not isinstance(node.layer, BlockLayer) or node.layer.block not in design.blocks:
        return None
    return _first_fault(infer(design.inside(node.layer.block, arriving)))


def _first_fault(inference: Inference) -> GradloomError | None:
    for error in inference.faults.values():
        return error
    for inner in inference.inner.values():
        if (error_inside := _first_fault(inner)) is not None:
            return error_inside
    return None


def _instance(design: Design, node: Node, layer: BlockLayer, inference: Inference) -> Iterator[Problem]:
    if layer.block not in design.blocks or contains_itself(design.blocks, layer.block):
        what = "contains itself" if layer.block in design.blocks else "is not in the design"
        message = f"{node.name}: its block, {layer.block}, {what}."
        remove = Repair(f"Remove {node.name}", tuple(design.removal([node.id])))
        yield Problem(node=node.id, severity="error", code="block", message=message, repairs=(remove,))
        return
    inner = inference.inner.get(node.id)
    if inner is None or node.bypassed:
        return
    from engine.design.checks import problems_of

    for problem in problems_of(design.inside(layer.block, inner.arriving), inner):
        yield msgspec.structs.replace(
            problem,
            node=node.id,
            inside=(problem.node, *problem.inside) if problem.node else (),
            message=f"{node.name}: {problem.message}",
            repairs=tuple(_wrapped(layer.block, repair) for repair in problem.repairs),
            field="",
        )


def _wrapped(block_id: str, repair: Repair) -> Repair:
    return Repair(repair.label, tuple(e.within(block_id, edit) for edit in repair.edits))


def _misplaced(design: Design, node: Node, why: str) -> Problem:
    remove = Repair(f"Remove {node.name}", tuple(design.removal([node.id])))
    message = f"{node.name}: {node.type} {why}."
    return Problem(node=node.id, severity="error", code="misplaced", message=message, repairs=(remove,))


def _names(design: Design) -> Iterator[Problem]:
    """A name with a stroke may be that of a layer in a block, and weights are kept by name."""
    instances = {node.name for node in design.nodes.values() if isinstance(node.layer, BlockLayer)}
    for node in design.nodes.values():
        head, stroke, _ = node.name.partition("/")
        if stroke and head in instances:
            free = design.unique_name(node.name.replace("/", "_"))
            rename = Repair(f"Rename it to {free}", (e.ReplaceNode(node.with_(name=free)),))
            message = (
                f"{node.name} reads like a layer in the block {head}: weights are kept by name, so rename it."
            )
            yield Problem(node=node.id, severity="error", code="name", message=message, repairs=(rename,))
