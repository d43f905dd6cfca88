"""What one step of a plan reads and writes, as the verifier sees it."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray


class StepRecord(NamedTuple):
    """A step's name and the arrays that it reads and writes. `adds` are arrays that it adds to: read and written."""

    name: str
    reads: tuple[NDArray[Any], ...]
    writes: tuple[NDArray[Any], ...]
    adds: tuple[NDArray[Any], ...] = ()
