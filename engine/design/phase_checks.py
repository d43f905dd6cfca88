"""What is wrong with the phases of a design, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.core.errors import GradloomError
from engine.core.problems import Problem, Repair, Severity
from engine.core.registry import family
from engine.design import edits as e
from engine.design.design import Design
from engine.design.inference import Inference
from engine.design.phases import Objective, Phase, changed, trained_nodes


def phase_problems(design: Design, inference: Inference) -> Iterator[Problem]:
    """Yield the problems of each phase, then what no phase has taken in."""
    if not design.phases:
        return
    for place, phase in enumerate(design.phases):
        yield from _unknown(design, place, phase)
        yield from _settings(design, place, phase)
        yield from _idle(design, inference, place, phase)
        yield from _names(design, place, phase)
    yield from _left_out(design, inference)
    if design.training.patience:
        settings = design.training.replace(patience=0)
        repair = Repair("Set patience to 0", (e.SetSection("training", settings),))
        message = "With phases a run does not stop early: patience counts for nothing."
        yield _problem(design, message, (repair,), severity="hint")


def _unknown(design: Design, place: int, phase: Phase) -> Iterator[Problem]:
    for node_id in phase.trains:
        if node_id not in design.nodes and not any(i.startswith(f"{node_id}/") for i in design.nodes):
            left = changed(phase, trains=tuple(i for i in phase.trains if i != node_id))
            yield _problem(
                design, f"The phase {phase.name} trains {node_id!r}, which is not in the design.",
                (_replacing(design, place, left, f"Take it out of {phase.name}"),),
            )  # fmt: skip
    seen: set[str] = set()
    for number, objective in enumerate(phase.objectives):
        node = design.nodes.get(objective.output)
        left = changed(phase, objectives=phase.objectives[:number] + phase.objectives[number + 1 :])
        repair = _replacing(design, place, left, f"Take it out of {phase.name}")
        if node is None or node.type != "Output":
            what = (
                f"{objective.output!r} is not in the design" if node is None else f"{node.name} is no Output"
            )
            yield _problem(
                design, f"The phase {phase.name} has an objective at a node, but {what}.", (repair,)
            )
        elif objective.output in seen:
            message = f"The phase {phase.name} has two objectives at {node.name}: one Output gives one."
            yield _problem(design, message, (repair,), node=node.id)
        seen.add(objective.output)


def _settings(design: Design, place: int, phase: Phase) -> Iterator[Problem]:
    try:
        phase.check()
    except GradloomError as error:
        yield _problem(design, f"The phase {phase.name}: {error}")
        return
    for objective in phase.objectives:
        node = design.nodes.get(objective.output)
        if node is None or node.type != "Output":
            continue
        try:
            own: Any = family("loss").get(getattr(node.layer, "loss"))  # noqa: B009 - Layer has no loss by itself
            loss = family("loss").get(objective.loss) if objective.loss else own
        except GradloomError:
            continue
        if objective.target != "data" and loss.TARGET != "values":
            message = (
                f"The phase {phase.name} compares {node.name} with the number {objective.target:g}, but "
                f"{loss.NAME} wants a class for each sample."
            )
            better = _with_objective(phase, objective, Objective(
                output=objective.output, loss="binary_crossentropy", target=objective.target,
                weight=objective.weight,
            ))  # fmt: skip
            repair = _replacing(design, place, better, "Use binary cross-entropy")
            yield _problem(design, message, (repair,), node=node.id)
        elif objective.target == "data" and loss.TARGET != own.TARGET:
            message = (
                f"The phase {phase.name} has {loss.NAME} at {node.name}, whose targets are prepared for "
                f"{own.NAME}: the two take targets of different forms."
            )
            yield _problem(design, message, node=node.id)


def _with_objective(phase: Phase, old: Objective, new: Objective) -> Phase:
    return changed(phase, objectives=tuple(new if o is old else o for o in phase.objectives))


def _idle(design: Design, inference: Inference, place: int, phase: Phase) -> Iterator[Problem]:
    rest = design.phases[:place] + design.phases[place + 1 :]
    remove = Repair(f"Remove the phase {phase.name}", (e.SetSection("phases", rest),))
    if not phase.objectives:
        yield _problem(design, f"The phase {phase.name} has no objective: choose its Outputs.", (remove,))
        return
    trained = trained_nodes(design, phase)
    moving = [node_id for node_id in trained if _moves(design, inference, node_id)]
    if not moving:
        message = (
            f"The phase {phase.name} trains nothing: choose layers that have weights and are not frozen."
        )
        yield _problem(design, message, (remove,))
        return
    reached = _upstream(design, [objective.output for objective in phase.objectives])
    for node_id in phase.trains:
        node = design.nodes.get(node_id)
        if node is not None and node_id not in reached and _moves(design, inference, node.shares or node_id):
            twin = any(other.shares == node_id and other.id in reached for other in design.nodes.values())
            if not twin and not (node.shares and node.shares in reached):
                message = (
                    f"{node.name} is trained in the phase {phase.name}, but no objective of it depends on "
                    f"{node.name}: it won't move there."
                )
                left = changed(phase, trains=tuple(i for i in phase.trains if i != node_id))
                repair = _replacing(design, place, left, f"Take {node.name} out of {phase.name}")
                yield _problem(design, message, (repair,), node=node_id, severity="warning")


def _names(design: Design, place: int, phase: Phase) -> Iterator[Problem]:
    before = [other.name for other in design.phases[:place]]
    if phase.name in before:
        number = 2
        while f"{phase.name} {number}" in [other.name for other in design.phases]:
            number += 1
        other = changed(phase, name=f"{phase.name} {number}"[-40:])
        message = f"Two phases are called {phase.name}: their curves need names of their own."
        yield _problem(design, message, (_replacing(design, place, other, f"Rename it to {other.name}"),))


def _left_out(design: Design, inference: Inference) -> Iterator[Problem]:
    aimed = {objective.output for phase in design.phases for objective in phase.objectives}
    trained = set().union(*(trained_nodes(design, phase) for phase in design.phases))
    for node in design.nodes.values():
        if node.type == "Output" and node.id not in aimed:
            message = f"{node.name} is the objective of no phase: its loss counts for nothing."
            repairs = tuple(
                _replacing(
                    design, place,
                    changed(phase, objectives=(*phase.objectives, Objective(output=node.id))),
                    f"Make it an objective of {phase.name}",
                )
                for place, phase in enumerate(design.phases)
            )  # fmt: skip
            yield _problem(design, message, repairs, node=node.id, severity="warning")
        elif node.id not in trained and not node.shares and _moves(design, inference, node.id):
            message = f"{node.name} is trained in no phase: its weights stay as they are. Freeze it if that is meant."
            repairs = tuple(
                _replacing(
                    design,
                    place,
                    changed(phase, trains=(*phase.trains, node.id)),
                    f"Train it in {phase.name}",
                )
                for place, phase in enumerate(design.phases)
            )
            freeze = Repair(f"Freeze {node.name}", (e.ReplaceNode(node.with_(frozen=True)),))
            yield _problem(design, message, (*repairs, freeze), node=node.id, severity="warning")


def _moves(design: Design, inference: Inference, node_id: str) -> bool:
    node = design.nodes.get(node_id)
    specs = inference.parameters.get(node_id, ())
    # The inside of a block is not known here; what it holds is found when the design is taken apart.
    inside = node is not None and node.type == "Block"
    return node is not None and not node.frozen and (inside or any(spec.trainable for spec in specs))


def _upstream(design: Design, outputs: list[str]) -> set[str]:
    before: dict[str, list[str]] = {}
    for edge in design.edges:
        before.setdefault(edge.target, []).append(edge.source)
    waiting = [node_id for node_id in outputs if node_id in design.nodes]
    found = set(waiting)
    while waiting:
        for source in before.get(waiting.pop(), ()):
            if source not in found:
                found.add(source)
                waiting.append(source)
    return found


def _replacing(design: Design, place: int, phase: Phase, label: str) -> Repair:
    phases = (*design.phases[:place], phase, *design.phases[place + 1 :])
    return Repair(label, (e.SetSection("phases", phases),))


def _problem(
    design: Design,
    message: str,
    repairs: tuple[Repair, ...] = (),
    *,
    node: str = "",
    severity: Severity = "error",
) -> Problem:
    return Problem(
        node=node if node in design.nodes else "",
        severity=severity,
        code="phase",
        message=message,
        repairs=repairs,
    )
