"""How well a few typed letters fit a name: pure and predictable."""

from __future__ import annotations

import re
from collections.abc import Iterable

FOUND = 36.0
"""Above this score the typed letters stand in a row in the name or a keyword; below, they merely occur in order."""
KEYWORD_SHARE = 0.72
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+[A-Za-z]?")


def score(query: str, name: str, keywords: Iterable[str] = ()) -> float:
    """Return how well `query` fits, 0 (not at all) to 100 (the name itself).

    A name beats its keywords; within a name: the whole, its beginning, the beginnings of its words in order (mp2 for
    MaxPooling2D), a part, letters in order.
    """
    wanted = query.strip().lower().replace(" ", "").replace("_", "")
    if not wanted:
        return 1.0
    best = _one(wanted, name)
    for keyword in keywords:
        best = max(best, KEYWORD_SHARE * _one(wanted, keyword))
    return best


def _one(wanted: str, name: str) -> float:
    plain = name.lower().replace(" ", "").replace("_", "")
    if plain == wanted:
        return 100.0
    share = len(wanted) / max(1, len(plain))
    if plain.startswith(wanted):
        return 88.0 + 8.0 * share
    words = [word.lower() for word in WORDS.findall(name)] or [plain]
    if _word_starts(wanted, words):
        return 74.0 + 8.0 * share
    if any(word.startswith(wanted) for word in words):
        return 68.0 + 6.0 * share
    if wanted in plain:
        return 52.0 + 10.0 * share
    return _in_order(wanted, plain)


def _word_starts(wanted: str, words: list[str]) -> bool:
    """Return whether `wanted` is made of beginnings of successive words (some may be skipped)."""
    reached = {0}
    for word in words:
        more = set()
        for begin in reached:
            length = 0
            while (
                begin + length < len(wanted) and length < len(word) and wanted[begin + length] == word[length]
            ):
                length += 1
                more.add(begin + length)
        reached |= more
    return len(wanted) in reached


def _in_order(wanted: str, plain: str) -> float:
    """Return a low score where the letters occur in order, the lower the further they are apart."""
    place, first = -1, -1
    for letter in wanted:
        place = plain.find(letter, place + 1)
        if place < 0:
            return 0.0
        first = place if first < 0 else first
    spread = (place - first + 1) / len(wanted)
    return max(0.0, 36.0 - 8.0 * spread + 4.0 * len(wanted) / len(plain)) if len(wanted) > 1 else 0.0
