"""Whether class weights fit the outputs of a design."""

from __future__ import annotations

from collections.abc import Iterator

from engine.core.errors import GradloomError
from engine.core.problems import Problem, Repair
from engine.core.registry import family
from engine.design import edits as e
from engine.design.design import Design
from engine.design.inference import Inference


def class_weight_problems(design: Design, inference: Inference) -> Iterator[Problem]:
    """Yield what keeps the training settings' class weights from being used."""
    settings = design.training
    outputs = [node.id for node in design.nodes.values() if node.type == "Output"]
    drawn = bool(outputs) and all(node_id in inference.inputs for node_id in outputs)
    if design.block or settings.class_weight == "none" or not drawn:
        return
    counts = {node_id: n for node_id in outputs if (n := _classes(design, inference, node_id))}
    alike = Repair(
        "Let all classes count alike", (e.SetSection("training", settings.replace(class_weight="none")),)
    )
    if not counts:
        message = "Class weights need an Output that tells classes apart, with a cross-entropy as its loss."
        yield Problem(node="", severity="error", code="class_weight", message=message, repairs=(alike,))
        return
    if settings.class_weight != "custom":
        return
    given = len(settings.class_weight_values)
    balanced = settings.replace(class_weight="balanced")
    for node_id, count in counts.items():
        if given != count:
            name = design.nodes[node_id].name
            message = (
                f"There are {given} class weights, but {name} tells {count} classes apart: give {count}, in the order "
                "of the classes."
            )
            repairs = (Repair("Balance the classes", (e.SetSection("training", balanced),)), alike)
            yield Problem(
                node=node_id, severity="error", code="class_weight", message=message, repairs=repairs
            )


def _classes(design: Design, inference: Inference, node_id: str) -> int:
    """Return how many classes an Output tells apart; 0 where it tells none, or its data is not the data's classes."""
    edges = design.incoming(node_id)
    shapes = inference.inputs.get(node_id, ())
    if len(edges) != 1 or not shapes or not shapes[0]:
        return 0
    try:
        loss = family("loss").get(getattr(design.nodes[node_id].layer, "loss", ""))
    except GradloomError:
        return 0
    if loss.NAME == "binary_crossentropy":
        return 2 if shapes[0][-1] == 1 else 0
    return shapes[0][-1] if loss.TARGET != "values" else 0
