"""What a network answers, for the eye: a surface over the plane, a fitted curve, a confusion matrix, a scatter.

A `Predictor` picks the picture that suits a network and its data, and computes the arrays of it from the weights as
they are. It runs inference plans only: it moves no weights, no statistics and no random stream, so a run with a
predictor beside it is the same bit for bit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.core.shapes import Shape, size
from engine.data.dataset import DataSet
from engine.training.attention_picture import AttentionPicture, shows_attention
from engine.training.inferring import Inferring
from engine.training.prediction_kinds import (
    ConfusionKind,
    CurveKind,
    Kind,
    ReconstructionKind,
    ScatterKind,
    SurfaceKind,
)
from engine.training.prediction_samples import PARTS, Question, choose_samples
from engine.training.prediction_texts import TextsKind, writes_texts
from engine.training.sample_pictures import SamplesKind, shows_samples
from engine.training.targets import bind_data

Array = NDArray[Any]
Fields = dict[str, tuple[str, Shape]]

SAMPLES = 2_000
"""Samples that are asked at most: more could not be told apart on the screen."""
SECONDS = 0.12
"""One computation takes about so long at most: a slow network is asked fewer samples, on a coarser grid."""


class Predictor:
    """Computes one picture of a network's answers.

    `node_id` names the Output, the first where it is "", or an attention layer, whose map is then the picture. `part`
    is "train", "validation" or "test" for pictures of one part of the data: validation where it is "", training where
    there is no validation.

    Attributes:
        about: what the picture is and says beside its arrays, as JSON data: "kind" is "surface", "curve",
            "confusion", "scatter", "reconstruction", "attention" or "samples"; then the names of classes,
            features and targets.
        fields: name -> (dtype, shape) of the arrays that `compute` returns; they stay the same.
    Raises TrainingError where the data does not fit the network.
    """

    def __init__(
        self,
        network: Network,
        data: DataSet,
        node_id: str = "",
        part: str = "",
        *,
        samples: int = SAMPLES,
        seconds: float = SECONDS,
    ) -> None:
        output = node_id if node_id in network.outputs else network.outputs[0]
        parts = data.parts()
        chosen = part if part in parts else "validation" if "validation" in parts else "train"
        self._kind: Any
        if shows_attention(network.design, node_id):
            subset = choose_samples({chosen: parts[chosen]}, samples)
            self._kind = AttentionPicture(network, data, node_id, subset)
            self.fields: Fields = self._kind.fields
            self.about: dict[str, Any] = _about_attention(self._kind, data, node_id, chosen)
            return
        question = Question(network, data, output, *_outlook(network, data, output))
        kind = _choose(question)
        asked = parts if kind.ALL_PARTS else {chosen: parts[chosen]}
        most = samples if kind.ALL_PARTS else min(samples, sum(len(split) for split in asked.values()))
        inferring = Inferring(network, output, most)
        limit = min(samples, max(inferring.affordable(seconds * kind.SHARE_OF_SAMPLES), inferring.batch))
        subset = choose_samples(asked, limit)
        self._kind = kind(question, inferring, subset, bind_data(network, subset.split), seconds)
        self.fields = self._kind.fields
        self.about = {
            "kind": kind.NAME,
            "node": output,
            "task": "classification" if question.classifies else "regression",
            "classes": list(question.classes),
            "features": list(data.feature_names),
            "targets": list(question.targets),
            "parts": [[name, subset.count(name), len(parts[name])] for name in asked],
            "available": [name for name in PARTS if name in parts],
            "part": "" if kind.ALL_PARTS else chosen,
            "data": data.kind,
            **self._kind.about,
        }

    def compute(self) -> dict[str, Array]:
        """Return the arrays of the picture with the weights as they are."""
        with np.errstate(all="ignore"):
            found: dict[str, Array] = self._kind.compute()
            return found


def _about_attention(picture: AttentionPicture, data: DataSet, node_id: str, part: str) -> dict[str, Any]:
    parts, count = data.parts(), picture.fields["weights"][1][0]
    heads = [f"head {number + 1}" for number in range(picture.about["heads"])]
    return {
        "kind": picture.NAME,
        "node": node_id,
        "task": "attention",
        "classes": [],
        "features": [],
        "targets": ["mean of the heads", *heads] if len(heads) > 1 else heads,
        "parts": [[part, count, len(parts[part])]],
        "available": [name for name in PARTS if name in parts],
        "part": part,
        "data": data.kind,
        **picture.about,
    }


class _Outlook(NamedTuple):
    """What an output answers: classes by name, or targets by name."""

    classifies: bool
    classes: tuple[str, ...]
    targets: tuple[str, ...]
    reconstructs: bool


def _outlook(network: Network, data: DataSet, output: str) -> _Outlook:
    shape = network.inference.inputs[output][0]
    loss, units = network.losses[output], shape[-1] if shape else 1
    probe = data.train.take(np.arange(min(len(data.train), 64)))
    bound = bind_data(network, probe)
    if output in bound.reconstructed:
        return _Outlook(False, (), _target_names(data, size(shape), reconstructs=True), True)
    counted = len(data.classes)
    binary = units == 1 and (
        loss.NAME == "binary_crossentropy" or (data.task == "classification" and counted <= 2)
    )
    classifies = loss.TARGET != "values" or binary or (data.task == "classification" and units == counted)
    if not classifies:
        return _Outlook(False, (), _target_names(data, size(shape), reconstructs=False), False)
    count = 2 if units == 1 else units
    names = data.classes if counted == count else tuple(str(number) for number in range(count))
    return _Outlook(True, names, (), False)


def _target_names(data: DataSet, count: int, *, reconstructs: bool) -> tuple[str, ...]:
    names = data.feature_names if reconstructs else data.target_names
    if len(names) == count:
        return names
    return ("target",) if count == 1 else tuple(f"output {number}" for number in range(min(count, 1_000)))


def _choose(question: Question) -> type[Kind]:
    if shows_samples(question):
        return SamplesKind
    network, output = question.network, question.output
    if writes_texts(question):
        return TextsKind
    flat = len(network.inference.inputs[output][0]) == 1
    width = 0
    if len(network.inputs) == 1 and flat and not question.reconstructs:
        node = network.design.nodes[network.inputs[0]]
        (shape,) = network.inference.outputs[node.id]
        if getattr(node.layer, "dtype", "float") != "int" and len(shape) == 1:
            width = shape[0]
    if width == 2:
        return SurfaceKind
    if width == 1 and not question.classifies:
        return CurveKind
    if question.classifies:
        return ConfusionKind
    if question.reconstructs and question.image_shape:
        return ReconstructionKind
    return ScatterKind
