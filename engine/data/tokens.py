"""Text as ids, and ids as text: characters or words, numbered, with padding, a start and an end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Unit = Literal["character", "word"]

PADDING, START, END = 0, 1, 2
SPECIAL = ("<pad>", "<start>", "<end>")
"""The first three tokens of what is to be generated; their numbers are PADDING, START and END."""

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*['’]?|[^\w\s]|_")
_NO_BLANK_BEFORE = re.compile(r" ([.,)\]}%…])")
_NO_BLANK_BEHIND = re.compile(r"((?<=\w)['’]|[(\[{]) ")


def split_text(text: str, unit: Unit) -> list[str]:
    """Return the tokens of a text: its characters, or its words (in lower case) and punctuation marks."""
    return list(text) if unit == "character" else _WORD.findall(text.lower())


def join_tokens(tokens: Iterable[str], unit: Unit) -> str:
    """Return tokens as text; the special ones, <pad>, <start> and <end>, are left out."""
    kept = [token for token in tokens if token not in SPECIAL]
    if unit == "character":
        return "".join(kept)
    return _NO_BLANK_BEHIND.sub(r"\1", _NO_BLANK_BEFORE.sub(r"\1", " ".join(kept)))


def vocabulary_of(texts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return the different tokens, sorted."""
    return tuple(sorted({token for tokens in texts for token in tokens}))


def number_tokens(
    texts: Sequence[Sequence[str]], names: Sequence[str], steps: int, *, first: int = 0, end: bool = False
) -> Array:
    """Return ids (N, steps) int32, padded with 0 at the end: token names[i] has the id `first` + i.

    Tokens without a name are left out, longer texts are cut. With `end` an END comes after the last token.
    """
    number_of = {name: first + index for index, name in enumerate(names)}
    ids = np.zeros((len(texts), steps), dtype=np.int32)
    for row, tokens in enumerate(texts):
        numbers = [number_of[token] for token in tokens if token in number_of][: steps - end]
        if end:
            numbers.append(END)
        ids[row, : len(numbers)] = numbers
    return ids


def text_of(ids: Iterable[Any], names: Sequence[str], unit: Unit, *, first: int = 0) -> str:
    """Return the text of ids, up to an <end>. Id `first` + i is names[i]; 0 is padding where `first` is 1."""
    tokens = []
    for number in ids:
        place = int(number) - first
        if 0 <= place < len(names):
            if names[place] == SPECIAL[END]:
                break
            tokens.append(names[place])
    return join_tokens(tokens, unit)
