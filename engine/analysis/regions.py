"""The linear regions of a ReLU network on a plane: the pieces on each of which it is one linear map."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.analysis.piecewise import PiecewiseProbe

Array = NDArray[Any]

MOST = 4_000
"""Regions beyond which the counting stops: more can't be told apart on a screen."""
NOTHING = 1e-12
"""A piece whose corners are all this near to a unit's line, by the size of what reaches it, is not cut by it."""


class Regions(NamedTuple):
    """Convex pieces of the rectangle, each (k, 2), in no order, and the first output in the middle of each.

    `complete` is False where there are more than were counted.
    """

    pieces: list[Array]
    values: Array
    complete: bool

    def __len__(self) -> int:
        return len(self.pieces)


def linear_regions(
    probe: PiecewiseProbe, low: tuple[float, float], high: tuple[float, float], most: int = MOST
) -> Regions:
    """Return the pieces into which the network's units cut the rectangle from `low` to `high`.

    Each unit cuts every piece along the line on which what reaches it is 0. Within a piece that is linear, so the
    cut is straight and its ends follow from the values at the corners. Counted are the patterns of units that are on
    and off; neighbours that differ only in a unit without effect count as two.
    Source: Montufar, Pascanu, Cho and Bengio 2014, On the number of linear regions of deep neural networks; Hanin and
    Rolnick 2019, Deep ReLU networks have surprisingly few activation patterns.
    """
    (x0, y0), (x1, y1) = low, high
    pieces = [np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float64)]
    complete = True
    for node_id in probe.bending:
        values = probe.ask(np.concatenate(pieces), node_id)
        ends = np.cumsum([len(piece) for piece in pieces])
        parts = np.split(values, ends[:-1])
        found: list[Array] = []
        for place, (piece, part) in enumerate(zip(pieces, parts, strict=True)):
            if len(found) + len(pieces) - place > most:
                found += pieces[place:]
                complete = False
                break
            found += _cut(piece, part)
        pieces = found
        if not complete:
            break
    middles = np.array([piece.mean(axis=0) for piece in pieces])
    return Regions(pieces, probe.ask(middles)[:, 0], complete)


def _cut(piece: Array, values: Array) -> list[Array]:
    """Cut a convex piece (k, 2) along the lines on which the columns of `values` (k, units) are 0."""
    done: list[Array] = []
    waiting = [(piece, values, 0)]
    while waiting:
        corners, reached, first = waiting.pop()
        size = NOTHING * np.abs(reached).max(axis=0, initial=1e-300)
        crossed = (reached.min(axis=0) < -size) & (reached.max(axis=0) > size)
        crossed[:first] = False
        unit = int(crossed.argmax())
        if not crossed[unit]:
            done.append(corners)
            continue
        both = np.concatenate([corners, reached], axis=1)
        waiting += [
            (half[:, :2], half[:, 2:], unit + 1)
            for half in (_half(both, reached[:, unit]), _half(both, -reached[:, unit]))
        ]
    return done


def _half(corners: Array, height: Array) -> Array:
    """Return the part of a polygon where `height` (one for each corner) is not below 0, by Sutherland and Hodgman."""
    kept: list[Array] = []
    for place in range(len(corners)):
        here, there = height[place - 1], height[place]
        if here * there < 0:
            share = here / (here - there)
            kept.append(corners[place - 1] + share * (corners[place] - corners[place - 1]))
        if there >= 0:
            kept.append(corners[place])
    return np.array(kept)
