"""Texts to be continued that lie beside the program: given names, Shakespeare, or a file of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.errors import DataError
from engine.data.dataset import Kind
from engine.data.formats.text import read_text
from engine.data.next_token import lines_to_continue, text_to_continue
from engine.data.places import DATA_VARIABLE, data_folder
from engine.data.raw import RawData, ReadContext
from engine.data.source import Source, register

OwnFile = Annotated[str, Meta(description="A text file of your own; empty for the text of that name.")]


class _Text(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the sources that read a text file."""

    place: ClassVar[Path]
    kind: ClassVar[Kind] = "sequence"
    generated: ClassVar[bool] = False

    file: OwnFile = ""

    @classmethod
    def is_available(cls) -> bool:
        folder = data_folder()
        return folder is not None and (folder / cls.place).is_file()

    def text(self, context: ReadContext) -> str:
        """Return the text. Raises DataError where it is not here."""
        folder = data_folder()
        if self.file:
            path = Path(self.file).expanduser()
            if not path.is_absolute() and context.folder is not None:
                path = context.folder / path
        elif folder is not None and (folder / self.place).is_file():
            path = folder / self.place
        else:
            raise DataError(
                f"The text {self.name!r} is not here: let the environment variable {DATA_VARIABLE} name a folder "
                f"that has {self.place.as_posix()}, or give a file of your own."
            )
        return read_text(path)[0]


@register
class Names(_Text, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Given names, or the lines of a file of your own, each to be continued character by character up to its end.

    Without a file of your own, text/names.txt is read from the folder that GRADLOOM_DATA names.
    """

    name: ClassVar[str] = "names"
    title: ClassVar[str] = "Given names, letter by letter"
    licence: ClassVar[str] = "MIT; names.txt of makemore"
    order: ClassVar[int] = 49
    place: ClassVar[Path] = Path("text") / "names.txt"

    samples: Annotated[int, Meta(ge=0, description="So many lines from the beginning; 0 for all.")] = 0

    def read(self, context: ReadContext) -> RawData:
        lines = [line.strip() for line in self.text(context).splitlines()]
        kept = [line for line in lines if line][: self.samples or None]
        if not kept:
            raise DataError(f"{self.file or self.place.name} is blank: there is no line to continue.")
        return lines_to_continue(self.name, kept)


@register
class Shakespeare(_Text, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plays of Shakespeare, or a file of your own, in windows: at each step the next character is to be told.

    Without a file of your own, text/tinyshakespeare.txt is read from the folder that GRADLOOM_DATA names.
    """

    name: ClassVar[str] = "shakespeare"
    title: ClassVar[str] = "Shakespeare, character by character"
    licence: ClassVar[str] = "public domain"
    order: ClassVar[int] = 50
    place: ClassVar[Path] = Path("text") / "tinyshakespeare.txt"

    steps: Annotated[int, Meta(ge=2, le=1000, description="Characters in a window.")] = 64
    samples: Annotated[int, Meta(ge=0, description="So many windows from the beginning; 0 for all.")] = 0

    def read(self, context: ReadContext) -> RawData:
        text = self.text(context)
        if self.samples:
            text = text[: self.samples * self.steps + 1]
        return text_to_continue(self.name, text, self.steps)
