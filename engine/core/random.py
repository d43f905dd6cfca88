"""Random streams: one seed gives every node, and every purpose within it, a stream of its own.

A stream depends on (seed, owner, purpose) alone, so adding a layer to a design does not change the initial weights
of another, and a dropout mask never shifts the order of the samples.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np


def stream(seed: int, owner: str, purpose: str) -> np.random.Generator:
    """Return the generator of `owner` (a node's id) for `purpose` ("kernel", "dropout", "shuffle")."""
    digest = hashlib.blake2b(f"{owner}\0{purpose}".encode(), digest_size=16).digest()
    words = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def state_of(generator: np.random.Generator) -> dict[str, Any]:
    """Return a generator's state as plain JSON data."""
    return dict(generator.bit_generator.state)


def restore(generator: np.random.Generator, state: dict[str, Any]) -> None:
    """Put a generator back to a state that `state_of` returned."""
    generator.bit_generator.state = state
