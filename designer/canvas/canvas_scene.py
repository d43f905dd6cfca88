"""The scene: a mirror of the document. It listens and shows; it never decides and never changes the design."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, QPointF, QRectF, QTimer, Signal
from PySide6.QtWidgets import QGraphicsScene

from designer.canvas.badges import Badge
from designer.canvas.hits import Hit, hit_at
from designer.canvas.items.node_item import NodeItem
from designer.canvas.items.note_item import NoteItem
from designer.canvas.items.share_links_item import ShareLinksItem
from designer.canvas.items.wire_item import WireItem
from designer.canvas.items.wires_overview_item import WiresOverviewItem
from designer.canvas.node_content import NodeContent, content_of
from designer.canvas.placement import missing_positions, point_of
from designer.canvas.routing import plain_path
from designer.canvas.style import CanvasStyle
from designer.canvas.wire_router import WireRouter
from designer.document.document import Document
from designer.document.selection import Selection
from engine.design.elements import Edge


class CanvasScene(QGraphicsScene):
    """Mirrors nodes, wires and comments as items, and the selection as their outlines.

    Signals: geometry_changed(): something moved, came or went.
    """

    geometry_changed = Signal()

    def __init__(
        self, document: Document, selection: Selection, style: CanvasStyle, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)
        self.document, self.selection, self.style_ = document, selection, style
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Edge, WireItem] = {}
        self.notes: dict[str, NoteItem] = {}
        self.gradients: dict[Edge, float] | None = None
        self.simple = False
        self._samples = 0
        self._badges: dict[str, tuple[Badge, ...]] = {}
        self._ports: Counter[tuple[str, bool, int]] = Counter()
        self.router = WireRouter(self.nodes, self.wires)
        self.overview: WiresOverviewItem | None = None
        self.links = ShareLinksItem(self.nodes, style)
        self.addItem(self.links)
        self._settle_timer = QTimer(self)
        self._settle_timer.setSingleShot(True)
        self._settle_timer.setInterval(0)
        self._settle_timer.timeout.connect(self.settle)
        self._connect()
        self._on_reset()

    # ------------------------------------------------------------------ looking

    def item_by_id(self, item_id: str) -> NodeItem | NoteItem | None:
        """Return the item of a node or comment, or None."""
        return self.nodes.get(item_id) or self.notes.get(item_id)

    def hit(self, pos: QPointF, tolerance: float = 6.0) -> Hit:
        """Return what lies at a point: ports before cards before wires before comments."""
        return hit_at(self, pos, tolerance)

    def wire_at(self, pos: QPointF, tolerance: float) -> Edge | None:
        """Return the wire nearest to a point, within `tolerance`."""
        near = ((wire.distance_to(pos), edge) for edge, wire in self.wires.items())
        distance, edge = min(near, key=lambda one: one[0], default=(tolerance, None))
        return edge if distance < tolerance else None

    def content_rect(self, node_ids: Iterable[str] | None = None) -> QRectF:
        """Return the rectangle around these nodes, or around everything: a wire that turns back reaches beyond."""
        if node_ids is None:
            rects = [item.rect() for item in self.nodes.values()]
            rects += [note.rect() for note in self.notes.values()]
            rects += [wire.path.controlPointRect() for wire in self.wires.values()]
        else:
            rects = [self.nodes[node_id].rect() for node_id in node_ids]
        whole = QRectF()
        for rect in rects:
            whole = whole.united(rect)
        return whole

    def occupies(self, area: QRectF) -> bool:
        """Return whether a card or a comment lies in an area."""
        cards = any(item.rect().intersects(area) for item in self.nodes.values())
        return cards or any(note.rect().intersects(area) for note in self.notes.values())

    def sizes(self) -> dict[str, tuple[float, float]]:
        """Return the width and height of every card."""
        return {node_id: (item.card.width, item.card.height) for node_id, item in self.nodes.items()}

    def wires_at(self, node_ids: Iterable[str]) -> list[Edge]:
        """Return the wires that begin or end at these nodes."""
        chosen = set(node_ids)
        return [edge for edge in self.wires if edge.source in chosen or edge.target in chosen]

    # ------------------------------------------------------------------ showing

    def set_simple(self, simple: bool) -> None:
        """Draw all wires in one item (from afar), or each by itself."""
        if simple != self.simple:
            self.simple = simple
            for wire in self.wires.values():
                wire.setVisible(not simple)
            self._refresh_overview()

    def preview(self, positions: Mapping[str, QPointF], edges: Iterable[Edge]) -> None:
        """Show cards elsewhere while a gesture is under way; `restore` takes that back."""
        for node_id, at in positions.items():
            self.nodes[node_id].setPos(at)
        self.router.moved(positions)
        self.router.route(edges)
        self.links.follow()
        if self.simple:
            self._refresh_overview()

    def restore(self, node_ids: Iterable[str]) -> None:
        """Put cards back where the document has them."""
        for node_id in node_ids:
            if node_id in self.nodes and (position := self.document.design.nodes[node_id].position):
                self.nodes[node_id].setPos(point_of(position))
        self._change()

    def set_gradients(self, gradients: Mapping[Edge, float] | None) -> None:
        """Paint wires by the magnitude of the gradient that flows back through them; None takes the paint off."""
        self.gradients = None if gradients is None else dict(gradients)
        changed = [
            wire.set_gradient(None if self.gradients is None else self.gradients.get(edge))
            for edge, wire in self.wires.items()
        ]
        if any(changed) and self.overview is not None:
            self.overview.refresh()

    def set_badges(self, badges: Mapping[str, Badge | Sequence[Badge]]) -> None:
        """Show what training found at each node, the gravest first."""
        self._badges = {
            node_id: (found,) if isinstance(found, Badge) else tuple(found)
            for node_id, found in badges.items()
        }
        for node_id, item in self.nodes.items():
            item.set_badges(self._badges.get(node_id, ()))

    def set_samples(self, samples: int) -> None:
        """Show at the inputs how many samples there are; 0 where that is not known."""
        if samples != self._samples:
            self._samples = samples
            self._on_checked()

    def settle(self) -> None:
        """Route every wire now, rather than when the event loop comes round."""
        self._settle_timer.stop()
        self.router.route_all()
        self.links.follow()
        self._refresh_overview()
        self.geometry_changed.emit()

    # ------------------------------------------------------------------ mirroring

    def _connect(self) -> None:
        document = self.document
        document.node_added.connect(self._on_node_added)
        document.node_removed.connect(self._on_node_removed)
        document.node_replaced.connect(self._on_node_replaced)
        document.node_moved.connect(self._on_node_moved)
        document.edge_added.connect(self._on_edge_added)
        document.edge_removed.connect(self._on_edge_removed)
        document.note_added.connect(self._on_note_added)
        document.note_removed.connect(self._on_note_removed)
        document.note_replaced.connect(self._on_note_replaced)
        document.checked.connect(self._on_checked)
        document.reset.connect(self._on_reset)
        self.selection.changed.connect(self._on_selection_changed)
        self.style_.changed.connect(self._on_style_changed)

    def _on_reset(self) -> None:
        # One by one: `clear` would also destroy what a gesture under way has put here.
        for item in (*self.nodes.values(), *self.wires.values(), *self.notes.values(), self.overview):
            if item is not None:
                self.removeItem(item)
        for table in (self.nodes, self.wires, self.notes, self._badges):
            table.clear()
        self._ports.clear()
        self.gradients = None
        self._samples = 0
        self.overview = WiresOverviewItem(self.style_)
        self.addItem(self.overview)
        self.overview.setVisible(self.simple)
        design = self.document.design
        for node_id in design.nodes:
            self._on_node_added(node_id)
        # A file without positions, or a network built in code, gets them once, before there is anything to undo.
        places = missing_positions(design, self.sizes())
        self.document.set_positions(places)
        for node_id, position in places.items():
            self.nodes[node_id].setPos(point_of(position))
        for edge in design.edges:
            self._on_edge_added(edge)
        for note_id in design.notes:
            self._on_note_added(note_id)
        self._on_checked()
        self._on_selection_changed()
        self.settle()

    def _on_node_added(self, node_id: str) -> None:
        item = NodeItem(self._content(node_id), self.style_)
        item.set_badges(self._badges.get(node_id, ()))
        self.nodes[node_id] = item
        if (position := self.document.design.nodes[node_id].position) is not None:
            item.setPos(point_of(position))
        self.addItem(item)
        self._change()

    def _on_node_removed(self, node_id: str) -> None:
        self.removeItem(self.nodes.pop(node_id))
        self._change()

    def _on_node_replaced(self, node_id: str) -> None:
        item = self.nodes[node_id]
        before = QPointF(item.pos())
        if (position := self.document.design.nodes[node_id].position) is not None:
            item.setPos(point_of(position))
        if item.set_content(self._content(node_id)) or item.pos() != before:
            self._change()

    def _on_node_moved(self, node_id: str) -> None:
        if (position := self.document.design.nodes[node_id].position) is not None:
            self.nodes[node_id].setPos(point_of(position))
        self._change()

    def _on_edge_added(self, edge: Edge) -> None:
        wire = WireItem(edge, self.style_)
        wire.setVisible(not self.simple)
        wire.set_gradient(self.gradients.get(edge) if self.gradients else None)
        self.wires[edge] = wire
        self.addItem(wire)
        self._count(edge, 1)
        wire.set_path(plain_path(*self.router.ends(edge)), None)
        self._change()

    def _on_edge_removed(self, edge: Edge) -> None:
        self.removeItem(self.wires.pop(edge))
        self._count(edge, -1)
        self._change()

    def _on_note_added(self, note_id: str) -> None:
        item = NoteItem(self.document.design.notes[note_id], self.style_)
        self.notes[note_id] = item
        self.addItem(item)
        self._change()

    def _on_note_removed(self, note_id: str) -> None:
        self.removeItem(self.notes.pop(note_id))
        self._change()

    def _on_note_replaced(self, note_id: str) -> None:
        self.notes[note_id].set_note(self.document.design.notes[note_id])
        self._change()

    def _on_checked(self) -> None:
        worst: dict[str, str] = {}
        for problem in self.document.problems:  # the worst come first
            worst.setdefault(problem.node, problem.severity)
        resized = False
        for node_id, item in self.nodes.items():
            resized = item.set_content(self._content(node_id, worst.get(node_id, ""))) or resized
        self.links.show_sharing(self.document.design)
        loose = [node_id for node_id, node in self.document.design.nodes.items() if node.position is None]
        if loose:
            for node_id, position in missing_positions(self.document.design, self.sizes()).items():
                self.nodes[node_id].setPos(point_of(position))
        if resized or loose or self._settle_timer.isActive():
            self._change()
            self.settle()

    def _on_selection_changed(self) -> None:
        chosen = set(self.selection.nodes)
        for node_id, item in self.nodes.items():
            item.set_flag(selected=node_id in chosen)
        edges = set(self.selection.edges)
        for edge, wire in self.wires.items():
            wire.set_flag(selected=edge in edges)
        notes = set(self.selection.notes)
        for note_id, note in self.notes.items():
            note.set_flag(selected=note_id in notes)
        if self.simple and self.overview is not None:
            self.overview.refresh()

    def _on_style_changed(self) -> None:
        for item in self.nodes.values():
            item.restyle()
        self.update()

    def _content(self, node_id: str, problem: str | None = None) -> NodeContent:
        return content_of(self.document, node_id, problem, self._samples)

    def _count(self, edge: Edge, step: int) -> None:
        for node_id, output, name in (
            (edge.source, True, edge.source_port),
            (edge.target, False, edge.target_port),
        ):
            if (item := self.nodes.get(node_id)) is not None:
                key = (output, item.port_number(output, name))
                self._ports[(node_id, *key)] += step
                on = self._ports[(node_id, *key)] > 0
                item.set_flag(used=item.used | {key} if on else item.used - {key})

    def _change(self) -> None:
        self.router.forget()
        self._settle_timer.start()

    def _refresh_overview(self) -> None:
        if self.overview is not None:
            self.overview.setVisible(self.simple)
            if self.simple:
                bounds = self.content_rect()
                for wire in self.wires.values():
                    bounds = bounds.united(wire.boundingRect())
                self.overview.set_wires(self.wires.values(), bounds)
