"""What an importer is: a rule that reads the arrays of one file format, found by the file's suffix."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import FileAccessError, FileFormatError, GradloomError
from engine.core.fields import Component
from engine.core.registry import Family

Array = NDArray[Any]
LARGEST = 8 * 2**30
"""Bytes of a file beyond which it is not opened."""


class Importer(Component, frozen=True):
    """Base of every importer. NAME is the suffix without its dot; the docstring says what is read of the file."""

    TITLE: ClassVar[str] = ""
    """What a file dialog calls the format."""

    def read(self, path: Path) -> Mapping[str, Array]:
        """Return the arrays by the names that the file gives them, in its order. May raise anything."""
        raise TypeError(f"{type(self).__name__} can't read.")


importers: Family[Importer] = Family("importer", "engine.export", Importer)


def read_weights(path: str | Path) -> dict[str, Array]:
    """Return the arrays of numbers in a file, by name and in its order.

    Nothing in the file is executed. Raises FileFormatError for an unknown suffix and for a file that is damaged or
    foreign, FileAccessError where it can't be opened; never anything else.
    """
    place = Path(path)
    suffix = place.suffix.lower().removeprefix(".")
    if suffix not in importers.classes:
        known = ", ".join(f".{name}" for name in importers.names())
        raise FileFormatError(
            f"{place.name}: weights can't be read from files that end in {place.suffix or 'nothing'}. Known: {known}."
        )
    try:
        if place.stat().st_size > LARGEST:
            raise FileFormatError(
                f"{place.name} is larger than {LARGEST / 2**30:.0f} GiB: too large to open here."
            )
        found = importers[suffix]().read(place)
    except GradloomError as error:
        if place.name in str(error):
            raise
        raise FileFormatError(f"{place.name}: {error}") from error
    except MemoryError:
        raise FileFormatError(f"{place.name} needs more memory than there is.") from None
    except OSError as error:
        raise FileAccessError(error.errno, f"Can't read {place.name}: {error.strerror or error}.") from error
    # The libraries report damage by many kinds of exception; a person meets one.
    except Exception as error:
        detail = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise FileFormatError(f"{place.name} can't be read: {detail[0][:200].rstrip('.')}.") from error
    arrays = {name: np.asarray(array) for name, array in found.items()}
    numbers = {name: array for name, array in arrays.items() if array.dtype.kind in "fiub"}
    if not numbers:
        raise FileFormatError(f"{place.name} holds no arrays of numbers.")
    return numbers
