"""How many linear regions there can be, by theory."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb


def regions_of_one_layer(units: int, inputs: int) -> int:
    """Return the most regions that one hidden layer makes: sum over i <= inputs of C(units, i).

    So many parts do `units` hyperplanes in general position cut the space into. Source: Zaslavsky 1975.
    """
    return sum(comb(units, i) for i in range(min(units, inputs) + 1))


def region_bound(widths: Sequence[int], inputs: int) -> int:
    """Return a bound on the regions of a deep network: the product over the layers of what each can make.

    Formula: product over l of sum over j <= min(inputs, widths before l, width of l) of C(width of l, j).
    Source: Raghu, Poole, Kleinberg, Ganguli and Sohl-Dickstein 2017; Montufar 2017.
    """
    bound, dimension = 1, inputs
    for width in widths:
        bound *= regions_of_one_layer(width, dimension)
        dimension = min(dimension, width)
    return bound


def region_growth(width: int, layers: int, inputs: int) -> float:
    """Return the order of what `layers` layers of `width` units can reach.

    Formula: (width / inputs)^((layers - 1) inputs) width^inputs.
    It grows exponentially in depth and as a power in width: depth beats width.
    Source: Montufar, Pascanu, Cho and Bengio 2014.
    """
    return float((width / inputs) ** ((layers - 1) * inputs) * width**inputs)
