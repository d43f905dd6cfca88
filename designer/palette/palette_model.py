"""What the palette lists: headings, and under them layer types, templates and data sets, found by words."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QAbstractListModel, QByteArray, QMimeData, QModelIndex, QPersistentModelIndex, Qt

from designer.common.fuzzy import FOUND, score
from engine.design.block_library import offers
from engine.design.design import Design
from engine.layers.base import layers

MIME_LAYER = "application/x-gradloom-layer"
Kind = Literal["heading", "layer", "template", "data"]
Index = QModelIndex | QPersistentModelIndex

CATEGORY_ORDER = (
    "Core", "Activation", "Convolution", "Pooling", "Normalization", "Regularization", "Recurrent", "Attention",
    "Merge", "Shape",
)  # fmt: skip
"""Headings in this order; those not named here follow by name."""
BLOCKS = "Blocks"

KIND_ROLE = int(Qt.ItemDataRole.UserRole) + 1
NAME_ROLE = KIND_ROLE + 1
FAMILY_ROLE = KIND_ROLE + 2
NOTE_ROLE = KIND_ROLE + 3
HEADING_SHARE = 0.6
"""How much a word found in the heading counts beside one in the layer's own words."""


@dataclass(frozen=True)
class PaletteEntry:
    """One line: what it is, its name for the program and for people, and the words under which it is found."""

    kind: Kind
    name: str
    title: str
    heading: str
    tip: str = ""
    family: str = ""
    note: str = ""
    words: tuple[str, ...] = ()


def block_entries(design: Design) -> list[PaletteEntry]:
    """Return the blocks of a design and the built-in ones; inside a block its ports, too."""
    return [
        PaletteEntry(
            "layer",
            offer.name,
            offer.title,
            BLOCKS,
            offer.detail,
            offer.family,
            note="own" if offer.own else "",
            words=(offer.title, *offer.keywords),
        )
        for offer in offers(design)
    ]


def with_blocks(entries: Iterable[PaletteEntry], design: Design) -> list[PaletteEntry]:
    """Return layer entries with a design's blocks after those of the first heading, in place of the blocks in them."""
    others = [entry for entry in entries if entry.heading != BLOCKS]
    first = [entry for entry in others if entry.heading == CATEGORY_ORDER[0]]
    return [*first, *block_entries(design), *others[len(first) :]]


def layer_entries() -> list[PaletteEntry]:
    """Return every layer type of the registry, grouped under its category, in the order that they are used in."""
    entries = []
    for name, cls in layers.classes.items():
        tip = (inspect.getdoc(cls) or "").partition("\n")[0]
        if cls.FORMULA:
            tip += f"\n{cls.FORMULA}"
        words = (name, *cls.KEYWORDS, cls.FAMILY)
        entries.append(PaletteEntry("layer", name, name, cls.CATEGORY, tip, cls.FAMILY, words=words))
    known = {category: place for place, category in enumerate(CATEGORY_ORDER)}
    first = {"Input": 0, "Dense": 1, "Activation": 2, "Output": 3}
    return sorted(
        entries,
        key=lambda e: (known.get(e.heading, len(known)), e.heading, first.get(e.name, 9), e.title.lower()),
    )


def matching(entries: Iterable[PaletteEntry], query: str) -> list[PaletteEntry]:
    """Return the entries that have every word of the query, the best first within one heading's order."""
    words = query.lower().split()
    if not words:
        return list(entries)
    ranked = []
    for place, entry in enumerate(entries):
        worst = min(
            max(score(word, entry.title, entry.words), HEADING_SHARE * score(word, entry.heading))
            for word in words
        )
        if worst > FOUND:  # the list is a filter, not a guess
            ranked.append((-worst, place, entry))
    return [entry for _, _, entry in sorted(ranked, key=lambda row: row[:2])]


class PaletteModel(QAbstractListModel):
    """A flat list of headings and entries; headings fold."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._entries: list[PaletteEntry] = []
        self._query = ""
        self._folded: set[str] = set()
        self._rows: list[PaletteEntry] = []

    def set_entries(self, entries: Iterable[PaletteEntry]) -> None:
        """List these."""
        self._entries = list(entries)
        self._rebuild()

    def set_query(self, query: str) -> None:
        """List only what has these words; the best match comes first and its heading with it."""
        if query.strip() != self._query:
            self._query = query.strip()
            self._rebuild()

    def toggle(self, heading: str) -> None:
        """Fold a heading's entries away, or open them again."""
        self._folded ^= {heading}
        self._rebuild()

    def is_folded(self, heading: str) -> bool:
        """Whether a heading's entries are folded away."""
        return heading in self._folded and not self._query

    @property
    def match_count(self) -> int:
        """How many entries match the query."""
        return len(matching(self._entries, self._query))

    def entry(self, index: Index) -> PaletteEntry | None:
        """Return the entry of a row (headings too), or None where there is no such row."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def first_entry(self) -> QModelIndex:
        """Return the first row that is no heading."""
        row = next((i for i, entry in enumerate(self._rows) if entry.kind != "heading"), -1)
        return self.index(row, 0) if row >= 0 else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        entry = self.entry(index)
        if entry is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.tip or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return entry.title if entry.kind == "heading" else f"{entry.title}, {entry.heading}"
        return {
            KIND_ROLE: entry.kind,
            NAME_ROLE: entry.name,
            FAMILY_ROLE: entry.family,
            NOTE_ROLE: entry.note,
        }.get(role)

    def flags(self, index: Index) -> Qt.ItemFlag:
        entry = self.entry(index)
        if entry is None:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsDragEnabled if entry.kind == "layer" else flags

    def mimeTypes(self) -> list[str]:
        return [MIME_LAYER]

    def mimeData(self, indexes: list[QModelIndex]) -> QMimeData:  # type: ignore[override]  # the stubs say Sequence
        mime = QMimeData()
        entries = [
            entry for index in indexes if (entry := self.entry(index)) is not None and entry.kind == "layer"
        ]
        if entries:
            mime.setData(MIME_LAYER, QByteArray(entries[0].name.encode()))
            mime.setText(entries[0].name)
        return mime

    def _rebuild(self) -> None:
        self.beginResetModel()
        found = matching(self._entries, self._query)
        groups: dict[str, list[PaletteEntry]] = {}
        for entry in found:
            groups.setdefault(entry.heading, []).append(entry)
        self._rows = []
        for heading, entries in groups.items():
            if heading:
                self._rows.append(PaletteEntry("heading", heading, heading, heading))
            if not self.is_folded(heading):
                self._rows += entries
        self.endResetModel()
