"""Texts as samples for a network that says what comes next: at each step the target is the token that follows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.core.errors import DataError
from engine.data.raw import RawData
from engine.data.tokens import END, SPECIAL, START, number_tokens


def lines_to_continue(
    place: str,
    lines: Sequence[str],
    *,
    alphabet: Sequence[str] = (),
    steps: int = 0,
    report: tuple[str, ...] = (),
) -> RawData:
    """Return x (N, T): a start and the characters of a line, and y (N, T): those characters and an end; 0 pads both.

    An id means the same in both: 1 is <start>, 2 <end>, 3 the first character. Without `steps` and `alphabet` the
    lines have their say; longer ones are cut.
    """
    known = (*SPECIAL[1:], *(alphabet or sorted(set().union(*lines))))
    steps = steps or max(map(len, lines)) + 1
    y = number_tokens(lines, known, steps, first=1, end=True).astype(np.int64)
    x = np.zeros(y.shape, np.int32)
    x[:, 0] = START
    x[:, 1:] = np.where(y[:, :-1] == END, 0, y[:, :-1])
    said = f"{len(lines):,} lines of up to {steps - 1} characters, of {len(known) - 2} different ones."
    return _data(place, x, y, known, (*report, said))


def text_to_continue(place: str, text: str, steps: int, *, report: tuple[str, ...] = ()) -> RawData:
    """Return x (N, T): windows of a text, one behind the other, and y (N, T): the same one character later."""
    count = (len(text) - 1) // steps
    if count < 2:
        raise DataError(
            f"{place} has {len(text):,} characters, too few for two windows of {steps}. Set steps to a smaller length."
        )
    known = tuple(sorted(set(text)))
    number_of = {character: index + 1 for index, character in enumerate(known)}
    ids = np.array([number_of[character] for character in text[: count * steps + 1]], np.int32)
    x, y = ids[:-1].reshape(count, steps), ids[1:].reshape(count, steps).astype(np.int64)
    said = f"{count:,} windows of {steps} characters, of {len(known)} different ones."
    return _data(place, x, y, known, (*report, said))


def _data(
    place: str, x: np.ndarray, y: np.ndarray, known: tuple[str, ...], report: tuple[str, ...]
) -> RawData:
    return RawData(
        x=x,
        y=y,
        task="classification",
        place=place,
        kind="sequence",
        classes=(SPECIAL[0], *known),
        feature_names=("character",),
        target_names=("next character",),
        report=report,
        fixed=np.ones(x.shape[1], dtype=bool),
        vocabulary=known,
    )
