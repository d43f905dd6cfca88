"""Texts to be rewritten: what an encoder-decoder learns, with as many examples as one likes."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Iterable
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.data.dataset import Kind
from engine.data.generators.common import Samples, Seed
from engine.data.pairs import text_pairs
from engine.data.raw import RawData, ReadContext
from engine.data.source import Source, register

Longest = Annotated[
    int, Meta(ge=2, le=200, description="Length of the longest text; the shortest has a third of it.")
]
Letters = Annotated[int, Meta(ge=2, le=26, description="How many different letters there are.")]

FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1).toordinal(), dt.date(2099, 12, 31).toordinal()
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


OVERDRAWN = 3
"""So many times more texts are drawn than wanted, so that there are enough different ones."""


def distinct(texts: Iterable[str], count: int) -> list[str]:
    """Return `count` texts, different ones while there are any: what is held out was then not seen in training."""
    different = list(dict.fromkeys(texts))
    return [different[index % len(different)] for index in range(count)]


class _Letters(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the tasks on random letters."""

    kind: ClassVar[Kind] = "sequence"

    samples: Samples = 3000
    seed: Seed = 0
    letters: Letters = 10
    longest: Longest = 8

    def rewritten(self, text: str) -> str:
        """What a text is to become."""
        raise NotImplementedError

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        alphabet = string.ascii_lowercase[: self.letters]
        count = self.samples * OVERDRAWN
        lengths = rng.integers(max(1, self.longest // 3), self.longest, count, endpoint=True)
        drawn = rng.integers(0, self.letters, (count, self.longest))
        texts = distinct(
            ("".join(alphabet[i] for i in row[:n]) for row, n in zip(drawn, lengths.tolist(), strict=True)),
            self.samples,
        )
        return text_pairs(
            self.name,
            texts,
            [self.rewritten(text) for text in texts],
            vocabulary=alphabet,
            target_vocabulary=alphabet,
            steps=self.longest,
            target_steps=self.longest,
            names=("letters", self.title.lower()),
        )


@register
class ReversedLetters(_Letters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Random letters, to be written backwards: cabed becomes debac.

    What was read last is written first, so the whole text must pass through the encoder's state. (Sutskever, Vinyals
    and Le, Sequence to sequence learning with neural networks, 2014, turn their sources round for this reason.)
    """

    name: ClassVar[str] = "reversed_letters"
    title: ClassVar[str] = "Reversed letters"
    order: ClassVar[int] = 44

    def rewritten(self, text: str) -> str:
        return text[::-1]


@register
class SortedLetters(_Letters, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Random letters, to be put in order: cabbed becomes abbcde. What counts is how often each letter came."""

    name: ClassVar[str] = "sorted_letters"
    title: ClassVar[str] = "Sorted letters"
    order: ClassVar[int] = 45

    def rewritten(self, text: str) -> str:
        return "".join(sorted(text))


@register
class Dates(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Dates as people write them, to become ISO 8601: Saturday, 21 November 2026 becomes 2026-11-21.

    Twelve ways of writing, in English, of days from 1900 to 2099. With slashes the month comes first, with dots the
    day. Years of two digits are those from 1930 to 2029.
    """

    name: ClassVar[str] = "dates"
    title: ClassVar[str] = "Dates to ISO format"
    kind: ClassVar[Kind] = "sequence"
    order: ClassVar[int] = 43

    samples: Samples = 4000
    seed: Seed = 0

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        days = rng.integers(FIRST_DAY, LAST_DAY, self.samples, endpoint=True).tolist()
        ways = rng.integers(0, WAYS, self.samples).tolist()
        dates = [dt.date.fromordinal(day) for day in days]
        sources = [written(date, way) for date, way in zip(dates, ways, strict=True)]
        longest = max(len(written(LONGEST, way)) for way in range(WAYS))
        return text_pairs(
            self.name,
            sources,
            [date.isoformat() for date in dates],
            vocabulary=sorted({*string.digits, *"., /-", *"".join((*MONTHS, *DAYS, "thofstndrd"))}),
            target_vocabulary=("-", *string.digits),
            steps=longest,
            target_steps=10,
            names=("date", "ISO date"),
        )


WAYS = 12
LONGEST = dt.date(2026, 9, 30)
"""A Wednesday in September: no date takes more characters."""


def written(date: dt.date, way: int) -> str:
    """Return a date in one of WAYS ways of writing it; of two-digit years only those that can be told."""
    day, year, month = date.day, date.year, MONTHS[date.month - 1]
    if way == 8 and not 1930 <= year < 2030:
        way = 9
    return (
        f"{day} {month} {year}",
        f"{month} {day}, {year}",
        f"{day} {month[:3]} {year}",
        f"{month[:3]} {day}, {year}",
        f"{DAYS[date.weekday()]}, {day} {month} {year}",
        f"{DAYS[date.weekday()]}, {month} {day}, {year}",
        f"{day:02}.{date.month:02}.{year}",
        f"{date.month}/{day}/{year}",
        f"{date.month}/{day}/{year % 100:02}",
        f"{day}.{date.month}.{year}",
        f"{DAYS[date.weekday()][:3]} {day:02} {month[:3]} {year}",
        f"the {day}{_ordinal(day)} of {month} {year}",
    )[way]


def _ordinal(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
