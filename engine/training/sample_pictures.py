"""The picture of what a generator makes: points among the real ones, or images beside the nearest real ones."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.core.shapes import size
from engine.design.phases import generated_at
from engine.training.inferring import Inferring
from engine.training.prediction_kinds import ImageMaker, Kind, grid_of
from engine.training.prediction_samples import Question
from engine.training.sample_figures import squared_distances
from engine.training.sampling import Sampling

Array = NDArray[Any]
POINTS, IMAGES = 500, 24
SIDE = 44
MARGIN = 0.3
"""What the plane shows beyond the real samples on each side, as a share of their reach: a generator errs widely."""


class SamplesKind(Kind):
    """What the generator makes of noise that stays the same, so that one sees it move over a run.

    `about["view"]` is "points": "made" and "real" (n, 2) float32 in the data's units, the first two features where
    there are more, and, of two, "grid" (side, side), what the discriminator answers over the plane. Or it is "images":
    "made" and "nearest" (n, h, w, c) uint8, each with the real sample that is nearest to it, and "distances" (n,), the
    root mean square of the difference.
    """

    NAME: ClassVar[str] = "samples"

    def _prepare(self) -> None:
        network = self.question.network
        found = generated_at(network.design, network.inference)
        assert found is not None
        shape = self.question.image_shape
        count = POINTS if shape is None else IMAGES
        self._real = self.bound.inputs[found[1]].reshape(self.bound.samples, -1)
        self._sampling = Sampling(network, count, self.bound)
        self._images = None if shape is None else ImageMaker(self.question, self._real, shape)
        self._judge: Inferring | None = None
        if self._images is not None:
            pictures = ("uint8", (count, *self._images.shape))
            self.fields = {"made": pictures, "nearest": pictures, "distances": ("float32", (count,))}
            self.about["view"] = "images"
            return
        self.about["view"] = "points"
        self._places = self._own(self._real)
        self.fields = {"made": ("float32", (count, 2)), "real": ("float32", self._places.shape)}
        self._prepare_plane(network, found[1])

    def _prepare_plane(self, network: Network, source: str) -> None:
        low, high = self._places.min(axis=0), self._places.max(axis=0)
        half = float((high - low).max()) * (0.5 + MARGIN)
        middle = (low + high) / 2
        low, high = middle - half, middle + half
        self.about["bounds"] = [float(low[0]), float(high[0]), float(low[1]), float(high[1])]
        output = judging_output(network, source)
        if self._real.shape[1] == 2 and len(network.inputs) == 1 and output:
            places = grid_of(low, high, SIDE)
            preparation = self.question.data.preprocessing
            if not preparation.offset or len(preparation.offset) == 2:
                self._grid = preparation.transform(places)
                self._judge = Inferring(network, output, SIDE * SIDE)
                self.fields["grid"] = ("float32", (SIDE, SIDE))

    def compute(self) -> dict[str, Array]:
        made = np.nan_to_num(
            self._sampling().reshape(-1, self._real.shape[1]), nan=0.0, posinf=1e6, neginf=-1e6
        )
        if self._images is not None:
            distances = squared_distances(made, self._real)
            nearest = distances.argmin(axis=1)
            least = distances[np.arange(len(made)), nearest] / made.shape[1]
            return {
                "made": self._images.make(made),
                "nearest": self._images.make(self._real[nearest]),
                "distances": np.sqrt(least).astype(np.float32),
            }
        found: dict[str, Array] = {"made": self._own(made), "real": self._places}
        if self._judge is not None:
            answers = self._judge.ask_array(self._grid).reshape(SIDE, SIDE, -1)[..., 0]
            found["grid"] = np.nan_to_num(answers).astype(np.float32)
        return found

    def _own(self, x: Array) -> Array:
        return self.question.features_in_own_units(x)[:, :2].astype(np.float32)


def shows_samples(question: Question) -> bool:
    """Return whether a network makes samples that can be shown: images, or at least two features."""
    network = question.network
    found = generated_at(network.design, network.inference)
    if found is None or not network.design.phases:
        return False
    (shape,) = network.inference.outputs[found[1]]
    return question.image_shape is not None or size(shape) >= 2


def judging_output(network: Network, source: str) -> str:
    """Return the Output that depends on an Input's samples and on no Noise, "" where there is none."""
    before: dict[str, set[str]] = {}
    for edge in network.design.edges:
        before.setdefault(edge.target, set()).add(edge.source)
    for output in network.outputs:
        found, waiting = {output}, [output]
        while waiting:
            for node_id in before.get(waiting.pop(), set()) - found:
                found.add(node_id)
                waiting.append(node_id)
        types = {network.design.nodes[node_id].type for node_id in found}
        if source in found and "Noise" not in types:
            return output
    return ""
