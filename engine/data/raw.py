"""What a source gives before anything is split or scaled, and what it is given to work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.core.errors import DataError
from engine.data.dataset import Kind, Task
from engine.data.preprocessing import ColumnEncoding
from engine.data.tokens import Unit

Array = npt.NDArray[Any]

# Called with (done, total): bytes of a download, or files read of how many. May raise to cancel, but no OSError.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ReadContext:
    """Where relative paths start, whom to tell of progress, and whether the network may be used."""

    folder: Path | None = None
    on_progress: Progress | None = None
    allow_download: bool = False

    def report_progress(self, done: int, total: int) -> None:
        if self.on_progress is not None:
            self.on_progress(done, total)


@dataclass(frozen=True)
class RawData:
    """Samples as read: x (N, *shape) of any number type, missing values NaN; y as in Split but unscaled.

    `divisor` is what x is divided by to reach 0 to 1 (255 for bytes). `test_x` and `test_y` are there where the
    source comes with a test part of its own. `vocabulary` are the characters (or words, as `unit` says) that whole
    numbers in x stand for, 1 for the first; `fixed` (F,) bool marks features that scaling leaves alone. `place` names
    the source in messages.
    """

    x: Array
    y: Array
    task: Task
    place: str
    kind: Kind
    classes: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    test_x: Array | None = None
    test_y: Array | None = None
    divisor: float = 1.0
    feature_columns: tuple[ColumnEncoding, ...] = ()
    target_columns: tuple[ColumnEncoding, ...] = ()
    report: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] = ()
    unit: Unit = "character"
    fixed: Array = field(default_factory=lambda: np.zeros(0, dtype=bool))

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y):
            raise DataError(f"{self.place} has {len(self.x)} samples but {len(self.y)} targets.")
        if self.test_x is not None and self.test_y is not None and len(self.test_x) != len(self.test_y):
            counts = f"{len(self.test_x)} samples but {len(self.test_y)} targets"
            raise DataError(f"{self.place}: its test part has {counts}.")
