"""Folders of text files, one per class: every line is a sample, a sequence of its characters' numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from msgspec import Meta, Struct

from engine.core.errors import DataError
from engine.data.formats.text import read_text
from engine.data.preprocessing import Preprocessing
from engine.data.raw import RawData
from engine.data.settings import DataSettings
from engine.data.source import with_options

Array = npt.NDArray[Any]

MAX_STEPS = 1000
MAX_NUMBERS = 200_000_000


class LineOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How lines of text become sequences."""

    steps: Annotated[
        int,
        Meta(ge=0, le=MAX_STEPS, description="Length of each sequence; 0 means that of the longest line."),
    ] = 0
    encoding: Annotated[str, Meta(description="Text encoding such as utf-8; auto finds out.")] = "auto"


def class_files(folder: Path) -> list[Path]:
    """The text files of a folder by name, if there are at least two, which makes them classes."""
    files = sorted(path for path in folder.glob("*.txt") if path.is_file())
    return files if len(files) > 1 else []


def read_lines(folder: Path, settings: DataSettings, fitted: Preprocessing | None = None) -> RawData:
    """Lines of the folder's text files as x (N, steps) of character numbers and the file's name as the class.

    Number 0 pads short lines at their end, number i + 1 is character i of `vocabulary` (sorted). With `fitted`, its
    vocabulary and steps are used, and characters it does not have are left out. Longer lines are cut.
    """
    options = with_options(LineOptions, settings.options, f"The folder {folder.name}")
    files = class_files(folder)
    lines = [_lines_of(path, options.encoding) for path in files]
    texts = [line for of_file in lines for line in of_file]
    report: list[str] = []
    vocabulary = fitted.vocabulary if fitted is not None else tuple(sorted(set().union(*texts)))
    steps = fitted.steps if fitted is not None else options.steps or min(max(map(len, texts)), MAX_STEPS)
    if len(texts) * steps > MAX_NUMBERS:
        raise DataError(
            f"The folder {folder.name} has {len(texts):,} lines of up to {steps} characters, more than "
            f"{MAX_NUMBERS:,} numbers. Set the option steps to a smaller length."
        )
    cut = sum(len(text) > steps for text in texts)
    if cut:
        report.append(f"{cut} of {len(texts)} lines have more than {steps} characters and were cut.")
    report.append(f"Lines became sequences of {steps} numbers from 0 (padding) to {len(vocabulary)}.")
    labels = np.repeat(np.arange(len(files), dtype=np.int64), [len(of_file) for of_file in lines])
    return RawData(
        x=_numbered(texts, vocabulary, steps),
        y=labels,
        task="classification",
        place=folder.name,
        kind="sequence",
        classes=tuple(path.stem for path in files),
        target_names=("file",),
        report=tuple(report),
        fixed=np.ones(steps, dtype=bool),
        vocabulary=vocabulary,
    )


def _lines_of(path: Path, encoding: str) -> list[str]:
    text, _ = read_text(path, encoding)
    lines = [line.strip() for line in text.splitlines()]
    kept = [line for line in lines if line]
    if not kept:
        raise DataError(f"{path.name} is blank, so its class has no samples. Remove the file, or fill it.")
    return kept


def _numbered(texts: list[str], vocabulary: tuple[str, ...], steps: int) -> Array:
    number_of = {character: index + 1 for index, character in enumerate(vocabulary)}
    x = np.zeros((len(texts), steps), dtype=np.int32)
    for row, text in enumerate(texts):
        numbers = [number_of[character] for character in text if character in number_of][:steps]
        x[row, : len(numbers)] = numbers
    return x
