"""What the ids of a network mean: which text is which ids, on the way in and on the way out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import DataError
from engine.data.preprocessing import Preprocessing
from engine.data.tokens import END, SPECIAL, join_tokens, number_tokens, split_text

Array = NDArray[Any]


class Vocabulary:
    """The tokens of a data set's inputs (id i + 1 is token i; 0 pads) and of what a network answers.

    `answers` names the classes of the output, of which there are `units`: the data's classes where they are so many,
    else the inputs' tokens, after a padding class if there is one more.
    """

    def __init__(self, prepared: Preprocessing, units: int) -> None:
        self.unit, self.tokens = prepared.unit, prepared.vocabulary
        if len(prepared.classes) == units:
            self.answers: tuple[str, ...] = prepared.classes
        elif len(self.tokens) == units:
            self.answers = self.tokens
        else:
            self.answers = (SPECIAL[0], *self.tokens)[:units]

    def encode(self, text: str, steps: int = 0) -> Array:
        """Return the ids of a text, all of its known tokens, or padded to `steps`."""
        tokens = split_text(text, self.unit)
        known = [token for token in tokens if token in set(self.tokens)]
        return number_tokens([known], self.tokens, steps or len(known), first=1)[0].astype(np.int64)

    def unknown(self, text: str) -> tuple[str, ...]:
        """Return the tokens of a text that no id stands for."""
        known = set(self.tokens)
        return tuple(dict.fromkeys(token for token in split_text(text, self.unit) if token not in known))

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of classes."""
        return join_tokens([self.answers[i] for i in ids if 0 <= i < len(self.answers)], self.unit)

    def inputs_of(self, classes: Array) -> Array:
        """Return the input ids of classes that were answered, to be read again."""
        place = {name: index + 1 for index, name in enumerate(self.tokens)}
        table = np.array([place.get(name, 0) for name in self.answers], np.int64)
        return table[classes]

    @property
    def ends(self) -> tuple[int, ...]:
        """The classes after which a text is over."""
        found = [i for i, name in enumerate(self.answers) if name in (SPECIAL[0], SPECIAL[END], "")]
        return tuple(found)

    @property
    def start(self) -> Array:
        """The ids before the first token of a text that has no beginning yet."""
        for name in (SPECIAL[1], "\n", " "):
            if name in self.tokens:
                return np.array([self.tokens.index(name) + 1], np.int64)
        if not self.tokens:
            raise DataError("Nothing is known of what the ids mean: give the data, or ids.")
        return np.array([1], np.int64)


def as_ids(prompt: Sequence[int] | Array) -> Array:
    """Return ids that were given as such. Raises DataError where they are no whole numbers."""
    ids = np.asarray(prompt)
    if ids.size and (ids.dtype.kind not in "iu" or ids.min() < 0):
        raise DataError(f"A prompt is a text, or ids from 0 on. Received: {prompt!r}.")
    return ids.astype(np.int64).reshape(-1)
