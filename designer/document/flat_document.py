"""The document as training sees it: without blocks, every layer under the id that runs and files know it by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject

from designer.document.document import Document
from designer.document.mirror import Mirror
from designer.document.scope import Scope
from designer.document.selection import Selection
from engine.design import edits as e
from engine.design.drawn_edits import drawn_edits
from engine.design.elements import Edge, Node
from engine.design.flatten import Flat, Path, flatten
from engine.design.inference import infer


class FlatDocument(Mirror):
    """Shows `root` with every block taken apart; a design without blocks as it is. What trains, and the views of what
    trains, work on this one.
    """

    def __init__(self, root: Document, parent: QObject | None = None) -> None:
        self.flat = Flat(root.design, {})
        super().__init__(root, parent)
        self._show_all()
        self.remember()

    def in_root(self, edits: Iterable[e.Edit]) -> list[e.Edit]:
        return drawn_edits(self.root.design, self.flat, edits)

    def show(self) -> None:
        self.flat = flatten(self.root.design)
        self.design = self.flat.design

    def _show_all(self) -> None:
        self.show()
        plain = self.design is self.root.design
        self.inference = self.root.inference if plain else infer(self.design)
        self.problems = self.root.problems

    def _on_performed(self) -> None:
        before, plain = dict(self._shown_nodes), not self.flat.routes
        self.show()
        if self.flat.routes or not plain:
            mapping = moved_ids(before, self.design.nodes)
            if mapping:
                self.ids_changed.emit(mapping)
        self.tell_difference()

    def _on_root_checked(self) -> None:
        self._show_all()
        self.checked.emit()

    def _on_root_reset(self) -> None:
        self._show_all()
        self.remember()
        self.reset.emit()


def moved_ids(before: Mapping[str, Node], after: Mapping[str, Node]) -> dict[str, str]:
    """Return the ids of layers that went into a block or came out of one: old id -> new id.

    Such an id gains or loses the ids of blocks in front; the layer is the same. What is not clear is left out.
    """
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    pairs = [
        (old, new)
        for old in gone
        for new in come
        if (new.endswith(f"/{old}") or old.endswith(f"/{new}")) and before[old].layer == after[new].layer
    ]
    olds, news = Counter(old for old, _ in pairs), Counter(new for _, new in pairs)
    return {old: new for old, new in pairs if olds[old] == news[new] == 1}


class FlatSelection(Selection):
    """The selection as training sees it: for an instance of a block, the layers in it.

    To select a layer that is inside a block is to go there.
    """

    def __init__(
        self, flat: FlatDocument, scope: Scope, selection: Selection, parent: QObject | None = None
    ) -> None:
        super().__init__(flat, parent)
        self._flat, self._scope, self._selection = flat, scope, selection
        selection.changed.connect(self._on_changed)
        scope.checked.connect(self._on_changed)

    def set(self, nodes: Iterable[str] = (), edges: Iterable[Edge] = (), notes: Iterable[str] = ()) -> None:
        paths = [self._flat.flat.paths[node_id] for node_id in nodes if node_id in self._flat.flat.paths]
        place = paths[-1][:-1] if paths else self._scope.path
        if self._scope.go(place):
            self._selection.set(path[-1] for path in paths if path[:-1] == place)

    def _on_changed(self) -> None:
        found: list[str] = []
        for node_id in self._selection.nodes:
            found += self._layers_of(node_id)
        super().set(found)

    def _layers_of(self, node_id: str) -> list[str]:
        """Return the layers of a node; the first that has weights comes last, for that is the current one."""
        whole = self._scope.flat_id(node_id)
        nodes = self._flat.design.nodes
        if whole in nodes:
            return [whole]
        inside = [flat_id for flat_id in nodes if flat_id.startswith(f"{whole}/")]
        first = next((i for i in inside if self._flat.inference.parameters.get(i)), None)
        return inside if first is None else [*(i for i in inside if i != first), first]

    def _on_node_removed(self, node_id: str) -> None:
        pass

    def _on_edge_removed(self, edge: Edge) -> None:
        pass

    def _on_note_removed(self, note_id: str) -> None:
        pass


def gradients_in(flat: Flat, path: Path, gradients: Mapping[Edge, float]) -> dict[Edge, float]:
    """Return the gradient at each wire that is drawn at a place, the greatest of the wires that go through it."""
    found: dict[Edge, float] = {}
    if not flat.routes:
        return dict(gradients)
    for edge, value in gradients.items():
        for place, drawn in flat.routes.get(edge, ()):
            if place == path:
                found[drawn] = max(value, found.get(drawn, 0.0))
    return found
