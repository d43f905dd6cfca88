"""NAME.gradloom with everything that training leaves: weights, the state of the run, history, a picture.

The container itself (members, checks, atomic writing) is `engine.design.files`; what is added here is the meaning of
the members beside design.json. Nothing is executed and nothing is believed: arrays are checked against the design.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from numpy.typing import NDArray

from engine.core.errors import FileFormatError
from engine.data.preprocessing import Preprocessing
from engine.design import files, templates
from engine.design.design import Design
from engine.design.document_json import read_document, write_document
from engine.training.arrays import pack_arrays, unpack_arrays
from engine.training.history import History
from engine.training.state import RunState

Array = NDArray[Any]
PNG = b"\x89PNG\r\n\x1a\n"
PREPROCESSING = "preprocessing"


@dataclass
class Archive:
    """What a file holds. Only the design is always there.

    `weights` are "dense_1/kernel" -> array; `run_state` continues the run; `preprocessing` treats new data as the
    training data was; `thumbnail` is PNG bytes.
    """

    design: Design
    weights: dict[str, Array] | None = None
    run_state: RunState | None = None
    history: History | None = None
    thumbnail: bytes | None = None
    preprocessing: Preprocessing | None = None


def save_archive(
    path: str | Path,
    design: Design,
    weights: Mapping[str, Array] | None = None,
    run_state: RunState | None = None,
    history: History | None = None,
    thumbnail: bytes | None = None,
    preprocessing: Preprocessing | None = None,
) -> None:
    """Write a design with what training left. A .json name takes the design alone. Atomic.

    Raises FileAccessError (disk full, not allowed, ...); the old file is then unchanged.
    """
    if Path(path).suffix.lower() == ".json":
        files.save_design(design, path)
        return
    members = {files.DESIGN: write_document(design).encode()}
    if weights:
        members[files.WEIGHTS] = pack_arrays(weights)
    facts: dict[str, Any] = {}
    if run_state is not None:
        facts = run_state.facts
        members[files.OPTIMIZER] = pack_arrays(run_state.arrays)
    if preprocessing is not None:
        facts = {**facts, PREPROCESSING: msgspec.to_builtins(preprocessing)}
    if facts:
        members[files.RUN] = RunState(facts).facts_text().encode()
    if history is not None and len(history):
        members[files.HISTORY] = history.to_csv().encode()
    if history is not None and history.steps:
        members[files.STEPS] = pack_arrays(history.steps)
    if thumbnail is not None:
        members[files.THUMBNAIL] = thumbnail
    files.write_atomically(path, files.pack_container(members))


def load_archive(path: str | Path) -> Archive:
    """Read a container, or a bare design.json. Raises FileFormatError or FileAccessError, never anything else."""
    place = Path(path)
    members = files.read_container(place)
    archive = Archive(read_document(members[files.DESIGN]))
    try:
        if files.WEIGHTS in members:
            archive.weights = unpack_arrays(members[files.WEIGHTS])
        _read_run(archive, members)
        _read_history(archive, members)
        thumbnail = members.get(files.THUMBNAIL)
        if thumbnail is not None and thumbnail.startswith(PNG):
            archive.thumbnail = thumbnail
    except FileFormatError as error:
        raise FileFormatError(f"{place.name}: {error}") from error
    return archive


def load_template(name: str) -> Archive:
    """Return a template with the weights that it comes with, if any. Raises FileFormatError for an unknown name."""
    design = templates.load(name)
    weights = templates.templates_folder() / f"{name}{templates.WEIGHTS_SUFFIX}"
    return Archive(design, unpack_arrays(weights.read_bytes()) if weights.exists() else None)


def _read_run(archive: Archive, members: Mapping[str, bytes]) -> None:
    if files.RUN not in members:
        if files.OPTIMIZER in members:
            raise FileFormatError(f"it holds {files.OPTIMIZER} without the {files.RUN} that belongs to it.")
        return
    state = RunState.of_parts(members[files.RUN], {})
    prepared = state.facts.pop(PREPROCESSING, None)
    if prepared is not None:
        try:
            archive.preprocessing = msgspec.convert(prepared, Preprocessing)
        except msgspec.ValidationError as error:
            raise FileFormatError(f"its preprocessing can't be read: {error}.") from None
    if files.OPTIMIZER in members:
        state.arrays = unpack_arrays(members[files.OPTIMIZER], "The state of the optimizer")
        archive.run_state = state


def _read_history(archive: Archive, members: Mapping[str, bytes]) -> None:
    if files.HISTORY in members:
        try:
            text = members[files.HISTORY].decode()
        except UnicodeDecodeError as error:
            raise FileFormatError(f"its history is not UTF-8 text (byte {error.start}).") from None
        archive.history = History.from_csv(text)
    if files.STEPS in members:
        archive.history = archive.history or History()
        archive.history.steps = unpack_arrays(members[files.STEPS], "The curves of the run")
