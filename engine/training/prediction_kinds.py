"""The pictures of a network's answers: what each shows, in which arrays, and how they come about."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.shapes import Shape, size
from engine.training.code_picture import CodePicture, find_code
from engine.training.inferring import Inferring
from engine.training.prediction_samples import Question, Subset
from engine.training.targets import BoundData

Array = NDArray[Any]

GRIDS = (80, 60, 44, 32, 20)
"""Sides of the grid over the plane, the finest that is affordable."""
CURVE_POINTS = 256
MISTAKES = 24
PAIRS = 16
IMAGE_SIDE = 64
"""Images are thinned out to so many pixels a side."""
CLASSES = 60
"""A confusion matrix has so many rows at most; rarer classes share the last."""
TARGETS = 12


class Kind:
    """A picture. `fields` names its arrays; `compute` fills them. Samples come in the order of `subset`."""

    NAME: ClassVar[str] = ""
    ALL_PARTS: ClassVar[bool] = False
    """Whether training, validation and test samples are shown together."""
    SHARE_OF_SAMPLES: ClassVar[float] = 1.0
    """The share of the time that goes into the samples."""

    def __init__(
        self, question: Question, inferring: Inferring, subset: Subset, bound: BoundData, seconds: float
    ) -> None:
        self.question, self.inferring, self.subset, self.bound = question, inferring, subset, bound
        self.seconds = seconds
        self.truth = question.truth(subset.split)
        self.about: dict[str, Any] = {}
        self.fields: dict[str, tuple[str, Shape]] = {}
        self._prepare()

    def _prepare(self) -> None:
        """Say what is in `fields` and `about`, and keep what does not change."""

    def compute(self) -> dict[str, Array]:
        """Return an array for each of the fields."""
        raise NotImplementedError

    def _inputs(self) -> Array:
        """The samples of the first input as they are fed, one axis each: (N, size).

        Where an image is shared out among several inputs, all of it.
        """
        arrays = [array.reshape(len(array), -1) for array in self.bound.inputs.values()]
        shape = self.question.image_shape
        if shape and self.question.classifies and sum(a.shape[1] for a in arrays) == size(shape):
            return np.concatenate(arrays, axis=1) if len(arrays) > 1 else arrays[0]
        return arrays[0]

    def _answers_of(self, outputs: Array, targets: int) -> Array:
        """Numbers that are answered, in the units of the data: (N, targets) float32."""
        values = self.question.in_own_units(outputs.reshape(len(outputs), -1))
        return values[:, :targets].astype(np.float32)


class PlaneKind(Kind):
    """A picture whose samples are places: every one is shown with what is true of it and what is answered."""

    ALL_PARTS = True
    SHARE_OF_SAMPLES = 0.35

    def _prepare_samples(self) -> None:
        question, count = self.question, len(self.truth)
        units = size(self.inferring.shape)
        self.targets = 1 if question.classifies else min(units, TARGETS)
        self.width = self._inputs().shape[1]
        self._places = question.features_in_own_units(self._inputs()).astype(np.float32)
        wanted = self.truth.reshape(count, -1)[:, : self.targets]
        self._wanted = wanted.astype(np.float32)
        self.fields = {
            "places": ("float32", (count, self.width)),
            "truth": ("float32", (count, self.targets)),
            "answers": ("float32", (count, self.targets)),
            "confidence": ("float32", (count,)),
            "part": ("uint8", (count,)),
        }

    def _sampled(self) -> dict[str, Array]:
        question = self.question
        outputs = self.inferring.ask(self.bound)
        confidence = np.ones(len(outputs), np.float32)
        if question.classifies:
            decided = question.decisions(outputs)
            shares = question.probabilities(outputs)
            confidence = np.take_along_axis(shares, decided[:, None], -1)[:, 0].astype(np.float32)
            answers = decided[:, None].astype(np.float32)
        else:
            answers = self._answers_of(outputs, self.targets)
        return {
            "places": self._places,
            "truth": self._wanted,
            "answers": answers,
            "confidence": confidence,
            "part": self.subset.part,
        }

    def _bounds(self, margin: float) -> tuple[Array, Array]:
        """Return (low, high) of each input as it is fed, with a margin around the samples."""
        x = self._inputs().astype(np.float64)
        low, high = x.min(axis=0), x.max(axis=0)
        reach = high - low
        reach = np.where(reach > 1e-9 * np.maximum(np.abs(high), 1.0), reach, 2.0)
        middle = (low + high) / 2
        half = reach / 2 * (1 + 2 * margin)
        if self.question.data.kind == "points":
            own = self._in_units(np.stack((middle - half, middle + half)))
            # Both axes have one unit here, in which the picture is to be a square: a circle looks like one.
            per_unit = 2 * half / np.maximum(own[1] - own[0], 1e-12)
            half = per_unit * float((own[1] - own[0]).max()) / 2
        return middle - half, middle + half

    def _in_units(self, x: Array) -> Array:
        return self.question.features_in_own_units(x)


class SurfaceKind(PlaneKind):
    """The answer over the plane of two inputs.

    "grid" (side, side, units) float32, its rows from the lowest x2 up: probabilities of a classification (of the second
    class where there is one unit), answers in the data's units of a regression. `about["bounds"]` are [x1 low, x1 high,
    x2 low, x2 high].
    """

    NAME = "surface"

    def _prepare(self) -> None:
        self._prepare_samples()
        room = self.inferring.affordable(self.seconds * (1 - self.SHARE_OF_SAMPLES))
        side = next((side for side in GRIDS if side * side <= room), GRIDS[-1])
        low, high = self._bounds(0.08)
        self._grid = grid_of(low, high, side)
        ends = self._in_units(np.stack((low, high)))
        self.about["bounds"] = [*map(float, ends[:, 0]), *map(float, ends[:, 1])]
        self.about["square"] = self.question.data.kind == "points"
        units = size(self.inferring.shape)
        self._layers = units if self.question.classifies else self.targets
        self.fields["grid"] = ("float32", (side, side, self._layers))

    def compute(self) -> dict[str, Array]:
        outputs = self.inferring.ask_array(self._grid)
        side = int(np.sqrt(len(outputs)))
        if self.question.classifies:
            outputs = np.nan_to_num(outputs.reshape(len(outputs), -1))
            shares = self.question.probabilities(outputs)
            layers = shares[:, 1:] if self._layers == 1 else shares
        else:
            layers = self._answers_of(outputs, self._layers)
        grid = layers.reshape(side, side, self._layers).astype(np.float32)
        return {**self._sampled(), "grid": grid}


class CurveKind(PlaneKind):
    """The answer along one input: "line_x" (n,) and "line" (n, targets), in the data's units."""

    NAME = "curve"

    def _prepare(self) -> None:
        self._prepare_samples()
        low, high = self._bounds(0.04)
        self._line = np.linspace(low, high, CURVE_POINTS)
        self._line_x = self._in_units(self._line)[:, 0].astype(np.float32)
        self.fields["line_x"] = ("float32", (CURVE_POINTS,))
        self.fields["line"] = ("float32", (CURVE_POINTS, self.targets))

    def compute(self) -> dict[str, Array]:
        line = self._answers_of(self.inferring.ask_array(self._line), self.targets)
        return {**self._sampled(), "line_x": self._line_x, "line": line}


class ScatterKind(Kind):
    """Answers beside the truth: "truth" and "answers" (N, targets), in the data's units."""

    NAME = "scatter"

    def _prepare(self) -> None:
        self._wanted = self.truth.reshape(len(self.truth), -1)
        if self.question.reconstructs:
            self._wanted = self._inputs()
        self._targets = min(self._wanted.shape[1], size(self.inferring.shape), TARGETS)
        self._wanted = self._wanted[:, : self._targets].astype(np.float32)
        shape = self._wanted.shape
        self.fields = {"truth": ("float32", shape), "answers": ("float32", shape)}

    def compute(self) -> dict[str, Array]:
        return {
            "truth": self._wanted,
            "answers": self._answers_of(self.inferring.ask(self.bound), self._targets),
        }


class ConfusionKind(Kind):
    """Which class is taken for which: "matrix" (classes, classes) int64, rows the true class, columns the answer.

    Where each step of a sequence has a class, every step counts that is no padding. For images also the worst mistakes,
    the surest first:
    "mistakes" how many there are, and of the first 24 "images" (24, h, w, c) uint8, "true", "answered",
    "confidence" (of the answer), "true_share" (the probability of the true class) and "number" (in the part).
    """

    NAME = "confusion"

    def _prepare(self) -> None:
        names = self.question.classes
        self._row = np.arange(len(names))
        if len(names) > CLASSES:
            often = np.argsort(-np.bincount(self.truth.reshape(-1), minlength=len(names)), kind="stable")
            self._row = np.full(len(names), CLASSES - 1)
            self._row[often[: CLASSES - 1]] = np.arange(CLASSES - 1)
            names = (*(names[place] for place in often[: CLASSES - 1]), "others")
        self._rows = len(names)
        self.about["rows"] = list(names)
        self.fields = {"matrix": ("int64", (self._rows, self._rows))}
        shape = self.question.image_shape
        self._images: ImageMaker | None = None
        if shape is not None and self.truth.ndim == 1:
            self._images = ImageMaker(self.question, self._inputs(), shape)
            self.fields |= {
                "mistakes": ("int64", (1,)),
                "images": ("uint8", (MISTAKES, *self._images.shape)),
                "true": ("int64", (MISTAKES,)),
                "answered": ("int64", (MISTAKES,)),
                "confidence": ("float32", (MISTAKES,)),
                "true_share": ("float32", (MISTAKES,)),
            }

    def compute(self) -> dict[str, Array]:
        question, rows = self.question, self._rows
        outputs = self.inferring.ask(self.bound)
        decided = question.decisions(outputs)
        truth = self.truth
        if decided.ndim > truth.ndim:
            decided = decided.reshape(truth.shape)
        if (real := self.inferring.real) is not None and real.shape == truth.shape:
            places = self._row[truth[real]] * rows + self._row[decided[real]]
        else:
            places = self._row[truth.reshape(-1)] * rows + self._row[decided.reshape(-1)]
        matrix = np.bincount(places, minlength=rows * rows).reshape(rows, rows)
        found: dict[str, Array] = {"matrix": matrix}
        return found | self._mistakes(outputs, decided) if self._images is not None else found

    def _mistakes(self, outputs: Array, decided: Array) -> dict[str, Array]:
        assert self._images is not None
        wrong = np.flatnonzero(decided != self.truth)
        shares = self.question.probabilities(outputs.reshape(len(outputs), -1)[wrong])
        rows = np.arange(len(wrong))
        sure, true = shares[rows, decided[wrong]], shares[rows, self.truth[wrong]]
        worst = np.argsort(true - sure, kind="stable")[:MISTAKES]
        samples, count = wrong[worst], len(worst)
        found: dict[str, Array] = {
            "images": np.zeros((MISTAKES, *self._images.shape), np.uint8),
            "true": np.zeros(MISTAKES, np.int64),
            "answered": np.zeros(MISTAKES, np.int64),
            "confidence": np.zeros(MISTAKES, np.float32),
            "true_share": np.zeros(MISTAKES, np.float32),
        }
        values = {
            "images": self._images.make(self._inputs()[samples]),
            "true": self.truth[samples],
            "answered": decided[samples],
            "confidence": sure[worst],
            "true_share": true[worst],
        }
        for name, value in values.items():
            found[name][:count] = value
        return {"mistakes": np.array([len(wrong)], np.int64), **found}


class ReconstructionKind(Kind):
    """What an autoencoder makes of images: "images" and "answers" (n, h, w, c) uint8, "errors" (n,) mean squares.

    Where all of it passes a narrow place, also what `CodePicture` has: where the samples lie in the code.
    """

    NAME = "reconstruction"
    SHARE_OF_SAMPLES = 0.5

    def _prepare(self) -> None:
        shape = self.question.image_shape
        assert shape is not None
        self._images = ImageMaker(self.question, self._inputs(), shape)
        self._count = min(PAIRS, len(self.truth))
        self._originals = self._images.make(self._inputs()[: self._count])
        pictures = ("uint8", (self._count, *self._images.shape))
        self.fields = {
            "images": pictures,
            "answers": pictures,
            "errors": ("float32", (self._count,)),
            "mean_error": ("float64", (1,)),
        }
        self._code: CodePicture | None = None
        network, data = self.question.network, self.question.data
        if node := find_code(network, self.question.output):
            y, batch = self.subset.split.y, self.inferring.batch
            self._code = CodePicture(network, data, node, y, self.bound, batch)
            self.about["code"] = self._code.about
            self.fields |= self._code.fields

    def compute(self) -> dict[str, Array]:
        wanted = self._inputs()
        outputs = self.inferring.ask(self.bound).reshape(len(wanted), -1)
        squares = np.nan_to_num(np.square(outputs - wanted, dtype=np.float64).mean(axis=1), nan=np.inf)
        return (self._code.compute() if self._code is not None else {}) | {
            "images": self._originals,
            "answers": self._images.make(np.nan_to_num(outputs[: self._count])),
            "errors": squares[: self._count].astype(np.float32),
            "mean_error": np.array([squares.mean()]),
        }


class ImageMaker:
    """Turns images as they are fed into bytes from 0 (the darkest value that samples have) to 255."""

    def __init__(self, question: Question, inputs: Array, shape: tuple[int, int, int]) -> None:
        self._question, self._full = question, shape
        self._stride = max(1, -(-max(shape[:2]) // IMAGE_SIDE))
        height, width = (-(-side // self._stride) for side in shape[:2])
        self.shape = (height, width, 3 if shape[2] >= 3 else 1)
        own = self._own(inputs[:256])
        self._low, high = float(own.min()), float(own.max())
        self._span = max(high - self._low, 1e-9)

    def make(self, inputs: Array) -> Array:
        """Return images (n, h, w, 1 or 3) uint8 of samples (n, size)."""
        images = self._own(inputs)[:, :: self._stride, :: self._stride, : self.shape[2]]
        return (np.clip((images - self._low) / self._span, 0, 1) * 255 + 0.5).astype(np.uint8)

    def _own(self, inputs: Array) -> Array:
        images = inputs.reshape(len(inputs), *self._full)
        offset = self._question.data.preprocessing.offset
        fits = not offset or len(offset) == images.shape[-1]
        return self._question.data.preprocessing.inverse(images) if fits else images.astype(np.float64)


def grid_of(low: Array, high: Array, side: int) -> Array:
    """Return the places (side * side, 2) of a grid over a rectangle, row after row from below; its outermost places
    are half a cell inside."""
    centres = (np.arange(side) + 0.5) / side
    x, y = (low[axis] + (high[axis] - low[axis]) * centres for axis in (0, 1))
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
