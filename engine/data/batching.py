"""Mini-batches: which samples go together in which order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.core.errors import DataError
from engine.data.dataset import Split

Array = npt.NDArray[Any]


def batch_count(samples: int, batch_size: int, *, drop_last: bool = False) -> int:
    """How many batches an epoch has: samples / batch_size, rounded up (down with `drop_last`)."""
    return samples // batch_size if drop_last else -(-samples // batch_size)


def batch_indices(
    samples: int, batch_size: int, rng: np.random.Generator | None = None, *, drop_last: bool = False
) -> Iterator[Array]:
    """Sample numbers (batch_size,) of each batch of one epoch, in random order with `rng`, else in file order.

    The last batch is smaller where the samples don't divide evenly; `drop_last` leaves it out.
    """
    if batch_size < 1:
        raise DataError(f"The batch size is a whole number of at least 1, not {batch_size}.")
    order = np.arange(samples) if rng is None else rng.permutation(samples)
    for index in range(batch_count(samples, batch_size, drop_last=drop_last)):
        yield order[index * batch_size : (index + 1) * batch_size]


def batches(
    split: Split, batch_size: int, rng: np.random.Generator | None = None, *, drop_last: bool = False
) -> Iterator[Split]:
    """The samples of one epoch as splits of up to `batch_size` samples: views in file order, copies with `rng`."""
    if rng is None:
        for index in range(batch_count(len(split), batch_size, drop_last=drop_last)):
            yield split.take(slice(index * batch_size, (index + 1) * batch_size))
        return
    for indices in batch_indices(len(split), batch_size, rng, drop_last=drop_last):
        yield split.take(indices)
