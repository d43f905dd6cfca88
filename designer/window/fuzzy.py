"""Finding commands by a few letters of their names."""

from __future__ import annotations


def command_score(query: str, menu: str, text: str) -> float | None:
    """Return how well `query` matches a command: its own words count more than its menu's."""
    own, whole = score(query, text), score(query, f"{menu}: {text}")
    return own + 6.0 if own is not None else whole


def score(query: str, text: str) -> float | None:
    """Return how well `query` matches `text` (more is better), or None where it doesn't.

    Every letter has to occur in order; letters that begin words and letters in a row count more, gaps count less.
    """
    wanted = "".join(query.lower().split())
    if not wanted:
        return 0.0
    line = text.lower()
    # A start may look good and lead nowhere, so each place of the first letter is tried.
    starts = [place for place, letter in enumerate(line) if letter == wanted[0]]
    whole = query.lower().strip()
    bonus = 20.0 if line.startswith(whole) else 10.0 if f" {whole}" in line else 4.0 if whole in line else 0.0
    found = [points for place in starts if (points := _from(wanted, line, place)) is not None]
    return max(found) + bonus - 0.01 * len(line) if found else None


def _from(wanted: str, line: str, start: int) -> float | None:
    points, place, last = 0.0, start, start - 1
    for index, letter in enumerate(wanted):
        place = line.find(letter, last + 1) if index else start
        if place < 0:
            return None
        # Prefer the beginning of a later word to the next letter somewhere inside this one.
        if index and place != last + 1:
            word = line.find(f" {letter}", last + 1)
            if word >= 0:
                place = word + 1
        if place == 0 or not line[place - 1].isalnum():
            points += 3.0
        if place == last + 1:
            points += 2.0
        points += 1.0 - 0.02 * (place - last)
        last = place
    return points
