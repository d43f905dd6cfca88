"""The small collected sets that come with the program; resources/data/README.md states their origin."""

from __future__ import annotations

import dataclasses
from typing import Annotated, ClassVar, Literal

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
