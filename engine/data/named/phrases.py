"""Pairs of phrases in two languages, from a table of text beside the program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from engine.core.errors import DataError
from engine.data.dataset import Kind
from engine.data.formats.text import read_text
from engine.data.pairs import text_pairs
from engine.data.places import DATA_VARIABLE, data_folder
from engine.data.raw import RawData, ReadContext
from engine.data.source import Source, register
from engine.data.tokens import Unit, split_text

ENGLISH_FRENCH = Path("translation") / "eng-fra-5000.tsv"


@register
class Phrases(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Short phrases in English and what they are in French, or any other pairs of texts from a file.

    The file has a pair in each line: the source, a tab, the target; what follows a second tab is left out. Of several
    targets of a source the first is taken, so that there is one right answer. Without a file of your own,
    translation/eng-fra-5000.tsv is read from the folder that GRADLOOM_DATA names (sentences of tatoeba.org).
    """

    name: ClassVar[str] = "phrases"
    title: ClassVar[str] = "English to French phrases"
    kind: ClassVar[Kind] = "sequence"
    licence: ClassVar[str] = "CC BY 2.0 FR; sentences of tatoeba.org"
    generated: ClassVar[bool] = False
    order: ClassVar[int] = 47

    file: Annotated[str, Meta(description="A file of your own; empty for English and French.")] = ""
    unit: Annotated[Unit, Meta(description="What a step of a sequence is: a character or a word.")] = "word"
    longest: Annotated[
        int,
        Meta(ge=1, le=500, description="Pairs with more characters or words on either side are left out."),
    ] = 8
    samples: Annotated[int, Meta(ge=0, description="So many pairs from the beginning; 0 for all.")] = 0

    @classmethod
    def is_available(cls) -> bool:
        folder = data_folder()
        return folder is not None and (folder / ENGLISH_FRENCH).is_file()

    def read(self, context: ReadContext) -> RawData:
        path = self._place(context)
        text, _ = read_text(path)
        pairs = [line.split("\t")[:2] for line in text.splitlines() if line.strip()]
        if any(len(pair) < 2 for pair in pairs):
            number = next(i for i, pair in enumerate(pairs, 1) if len(pair) < 2)
            raise DataError(
                f"{path.name}: pair {number} has no tab. Each line is a source, a tab, and its target."
            )
        first: dict[str, str] = {}
        for source, target in pairs:
            first.setdefault(source.strip(), target.strip())
        kept = [
            (source, target)
            for source, target in first.items()
            if all(0 < len(split_text(side, self.unit)) <= self.longest for side in (source, target))
        ]
        kept = kept[: self.samples or None]
        if not kept:
            raise DataError(
                f"{path.name} has no pair of up to {self.longest} {self.unit}s. Set longest higher."
            )
        most = f"up to {self.longest} {self.unit}s"
        report = f"{len(kept):,} pairs of {len(pairs):,}: one target for each source, {most}."
        sources, targets = zip(*kept, strict=True)
        names = ("English", "French") if not self.file else ("source", "target")
        return text_pairs(self.name, sources, targets, unit=self.unit, names=names, report=(report,))

    def _place(self, context: ReadContext) -> Path:
        if self.file:
            own = Path(self.file).expanduser()
            return own if own.is_absolute() or context.folder is None else context.folder / own
        folder = data_folder()
        if folder is None or not (folder / ENGLISH_FRENCH).is_file():
            raise DataError(
                f"The phrases are not here: let the environment variable {DATA_VARIABLE} name a folder that has "
                f"{ENGLISH_FRENCH.as_posix()}, or give a file of your own."
            )
        return folder / ENGLISH_FRENCH
