"""The small collected sets that come with the program; resources/data/README.md states their origin."""

from __future__ import annotations

import dataclasses
from typing import Annotated, ClassVar, Literal

import numpy as np
from msgspec import Meta

from engine.core.errors import DataError
from engine.data.dataset import Kind
from engine.data.formats.csv_table import read_csv
from engine.data.formats.npz import read_npz
from engine.data.places import shipped_folder
from engine.data.raw import RawData, ReadContext
from engine.data.settings import DataSettings
from engine.data.source import Source, register


@register
class Iris(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """150 iris flowers of three species, told by the length and width of sepals and petals in centimetres.

    Setosa is parted from the others by a line; versicolor and virginica overlap. The classic small table
    (R. A. Fisher, 1936).
    """

    name: ClassVar[str] = "iris"
    title: ClassVar[str] = "Iris flowers"
    kind: ClassVar[Kind] = "table"
    licence: ClassVar[str] = "R. A. Fisher, 1936; free to use"
    generated: ClassVar[bool] = False
    order: ClassVar[int] = 1

    def read(self, context: ReadContext) -> RawData:
        raw = read_csv(shipped_folder() / "iris.csv", DataSettings())
        # Its columns are always the same four: they are chosen by name, like those of any built-in set.
        return dataclasses.replace(raw, place=self.name, feature_columns=(), target_columns=())


@register
class Digits(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """1,797 handwritten digits as grey images of 8x8 pixels; values 0 to 16 are divided by 16, to lie from 0 to 1.

    Small enough to train a network on in seconds. (E. Alpaydin and C. Kaynak, Optical recognition of handwritten
    digits, 1998.)
    """

    name: ClassVar[str] = "digits"
    title: ClassVar[str] = "Handwritten digits, 8x8"
    kind: ClassVar[Kind] = "image"
    licence: ClassVar[str] = "CC BY 4.0; E. Alpaydin and C. Kaynak, UCI Machine Learning Repository"
    generated: ClassVar[bool] = False
    order: ClassVar[int] = 0

    which: Annotated[
        Literal["all", "0 to 4", "5 to 9"],
        Meta(description="All ten digits, or half of them: the other half is a new task to transfer to."),
    ] = "all"

    def read(self, context: ReadContext) -> RawData:
        raw = read_npz(shipped_folder() / "digits.npz", DataSettings())
        if raw.x.shape[1:] != (8, 8, 1):
            raise DataError(
                "The program's own file digits.npz is not what it should be. Install Gradloom again."
            )
        raw = dataclasses.replace(raw, place=self.name, divisor=16.0, report=(), target_names=("digit",))
        if self.which == "all":
            return raw
        first = 0 if self.which == "0 to 4" else 5
        chosen = (raw.y >= first) & (raw.y < first + 5)
        return dataclasses.replace(
            raw, x=raw.x[chosen], y=raw.y[chosen] - first, classes=raw.classes[first : first + 5]
        )


@register
class DigitPairs(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pairs of handwritten digits, one above the other (16x8 pixels): are the two the same digit or not?

    Half of the pairs are. Two Inputs of 8x8 get one image each. The images are those of the 8x8 digits.
    """

    name: ClassVar[str] = "digit_pairs"
    title: ClassVar[str] = "Pairs of digits"
    kind: ClassVar[Kind] = "image"
    licence: ClassVar[str] = "CC BY 4.0; E. Alpaydin and C. Kaynak, UCI Machine Learning Repository"
    generated: ClassVar[bool] = False
    order: ClassVar[int] = 2

    samples: Annotated[int, Meta(ge=10, le=100_000, description="Pairs drawn.")] = 4_000
    seed: Annotated[int, Meta(ge=0, description="The same number draws the same pairs.")] = 0

    def read(self, context: ReadContext) -> RawData:
        digits = Digits().read(context)
        random = np.random.default_rng(self.seed)
        same = random.permutation(np.arange(self.samples) % 2)
        first = random.integers(0, len(digits.y), self.samples)
        second = np.empty_like(first)
        for label in range(len(digits.classes)):
            alike, others = np.flatnonzero(digits.y == label), np.flatnonzero(digits.y != label)
            for wanted, choices in ((1, alike), (0, others)):
                here = (digits.y[first] == label) & (same == wanted)
                second[here] = random.choice(choices, int(here.sum()))
        pairs = np.concatenate([digits.x[first], digits.x[second]], axis=1)
        return dataclasses.replace(
            digits, place=self.name, x=pairs, y=same.astype(np.int64), classes=("different", "same"),
            target_names=("pair",),
        )  # fmt: skip
