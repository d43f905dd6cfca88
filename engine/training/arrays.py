"""Named arrays as safetensors bytes, and back: checked on the way in, contiguous on the way out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import FileFormatError

Array = NDArray[Any]
KINDS = "fiub"


def pack_arrays(arrays: Mapping[str, Array]) -> bytes:
    """Return the safetensors bytes of these arrays.

    Every array is made contiguous first: safetensors writes the memory of a transposed view as it lies, so its values
    would come back in another order.
    """
    from safetensors.numpy import save

    # asarray, not ascontiguousarray: the latter turns a scalar array into one of one element.
    ready = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    return bytes(
        save({name: array.astype(array.dtype.newbyteorder("<"), copy=False) for name, array in ready.items()})
    )


def unpack_arrays(content: bytes, what: str = "The weights") -> dict[str, Array]:
    """Return the arrays in safetensors bytes, as copies that own their memory. Raises FileFormatError."""
    from safetensors.numpy import load

    try:
        arrays = load(content)
    except MemoryError:
        raise FileFormatError(f"{what} need more memory than there is.") from None
    # The library reports damage by several kinds of exception (its own, KeyError for a type, ValueError for a shape).
    except Exception as error:
        detail = str(error).strip().rstrip(".") or type(error).__name__
        raise FileFormatError(f"{what} can't be read: {detail[:200]}.") from error
    for name, array in arrays.items():
        if array.dtype.kind not in KINDS:
            raise FileFormatError(f"{what}: {name!r} is an array of {array.dtype}, not of numbers.")
    return arrays
