"""What is wrong with the outputs that a design feeds back, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.core.errors import GradloomError
from engine.core.problems import Problem, Repair
from engine.core.registry import family
from engine.core.shapes import Shape, text
from engine.design import edits as e
from engine.design.design import Design
from engine.design.elements import Node
from engine.design.inference import Inference
from engine.layers.base import Layer


def outputs_of(design: Design) -> list[Node]:
    """Return the Outputs of a design."""
    return [node for node in design.nodes.values() if node.type == "Output"]


def output_of(design: Design, layer: Layer) -> str:
    """Return the id of the Output that a PreviousOutput means, "" where there is none or it is not clear which."""
    outputs, wanted = outputs_of(design), getattr(layer, "output", "")
    if wanted:
        return next((node.id for node in outputs if wanted in (node.name, node.id)), "")
    return outputs[0].id if len(outputs) == 1 else ""


def feedback_problems(design: Design, inference: Inference) -> Iterator[Problem]:
    """Yield what is wrong with each PreviousOutput: which Output it means, and whether their shapes agree."""
    if design.block:
        return
    outputs = outputs_of(design)
    for node in design.nodes.values():
        if node.type != "PreviousOutput" or not outputs:
            continue
        wanted = getattr(node.layer, "output", "")
        meant = [o for o in outputs if wanted in (o.name, o.id)] if wanted else outputs
        if len(meant) != 1:
            what = f"there is no Output {wanted!r}" if wanted else f"there are {len(outputs)} Outputs"
            yield _problem(node, f"{what}: say whose previous step it is.", "output", _choices(node, outputs))
            continue
        found = list(_disagreement(design, inference, node, meant[0]))
        yield from found or _embeddings(design, inference, node, meant[0])


def _disagreement(design: Design, inference: Inference, node: Node, output: Node) -> Iterator[Problem]:
    layer: Any = node.layer
    if any(edge.target_port == "target" for edge in design.incoming(output.id)):
        message = f"{output.name} has a wire at its target: only targets that the data gives can be fed back."
        yield _problem(node, message, "output")
        return
    arriving = inference.inputs.get(output.id)
    try:
        loss = family("loss").get(getattr(output.layer, "loss"))  # noqa: B009 - Layer has no loss by itself
    except GradloomError:
        return
    if not arriving or not arriving[0]:
        return
    classes = loss.TARGET != "values" or loss.NAME == "binary_crossentropy"
    if layer.dtype == "int" and not classes:
        repair = Repair("Feed numbers back", (_with(node, dtype="float", shape=arriving[0]),))
        yield _problem(node, f"{output.name} gives numbers ({loss.NAME}), not ids.", "dtype", (repair,))
        return
    wanted: Shape = arriving[0][:-1] if layer.dtype == "int" else arriving[0]
    if len(arriving[0]) < 2:
        message = (
            f"{output.name} gives one answer for all steps ({text(arriving[0])}): none comes before another."
        )
        yield _problem(node, message, "output")
    elif layer.shape != wanted:
        message = f"its shape is {text(layer.shape)}, but {output.name} gives {text(wanted)}."
        repair = Repair(f"Set its shape to {text(wanted)}", (_with(node, shape=wanted),))
        yield _problem(node, message, "shape", (repair,))


def _embeddings(design: Design, inference: Inference, node: Node, output: Node) -> Iterator[Problem]:
    """Yield what is wrong with the Embeddings that read ids which are fed back."""
    layer: Any = node.layer
    arriving = inference.inputs.get(output.id)
    if layer.dtype != "int" or not arriving or len(arriving[0]) < 2:
        return
    classes = arriving[0][-1]
    for edge in design.outgoing(node.id):
        reader = design.nodes[edge.target]
        known: Any = reader.layer
        if reader.type != "Embedding":
            continue
        if known.input_dim < classes:
            message = f"it has {known.input_dim} rows, but {output.name} chooses among {classes}, which are fed back."
            repair = Repair(f"Give it {classes} rows", (_with(reader, input_dim=classes),))
            yield _problem(reader, message, "input_dim", (repair,))
        if layer.end_id and not known.mask_zero:
            message = (
                f"{reader.name}: the steps after the end of a sequence count in the loss, as padding to be told. With "
                "mask_zero they don't."
            )
            repair = Repair("Mask the padding", (_with(reader, mask_zero=True),))
            yield Problem(
                node=reader.id,
                severity="hint",
                code="feedback",
                message=message,
                repairs=(repair,),
                field="mask_zero",
            )


def _choices(node: Node, outputs: list[Node]) -> tuple[Repair, ...]:
    return tuple(Repair(f"Feed {o.name} back", (_with(node, output=o.name),)) for o in outputs[:3])


def _with(node: Node, **settings: Any) -> e.ReplaceNode:
    return e.ReplaceNode(node.with_(layer=node.layer.replace(**settings)))


def _problem(node: Node, message: str, field: str, repairs: tuple[Repair, ...] = ()) -> Problem:
    return Problem(
        node=node.id,
        severity="error",
        code="feedback",
        message=f"{node.name}: {message}",
        repairs=repairs,
        field=field,
    )
