"""Phases: whose turn it is. Each phase trains some of the nodes on some of the objectives, for so many steps.

A design without phases trains everything on every Output at once. An adversarial network has two: the discriminator's,
with the real and the generated branch as objectives, and the generator's, with the generated branch alone and another
target. Phases are values, as everything in a design is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from engine.core.errors import SettingError
from engine.core.fields import ComponentValue, Declared
from engine.core.registry import family

if TYPE_CHECKING:
    from engine.design.design import Design
    from engine.design.inference import Inference

MOST = 16
"""Phases that a design may have."""


class Objective(Declared, frozen=True):
    """What a phase makes small at one Output: its loss against the data's targets, or against one number.

    The non-saturating objective of a generator is the discriminator's cross-entropy with the target 1 on generated
    samples (Goodfellow et al. 2014, section 3); of the least-squares objective it is the mean squared error (Mao et al.
    2017); of Wasserstein's the mean critique with its sign turned (Arjovsky, Chintala and Bottou 2017).
    """

    output: Annotated[str, Meta(min_length=1, description="The Output, by its id.")]
    loss: Annotated[
        ComponentValue,
        Meta(description="What is made small; empty is the Output's own loss.", extra={"registry": "loss"}),
    ] = ""
    target: Annotated[
        Literal["data"] | float,
        Meta(description="What the prediction is compared with: the data's targets, or a number for all."),
    ] = "data"
    weight: Annotated[float, Meta(ge=0, description="Weight where a phase has several objectives.")] = 1.0


class Phase(Declared, frozen=True):
    """A turn: which nodes move, on which objectives, for how many steps before the next phase has its turn.

    `trains` are ids of nodes; that of a block stands for all that is in it. With `clip_weights` c every parameter of
    the phase is cut to [-c, c] after each step, which keeps Wasserstein's critic Lipschitz (Arjovsky et al. 2017).
    """

    name: Annotated[str, Meta(min_length=1, max_length=40, description="What the phase is called.")]
    objectives: Annotated[tuple[Objective, ...], Meta(description="What it makes small.")] = ()
    trains: Annotated[tuple[str, ...], Meta(description="The nodes whose weights move.")] = ()
    steps: Annotated[int, Meta(ge=1, le=1000, description="Steps in each turn.")] = 1
    optimizer: Annotated[
        ComponentValue | None,
        Meta(
            description="The rule that moves the weights; empty is that of the training settings.",
            extra={"registry": "optimizer"},
        ),
    ] = None
    clip_weights: Annotated[
        float, Meta(ge=0, description="Cut every weight to this size after a step; 0 does not.")
    ] = 0.0

    def check(self) -> None:
        """Check the components by name. Raises SettingError."""
        if not self.name.strip():
            raise SettingError("Phase: a phase needs a name.")
        if self.optimizer is not None:
            family("optimizer").get(self.optimizer)
        for objective in self.objectives:
            if objective.loss:
                family("loss").get(objective.loss)

    def objective(self, output: str) -> Objective | None:
        """Return the objective at an Output, or None where the phase has none there."""
        return next((found for found in self.objectives if found.output == output), None)


def trained_nodes(design: Design, phase: Phase) -> set[str]:
    """Return the ids of the nodes that a phase trains: those named, those inside a block that is named, and the
    owners of the weights that a node named shares."""
    named = set(phase.trains)
    found = {
        node_id
        for node_id in design.nodes
        if node_id in named or any(node_id.startswith(f"{block}/") for block in named)
    }
    return {design.nodes[node_id].shares or node_id for node_id in found}


def phases_of(design: Design, node_id: str) -> list[int]:
    """Return the places of the phases in which a node trains, or that have an objective at it."""
    node = design.nodes.get(node_id)
    owner = node.shares if node is not None and node.shares else node_id
    return [
        place
        for place, phase in enumerate(design.phases)
        if phase.objective(node_id) is not None or _trains(design, phase, owner)
    ]


def _trains(design: Design, phase: Phase, owner: str) -> bool:
    """Return whether a phase trains a node that has weights of its own, without looking at all the others."""
    named = phase.trains
    if owner in named or any(owner.startswith(f"{block}/") for block in named if "/" in owner):
        return True
    return any(node.shares == owner for i in named if (node := design.nodes.get(i)) is not None)


def first_objectives(phases: Iterable[Phase]) -> dict[str, Objective]:
    """Return each Output's objective in the first phase that has one there: what a look from outside goes by."""
    found: dict[str, Objective] = {}
    for phase in phases:
        for objective in phase.objectives:
            found.setdefault(objective.output, objective)
    return found


def without_nodes(phases: tuple[Phase, ...], gone: Iterable[str]) -> tuple[Phase, ...]:
    """Return the phases as they are once these nodes are gone; one that is left with nothing goes too."""
    ids = set(gone)
    found = []
    for phase in phases:
        objectives = tuple(o for o in phase.objectives if o.output not in ids)
        trains = tuple(node_id for node_id in phase.trains if node_id not in ids)
        if objectives or trains:
            found.append(changed(phase, objectives=objectives, trains=trains))
    return tuple(found)


def changed(phase: Phase, **changes: object) -> Phase:
    """Return a copy with `changes`, unchecked: a phase may be half made while somebody works at it."""
    from msgspec.structs import replace

    return replace(phase, **changes)


def generated_at(design: Design, inference: Inference) -> tuple[str, str] | None:
    """Return (the node whose output is what a generator makes, the Input of the real samples), or None.

    It is the last node that depends on a Noise and has the Input's shape, before the made-up branch meets the
    discriminator: a layer that shares its weights with one that the Input's samples reach.
    """
    made = _downstream(design, [n.id for n in design.nodes.values() if n.type == "Noise"])
    shapes = {
        inference.outputs[n.id][0]: n.id
        for n in reversed(design.nodes.values())
        if n.type == "Input" and inference.outputs.get(n.id)
    }
    users: dict[str, set[str]] = {}
    for node in design.nodes.values():
        users.setdefault(node.shares or node.id, set()).add(node.id)
    met = [n.id for n in design.nodes.values() if n.id in made and users[n.shares or n.id] - made]
    behind = _downstream(design, met)
    for node_id in reversed(inference.order):
        shape = inference.outputs.get(node_id, ())
        before = node_id in made and node_id not in behind
        if before and shape and shape[0] in shapes and not behind.isdisjoint(_downstream(design, [node_id])):
            return node_id, shapes[shape[0]]
    return None


def _downstream(design: Design, starts: list[str]) -> set[str]:
    found, waiting = set(starts), list(starts)
    while waiting:
        for edge in design.outgoing(waiting.pop()):
            if edge.target not in found:
                found.add(edge.target)
                waiting.append(edge.target)
    return found


def adversarial_phases(design: Design, inference: Inference) -> tuple[Phase, ...]:
    """Return the two phases of an adversarial network as it is drawn; none where it is not one.

    The discriminator aims at 1 for the Outputs of the real branch and at 0 (-1 for a Wasserstein loss) for those of the
    made-up one, the generator at 1 for these.
    """
    found = generated_at(design, inference)
    if found is None:
        return ()
    made = _downstream(design, [n.id for n in design.nodes.values() if n.type == "Noise"])
    judged = _downstream(design, [found[0]]) - {found[0]}
    weights = _with_weights(design, inference)
    outputs = [node for node in design.nodes.values() if node.type == "Output"]
    critical = any(_name_of(getattr(node.layer, "loss", "")) == "wasserstein" for node in outputs)
    low, limit = (-1.0, 0.05) if critical else (0.0, 0.0)
    aims = tuple(Objective(output=n.id, target=low if n.id in judged else 1.0) for n in outputs)
    made_up = tuple(Objective(output=n.id, target=1.0) for n in outputs if n.id in judged)
    makers = tuple(node_id for node_id in weights if node_id in made and node_id not in judged)
    judges = tuple(node_id for node_id in weights if node_id not in makers)
    if not (made_up and makers and judges):
        return ()
    return (
        Phase(name="discriminator", objectives=aims, trains=judges, clip_weights=limit),
        Phase(name="generator", objectives=made_up, trains=makers),
    )


def whole_phase(design: Design, inference: Inference, name: str) -> Phase:
    """Return the phase that does what a design without phases does: every layer, on every Output."""
    outputs = tuple(Objective(output=n.id) for n in design.nodes.values() if n.type == "Output")
    return Phase(name=name, objectives=outputs, trains=_with_weights(design, inference))


def _with_weights(design: Design, inference: Inference) -> tuple[str, ...]:
    return tuple(
        node.id
        for node in design.nodes.values()
        if not (node.frozen or node.shares)
        and (node.type == "Block" or any(spec.trainable for spec in inference.parameters.get(node.id, ())))
    )


def _name_of(value: ComponentValue) -> str:
    return value if isinstance(value, str) else str(value.get("name", ""))
