"""From edits of the flat design, such as the cures of training, to edits of what was drawn."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from engine.core.errors import DesignError
from engine.design import edits as e
from engine.design.blocks import BlockLayer
from engine.design.design import Design
from engine.design.elements import Edge, Node
from engine.design.flatten import Flat, Path, inside_of


def drawn_edits(design: Design, flat: Flat, edits: Iterable[e.Edit]) -> list[e.Edit]:
    """Return the edits of `design` that do to its layers what `edits` do to those of the flat design.

    A layer of a block is changed in the block, and so in all its instances; what would be done twice is done once. A
    layer that is put on a wire goes where the end of that wire is drawn. Raises DesignError for what can't be drawn.
    """
    if flat.design is design:
        return list(edits)
    return _Drawing(design, flat).all(edits)


class _Drawing:
    def __init__(self, design: Design, flat: Flat) -> None:
        self.flat = flat
        self.twin = design.copy()
        self.found: list[e.Edit] = []
        self.cut: dict[Edge, tuple[Path, Edge]] = {}
        """The drawn wire that stands for each wire that was cut."""
        self.placed: dict[str, tuple[Path, str, Edge]] = {}
        """Where each new node went, its id there ("" where it was there already), and the wire that it is on."""
        self.waiting: dict[str, Node] = {}
        self.gone: set[tuple[str, Edge]] = set()
        self.filled: set[tuple[str, Edge]] = set()

    def all(self, edits: Iterable[e.Edit]) -> list[e.Edit]:
        for edit in edits:
            self._one(edit)
        return self.found

    def _one(self, edit: e.Edit) -> None:
        match edit:
            case e.SetSection():
                self._apply((), edit)
            case e.ReplaceNode(node):
                self._replace(node)
            case e.RemoveEdge(edge) if self.flat.routes.get(edge):
                self._cut(edge)
            case e.AddNode(node):
                self.waiting[node.id] = node
            case e.AddEdge(edge):
                self._join(edge)
            case _:
                raise DesignError("This can't be done to the layers of a block from outside.")

    def _replace(self, node: Node) -> None:
        path = self.flat.paths[node.id]
        inside = inside_of(self.twin, path[:-1])
        if inside is None:
            raise DesignError(f"{node.name} is no more.")
        drawn, before = inside.nodes[path[-1]], self.flat.design.nodes[node.id]
        position = drawn.position if node.position == before.position else node.position
        changed = drawn.with_(layer=node.layer, position=position, bypassed=node.bypassed)
        if changed != drawn:
            self._apply(path[:-1], e.ReplaceNode(changed))

    def _cut(self, edge: Edge) -> None:
        place, drawn = self.flat.routes[edge][0]  # the last piece: it ends at the layer itself
        self.cut[edge] = (place, drawn)
        block = self._block(place)
        if (block, drawn) not in self.gone:
            self.gone.add((block, drawn))
            self._apply(place, e.RemoveEdge(drawn))

    def _join(self, edge: Edge) -> None:
        """Draw the new wires on both sides of a new node; the node itself comes before the first of them."""
        new = edge.source if edge.source in self.waiting or edge.source in self.placed else edge.target
        if new in self.waiting:
            self._place(new, edge)
        if new not in self.placed:
            raise DesignError("A wire between layers of a block can't be drawn from outside.")
        place, node_id, drawn = self.placed[new]
        if not node_id:  # it is there already, by way of another instance
            return
        if edge.source == new:
            changes = {"source": node_id, "source_port": edge.source_port}
        else:
            changes = {"target": node_id, "target_port": edge.target_port}
        self._apply(place, e.AddEdge(msgspec.structs.replace(drawn, **changes)))

    def _place(self, new: str, edge: Edge) -> None:
        """Put a new node on the drawn wire that stands for the one which `edge` takes the place of."""
        ends = (edge.target, edge.target_port) if edge.source == new else (edge.source, edge.source_port)
        cut = next(
            (x for x in self.cut if ends in ((x.target, x.target_port), (x.source, x.source_port))), None
        )
        if cut is None:
            return
        place, drawn = self.cut[cut]
        node, inside, key = self.waiting.pop(new), inside_of(self.twin, place), (self._block(place), drawn)
        if inside is None:
            raise DesignError("The block is no more.")
        node_id = "" if key in self.filled else inside.new_id(node.layer)
        self.filled.add(key)
        self.placed[new] = (place, node_id, drawn)
        if node_id:
            self._apply(place, e.AddNode(node.with_(id=node_id, name=inside.unique_name(node_id))))

    def _block(self, place: Path) -> str:
        if not place:
            return ""
        outer = inside_of(self.twin, place[:-1])
        layer = None if outer is None else outer.nodes[place[-1]].layer
        return layer.block if isinstance(layer, BlockLayer) else ""

    def _apply(self, place: Path, edit: e.Edit) -> None:
        whole = e.within(self._block(place), edit)
        self.twin.apply(whole)
        self.found.append(whole)
