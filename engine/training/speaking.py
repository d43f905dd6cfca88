"""Asking a network for the next token: a decoder that is fed its own outputs, or a network over a window of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.compiler.feedback import PADDING, Feedback, split_steps
from engine.compiler.network import Network
from engine.core.errors import SettingError
from engine.core.registry import family
from engine.core.shapes import Shape, text
from engine.design.design import Design
from engine.design.feedback_checks import output_of
from engine.design.inference import Inference
from engine.layers.previous_output import PreviousOutput

Array = NDArray[Any]
SMALLEST = 1e-45
"""Stands for a probability of 0, whose logarithm is none."""


def speaks(network: Network) -> str:
    """Return how a network gives one token after the other: "decoder", "window", or "" where it gives none."""
    return speaking_kind(network.design, network.inference)


def speaking_kind(design: Design, inference: Inference) -> str:
    """Return what `speaks` returns for a design that need not be whole."""
    outputs = [node.id for node in design.nodes.values() if node.type == "Output"]
    for node in design.nodes.values():
        if isinstance(node.layer, PreviousOutput) and node.layer.dtype == "int":
            meant = output_of(design, node.layer)
            return "decoder" if meant and len(_arriving(inference, meant)) == 2 else ""
    inputs = [node for node in design.nodes.values() if node.type == "Input"]
    if len(inputs) != 1 or len(outputs) != 1:
        return ""
    shape, answer = inference.outputs.get(inputs[0].id, ((),))[0], _arriving(inference, outputs[0])
    whole = getattr(inputs[0].layer, "dtype", "float") == "int" and len(shape) == 1
    loss = family("loss").get(getattr(design.nodes[outputs[0]].layer, "loss"))  # noqa: B009 - Layer has no loss
    each = len(answer) == 2 and answer[:1] == shape and answer[-1] > 1
    return "window" if whole and each and loss.TARGET != "values" else ""


def _arriving(inference: Inference, output: str) -> Shape:
    shapes = inference.inputs.get(output, ())
    return shapes[0] if shapes else ()


def _answer(network: Network, output: str) -> Shape:
    return _arriving(network.inference, output)


class Decoder:
    """Answers with the decoder of a network, for one source. `next` gives the log-probabilities of what comes next."""

    def __init__(self, network: Network, sources: Mapping[str, ArrayLike], batch: int) -> None:
        self.feedback: Feedback = next(
            f for f in network.feedbacks if f.is_ids and len(_answer(network, f.output)) == 2
        )
        self._plan = network.plan(batch, False, keep=True)
        self.batch, self.steps = batch, self.feedback.steps
        self.units = _answer(network, self.feedback.output)[-1]
        names = {
            network.design.nodes[n].name: array
            for n, array in self._plan.inputs.items()
            if n in network.inputs
        }
        for name, buffer in names.items():
            if name not in sources:
                raise SettingError(
                    f"There is no sample for {name}. Received: {', '.join(sources) or 'none'}."
                )
            sample = np.asarray(sources[name])
            if sample.size != buffer[0].size:
                raise SettingError(
                    f"{name} takes a sample of {text(buffer.shape[1:])}. Received: {text(sample.shape)}."
                )
            buffer[...] = sample.reshape(buffer.shape[1:])
        before, self._after = split_steps(self._plan, {f.node for f in network.feedbacks})
        with np.errstate(all="ignore"):
            for step in before:
                step()

    @property
    def ends(self) -> tuple[int, ...]:
        """The ids that end a sentence: its end, and padding."""
        return (
            tuple(dict.fromkeys((self.feedback.layer.end_id, PADDING))) if self.feedback.layer.end_id else ()
        )

    @property
    def forbidden(self) -> tuple[int, ...]:
        """The ids that are never chosen: the start."""
        return (self.feedback.layer.start_id,) if self.feedback.layer.end_id else ()

    @np.errstate(all="ignore")
    def next(self, ids: Array) -> Array:
        """Return the log-probabilities (B, V) after the sentences `ids` (B, n), B up to the batch."""
        rows, count = ids.shape
        fed, prediction = self._plan.inputs[self.feedback.node], self._plan.predictions[self.feedback.output]
        fed[...] = PADDING
        fed[:, 0] = self.feedback.layer.start_id
        fed[:rows, 1 : count + 1] = ids[:, : self.steps - 1]
        for step in self._after:
            step()
        return logarithms(prediction[:rows, min(count, self.steps - 1)])


class Window:
    """Continues a text: the last ids that fit are read, and the answer at the last of them is what comes next.

    `reread` turns answers into ids that are read again.
    """

    def __init__(
        self, network: Network, beginning: Array, batch: int, reread: Callable[[Array], Array]
    ) -> None:
        self._plan = network.plan(batch, False, keep=False)
        self._output = network.outputs[0]
        self._fed = self._plan.inputs[network.inputs[0]]
        self._beginning, self._reread = beginning, reread
        self.batch, self.steps = batch, self._fed.shape[1]
        self.units = _answer(network, self._output)[-1]

    @np.errstate(all="ignore")
    def next(self, ids: Array) -> Array:
        """Return the log-probabilities (B, V) after the beginning and the answers `ids` (B, n)."""
        rows = len(ids)
        head = np.broadcast_to(self._beginning, (rows, len(self._beginning)))
        read = np.concatenate([head, self._reread(ids)], axis=1)[:, -self.steps :]
        self._fed[...] = PADDING
        self._fed[:rows, : read.shape[1]] = read
        self._plan.forward()
        return logarithms(self._plan.predictions[self._output][:rows, read.shape[1] - 1])


def logarithms(probabilities: Array) -> Array:
    """Return the logarithms of probabilities, in double precision and finite."""
    return np.log(np.maximum(np.nan_to_num(probabilities.astype(np.float64)), SMALLEST))
