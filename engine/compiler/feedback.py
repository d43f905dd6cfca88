"""Outputs fed back as inputs: taken from the targets while training, from the network itself in a free run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.compiler.program import Mask, MaskOperation, Value
from engine.core.errors import TrainingError
from engine.data.dataset import one_hot
from engine.design.feedback_checks import output_of
from engine.layers.previous_output import PreviousOutput

if TYPE_CHECKING:
    from engine.compiler.plan import Plan
    from engine.design.design import Design

Array = NDArray[Any]
Step = Callable[[], object]
PADDING = 0


class Feedback(NamedTuple):
    """A PreviousOutput that takes part in a network, and the id of the Output whose previous step it is."""

    node: str
    output: str
    layer: PreviousOutput

    @property
    def is_ids(self) -> bool:
        """Whether ids are fed back rather than numbers."""
        return self.layer.dtype == "int"

    @property
    def steps(self) -> int:
        """The length of the sequences."""
        return self.layer.shape[0]


def feedbacks_of(design: Design, used: set[str]) -> tuple[Feedback, ...]:
    """Return the feedbacks of a design that has been checked, of the nodes in use."""
    found = []
    for node in design.nodes.values():
        if isinstance(node.layer, PreviousOutput) and node.id in used:
            output = output_of(design, node.layer)
            if output:
                found.append(Feedback(node.id, output, node.layer))
    return tuple(found)


def forced(feedback: Feedback, target: Array) -> Array:
    """Return what teacher forcing feeds: targets (N, T, ...) one step late, in the form of the input (N, *shape)."""
    shape = (len(target), *feedback.layer.shape)
    if feedback.is_ids:
        ids = as_ids(target, len(feedback.layer.shape))
        previous = np.empty(shape, np.int64)
        previous[:, 0] = feedback.layer.start_id
        previous[:, 1:] = after_ids(feedback, ids[:, :-1])
        return previous
    values = as_values(target, shape)
    previous = np.empty(shape, values.dtype)
    previous[:, 0] = feedback.layer.start
    previous[:, 1:] = values[:, :-1]
    return previous


def as_ids(target: Array, axes: int) -> Array:
    """Return class numbers (N, ...) of `axes` axes after the first: one-hot rows and single units become numbers."""
    if target.ndim == axes + 1:
        return target.astype(np.int64, copy=False)
    if target.shape[-1] == 1:
        return (target[..., 0] >= 0.5).astype(np.int64)
    return np.asarray(target.argmax(axis=-1), np.int64)


def as_values(target: Array, shape: tuple[int, ...]) -> Array:
    """Return targets in the shape of a numeric input; class numbers become one-hot rows where those fit."""
    if target.ndim == len(shape) - 1 and target.dtype.kind in "iu" and shape[-1] > 1:
        return one_hot(target, shape[-1])
    return target.reshape(shape)


def after_ids(feedback: Feedback, ids: Array) -> Array:
    """Return the ids that follow as inputs: an id itself, but padding after the end and after padding."""
    end = feedback.layer.end_id
    return ids if not end else np.where(ids == end, PADDING, ids)


class FreeRun:
    """Runs a plan step by step on its own outputs. The plan must keep its values: made for training, or with keep=True.

    What does not depend on the fed back outputs (an encoder) is computed once; the rest once for each step.
    """

    def __init__(self, plan: Plan, feedbacks: Sequence[Feedback]) -> None:
        self._plan = plan
        self._feedbacks = tuple(
            f for f in feedbacks if f.node in plan.inputs and f.output in plan.predictions
        )
        self._before, self._after = split_steps(plan, {f.node for f in self._feedbacks})
        self.steps = max((f.steps for f in self._feedbacks), default=1)

    @np.errstate(all="ignore")
    def __call__(self, real: Array | None = None, go_on: Callable[[], bool] | None = None) -> None:
        """Fill the plan's fed back inputs and its predictions; its other inputs are there already.

        `real` (batch, T), where given, says which steps count: exactly those are given an id that is no padding, as
        training wants it. Without it a sequence of ids is over after its end: from there on its inputs are padding,
        and so is what it predicts. `go_on` is asked at each step, and may break off.
        """
        plan = self._plan
        for feedback in self._feedbacks:
            self._begin(feedback)
        for step in self._before:
            step()
        for time in range(self.steps):
            for step in self._after:
                step()
            if time + 1 == self.steps or (go_on is not None and not go_on()):
                break
            going = [self._take(feedback, time, real) for feedback in self._feedbacks]
            if not any(going):
                break
        if real is None:
            for feedback in self._feedbacks:
                if feedback.is_ids and feedback.layer.end_id:
                    _pad(plan.predictions[feedback.output], plan.inputs[feedback.node])

    def _begin(self, feedback: Feedback) -> None:
        fed = self._plan.inputs[feedback.node]
        fed[...] = 0
        fed[:, 0] = feedback.layer.start_id if feedback.is_ids else feedback.layer.start

    def _take(self, feedback: Feedback, time: int, real: Array | None) -> bool:
        """Feed the output of a step to the next; return whether any sequence goes on."""
        if time + 1 >= feedback.steps:
            return False
        fed = self._plan.inputs[feedback.node]
        answer = self._plan.predictions[feedback.output][:, time]
        if not feedback.is_ids:
            fed[:, time + 1] = answer.reshape(fed[:, time + 1].shape)
            return True
        chosen = as_ids(answer, fed.ndim - 2)
        if real is not None:
            # A mask is read off these ids: a step that counts must not look like padding.
            marks = np.where(chosen == PADDING, feedback.layer.end_id or feedback.layer.start_id, chosen)
            fed[:, time + 1] = np.where(real[:, time + 1], marks, PADDING) if fed.ndim == 2 else marks
            return bool(real[:, time + 1].any())
        following = after_ids(feedback, chosen)
        if feedback.layer.end_id:
            following = np.where(fed[:, time] == PADDING, PADDING, following)
        fed[:, time + 1] = following
        return bool(following.any()) or not feedback.layer.end_id


def split_steps(plan: Plan, nodes: set[str]) -> tuple[list[Step], list[Step]]:
    """Return (before, behind): the steps of a forward pass that do not depend on these nodes, and those that do."""
    behind: set[Value | Mask] = set()
    for operation in plan.program.operations:
        masks = operation.masks if isinstance(operation, MaskOperation) else ()
        masks = (*masks, *(value.mask for value in operation.inputs if value.mask is not None))
        if operation.node in nodes or not behind.isdisjoint((*operation.inputs, *masks)):
            behind.update(operation.outputs)
            made = getattr(operation, "mask", None)
            if made is not None:
                behind.add(made)
    first: list[Step] = []
    second: list[Step] = []
    for operation, step in plan.steps:
        made = operation.mask if isinstance(operation, MaskOperation) else None
        depends = not behind.isdisjoint(operation.outputs) or made in behind
        (second if depends else first).append(step)
    return first, second


def _pad(prediction: Array, fed: Array) -> None:
    """Let what a network says after the end of a sequence be padding, class 0 for certain."""
    over = fed == PADDING
    if over.shape == prediction.shape[:-1] and prediction.shape[-1] > 1:
        prediction[over] = 0
        prediction[over, PADDING] = 1


def refuse_looking_ahead(
    plan: Plan, feedbacks: Sequence[Feedback], order: Sequence[str], design: Design
) -> None:
    """Raise TrainingError where a prediction depends on outputs that are yet to come.

    `plan` (kept, predicting) holds samples and the true previous outputs; the later of them are changed, and the
    earlier predictions must not know. Names the first layer, in `order`, that does.
    """
    for feedback in feedbacks:
        if feedback.node not in plan.inputs or feedback.steps < 2:
            continue
        fed, at = plan.inputs[feedback.node], feedback.steps // 2
        kept = fed.copy()
        plan.forward()
        before = {node: tap.post.copy() for node, tap in plan.taps.items()}
        prediction = plan.predictions[feedback.output].copy()
        fed[:, at:] = _others(feedback, kept)[:, at:]
        plan.forward()
        fed[...] = kept
        if _agree(prediction, plan.predictions[feedback.output], at, feedback.steps):
            continue
        found = (
            n for n in order if n in before and not _agree(before[n], plan.taps[n].post, at, feedback.steps)
        )
        node = next(found, feedback.output)
        raise TrainingError(
            f"{design.nodes[node].name} looks ahead: what it says of a step depends on outputs of later steps, which "
            "it is to predict, and which are not there when the network runs free. Between a PreviousOutput and its "
            "Output use layers that look back only: no bidirectional ones, attention with use_causal_mask, "
            "convolutions with causal padding.",
            node=node,
        )


def _others(feedback: Feedback, fed: Array) -> Array:
    """Return other values that the input may have: ids that occur, none of them padding."""
    if not feedback.is_ids:
        return fed + 1
    known = np.unique(fed[fed != PADDING])
    return np.where(fed == PADDING, fed, known[(np.searchsorted(known, fed) + 1) % len(known)])


def _agree(one: Array, other: Array, at: int, steps: int) -> bool:
    if one.ndim > 1 and one.shape[1] == steps:
        one, other = one[:, :at], other[:, :at]
    scale = float(np.abs(one).max(initial=0.0))
    return bool(np.allclose(one, other, rtol=0, atol=1e-5 * scale + 1e-12, equal_nan=True))
