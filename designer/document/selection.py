"""What is selected, shared by the canvas, the outline and the inspector."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from designer.document.document import Document
from engine.design.elements import Edge


class Selection(QObject):
    """The selected nodes, wires and comments; `current` is the node that the inspector and the plots show.

    Signals: changed(): the set or the current node is another.
    """

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: list[str] = []
        self._edges: list[Edge] = []
        self._notes: list[str] = []
        document.node_removed.connect(self._on_node_removed)
        document.edge_removed.connect(self._on_edge_removed)
        document.note_removed.connect(self._on_note_removed)
        document.reset.connect(self.clear)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The ids of the selected nodes, in the order in which they were selected."""
        return tuple(self._nodes)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The selected wires."""
        return tuple(self._edges)

    @property
    def notes(self) -> tuple[str, ...]:
        """The ids of the selected comments."""
        return tuple(self._notes)

    @property
    def current(self) -> str:
        """The node that was selected last, or "" where none is."""
        return self._nodes[-1] if self._nodes else ""

    @property
    def empty(self) -> bool:
        """Whether nothing is selected."""
        return not (self._nodes or self._edges or self._notes)

    def set(self, nodes: Iterable[str] = (), edges: Iterable[Edge] = (), notes: Iterable[str] = ()) -> None:
        """Select exactly these."""
        new = (list(dict.fromkeys(nodes)), list(dict.fromkeys(edges)), list(dict.fromkeys(notes)))
        if new != (self._nodes, self._edges, self._notes):
            self._nodes, self._edges, self._notes = new
            self.changed.emit()

    def clear(self) -> None:
        """Select nothing."""
        self.set()

    def _on_node_removed(self, node_id: str) -> None:
        self.set([n for n in self._nodes if n != node_id], self._edges, self._notes)

    def _on_edge_removed(self, edge: Edge) -> None:
        self.set(self._nodes, [x for x in self._edges if x != edge], self._notes)

    def _on_note_removed(self, note_id: str) -> None:
        self.set(self._nodes, self._edges, [n for n in self._notes if n != note_id])
