"""Reading and writing design files, trained or not: the one place where the document meets the file format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.design.design import Design

if TYPE_CHECKING:
    from engine.data.preprocessing import Preprocessing
    from engine.training.archive import Archive
    from engine.training.history import History
    from engine.training.state import RunState


class TrainedParts(NamedTuple):
    """What training leaves beside the design: weights, what is needed to go on, the curves, and how data is treated."""

    weights: dict[str, Any] | None = None
    run_state: RunState | None = None
    history: History | None = None
    preprocessing: Preprocessing | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing has been trained."""
        return all(part is None for part in self)


class Loaded(NamedTuple):
    """What a file held."""

    design: Design
    trained: TrainedParts = TrainedParts()


def read_file(path: Path) -> Loaded:
    """Read a design with its weights. Raises FileFormatError or FileAccessError."""
    from engine.training.archive import load_archive

    return _loaded(load_archive(path))


def read_template(name: str) -> Loaded:
    """Read a template, with the weights that it begins with if there are any. Raises FileFormatError."""
    from engine.training.archive import load_template

    return _loaded(load_template(name))


def _loaded(archive: Archive) -> Loaded:
    parts = TrainedParts(archive.weights, archive.run_state, archive.history, archive.preprocessing)
    return Loaded(archive.design, parts)


def write_file(path: Path, design: Design, trained: TrainedParts, thumbnail: bytes | None) -> None:
    """Write a design, with its weights where there are any and the kind of file can hold them. Atomic.

    Raises FileAccessError; what was there before is then unchanged.
    """
    from engine.training.archive import save_archive

    save_archive(path, design, **trained._asdict(), thumbnail=thumbnail)


def holds_weights(path: Path) -> bool:
    """Return whether a file of this name can hold trained weights."""
    return path.suffix.lower() != ".json"
