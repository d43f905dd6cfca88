"""What is selected, shared by the canvas, the outline and the inspector."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from engine.design.elements import Edge

from designer.document.document import Document


class Selection(QObject):
    """The selected nodes and wires; `current` is the node that the inspector and the plots show.

    Signals: changed(): the set or the current node is another.
    """

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: list[str] = []
        self._edges: list[Edge] = []
        document.node_removed.connect(self._on_node_removed)
        document.edge_removed.connect(self._on_edge_removed)
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
    def current(self) -> str:
        """The node that was selected last, or "" where none is."""
        return self._nodes[-1] if self._nodes else ""

    def set(self, nodes: Iterable[str] = (), edges: Iterable[Edge] = ()) -> None:
        """Select exactly these."""
        new_nodes, new_edges = list(dict.fromkeys(nodes)), list(dict.fromkeys(edges))
        if (new_nodes, new_edges) != (self._nodes, self._edges):
            self._nodes, self._edges = new_nodes, new_edges
            self.changed.emit()

    def clear(self) -> None:
        """Select nothing."""
        self.set()

    def _on_node_removed(self, node_id: str) -> None:
        self.set([n for n in self._nodes if n != node_id], self._edges)

    def _on_edge_removed(self, edge: Edge) -> None:
        self.set(self._nodes, [x for x in self._edges if x != edge])
