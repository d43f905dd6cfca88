"""Surnames by language, from a folder of lists beside the program."""

from __future__ import annotations

import dataclasses
from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.errors import DataError
from engine.data.dataset import Kind
from engine.data.formats.lines import MAX_STEPS, class_files, read_lines
from engine.data.places import DATA_VARIABLE, data_folder
from engine.data.raw import RawData, ReadContext
from engine.data.settings import DataSettings
from engine.data.source import Source, register

FOLDER = "surnames"


@register
class Surnames(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Surnames of 18 languages, each to be told from its letters: a class for every sequence of characters.

    Read from the folder surnames of the folder that GRADLOOM_DATA names, which has a text file for each language with
    a name in each line. Nearly half of them are Russian, and some names belong to several languages.
    """

    name: ClassVar[str] = "surnames"
    title: ClassVar[str] = "Surnames by language"
    kind: ClassVar[Kind] = "sequence"
    licence: ClassVar[str] = "MIT; data of the PyTorch tutorial on names"
    generated: ClassVar[bool] = False
    order: ClassVar[int] = 45

    steps: Annotated[
        int, Meta(ge=0, le=MAX_STEPS, description="Letters that are read; 0 means those of the longest name.")
    ] = 0

    @classmethod
    def is_available(cls) -> bool:
        folder = data_folder()
        return folder is not None and bool(class_files(folder / FOLDER))

    def read(self, context: ReadContext) -> RawData:
        folder = data_folder()
        if folder is None or not class_files(folder / FOLDER):
            raise DataError(
                f"The surnames are not here: let the environment variable {DATA_VARIABLE} name a folder that has a "
                f"folder {FOLDER} with a text file for each language."
            )
        raw = read_lines(folder / FOLDER, DataSettings(options={"steps": self.steps}))
        return dataclasses.replace(raw, place=self.name, target_names=("language",))
