"""Choosing tokens one after the other: the most probable, at random, or with several sentences in view."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import SettingError

Array = NDArray[Any]
Next = Callable[[Array], Array]
"""next(ids (B, n) int64) -> log-probabilities (B, V) of what comes after each row."""


class Sentence(NamedTuple):
    """What was chosen: `ids` without the end, the log-probability that the network gives it, and whether it ended."""

    ids: tuple[int, ...]
    log_probability: float
    ended: bool

    @property
    def score(self) -> float:
        """The log-probability for each token, the end among them: what beam search compares sentences by."""
        return self.log_probability / max(len(self.ids) + self.ended, 1)


def choose(
    following: Next,
    count: int,
    length: int,
    *,
    ends: Collection[int] = (),
    temperature: float = 1.0,
    top_k: int = 0,
    random: np.random.Generator | None = None,
    forbidden: Collection[int] = (),
) -> Iterator[list[Sentence]]:
    """Yield `count` sentences after every step, until all have ended or have `length` tokens.

    Temperature t: a token is drawn with probability p^(1/t) / sum of p^(1/t); 0 takes the most probable (greedy).
    `top_k` draws among so many of the most probable only, 0 among all. The log-probabilities are those of the network
    itself, without temperature. `ends` are the ids that end a sentence, `forbidden` those that are never chosen.
    """
    check(length, temperature, top_k)
    ids = np.zeros((count, 0), np.int64)
    total, lengths, over = np.zeros(count), np.full(count, length), np.zeros(count, bool)
    generator = random or np.random.default_rng(0)
    for step in range(length):
        logs = following(ids)
        logs[:, list(forbidden)] = -np.inf
        chosen = _draw(logs, temperature, top_k, generator)
        total += np.where(over, 0.0, np.take_along_axis(logs, chosen[:, None], 1)[:, 0])
        ids = np.concatenate([ids, chosen[:, None]], axis=1)
        ending = ~over & np.isin(chosen, list(ends))
        lengths[ending] = step
        over |= ending
        yield [
            Sentence(tuple(map(int, row[: min(stop, step + 1)])), float(log), bool(ended))
            for row, stop, log, ended in zip(ids, lengths, total, over, strict=True)
        ]
        if over.all():
            return


def check(length: int, temperature: float, top_k: int) -> None:
    """Raise SettingError for settings that mean nothing."""
    if length < 1:
        raise SettingError(f"length: at least one token is chosen. Received: {length}.")
    if not 0 <= temperature < np.inf:
        raise SettingError(f"temperature: a number from 0 (the most probable) on. Received: {temperature}.")
    if top_k < 0:
        raise SettingError(f"top_k: a number of tokens, or 0 for all. Received: {top_k}.")


def _draw(logs: Array, temperature: float, top_k: int, generator: np.random.Generator) -> Array:
    if temperature == 0:
        return np.asarray(logs.argmax(axis=1))
    scaled = logs / temperature
    if 0 < top_k < logs.shape[1]:
        least = np.partition(scaled, -top_k, axis=1)[:, -top_k, None]
        scaled = np.where(scaled >= least, scaled, -np.inf)
    # The largest of log p / t plus Gumbel noise is a draw from the softmax of log p / t.
    return np.asarray((scaled + generator.gumbel(size=scaled.shape)).argmax(axis=1))


def beam_search(
    following: Next, width: int, length: int, *, ends: Collection[int] = (), forbidden: Collection[int] = ()
) -> Iterator[list[Sentence]]:
    """Yield, after every step, the sentences in view, the best first; the last are the result, at most `width`.

    At each step every sentence is continued in every way, and the `width` most probable are kept; those that end are
    put aside. At last they are compared by log-probability divided by their number of tokens, so that short ones have
    no advantage. Width 1 is greedy choice; a width of all sentences that there are is an exhaustive search.
    Source: Graves 2012, Sequence transduction; Wu et al. 2016, Google's neural machine translation (length norm).
    """
    check(length, 1.0, 0)
    if width < 1:
        raise SettingError(f"beam: at least one sentence is kept in view. Received: {width}.")
    ids, totals = np.zeros((1, 0), np.int64), np.zeros(1)
    done: list[Sentence] = []
    for _ in range(length):
        logs = following(ids)
        logs[:, list(forbidden)] = -np.inf
        every = (totals[:, None] + logs).reshape(-1)
        count = min(width, int(np.isfinite(every).sum()))
        # Stable, so that of equally probable ones the first is taken, as argmax does.
        best = np.argsort(-every, kind="stable")[:count]
        rows, tokens = np.divmod(best, logs.shape[1])
        over = np.isin(tokens, list(ends))
        done += [
            Sentence(tuple(map(int, ids[r])), float(every[b]), True)
            for r, b in zip(rows[over], best[over], strict=True)
        ]
        rows, tokens, totals = rows[~over], tokens[~over], every[best[~over]]
        ids = np.concatenate([ids[rows], tokens[:, None]], axis=1)
        going = [
            Sentence(tuple(map(int, row)), float(log), False) for row, log in zip(ids, totals, strict=True)
        ]
        yield sorted([*done, *going], key=lambda s: -s.score)[:width]
        if not len(ids):
            return
        # A sentence gets no more probable as it grows, and at most `length` tokens long.
        if len(done) >= width and max(s.score for s in done) >= float(totals.max()) / length:
            return
