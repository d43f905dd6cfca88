"""The document: nodes, wires, notes, and how they are to be trained.

A `Design` is plain data with one way in: `apply(edit)`, which returns the edit that takes it back. The methods that
build a network in code (`add`, `connect`) go the same way. It never refuses a half-drawn network: `check` lists what
is wrong, and only the compiler insists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.core.errors import DesignError
from engine.core.problems import Problem
from engine.data.settings import DataSettings
from engine.design import edits as e
from engine.design.blocks import (
    PORT_LAYERS,
    Arriving,
    Block,
    BlockLayer,
    block_prefix,
    excess,
    instance_of,
    ports_of,
    resolved_blocks,
    resolved_node,
)
from engine.design.elements import Edge, Node, Note, Position, UnknownLayer, node_prefix
from engine.design.phases import Phase, without_nodes
from engine.design.settings import TrainingSettings
from engine.layers.base import Layer, layers

Source = Node | str | tuple[Node | str, str]
"""What feeds a node: a node, its id, or (node, output port)."""


class Design:
    """A network as a person draws it, with its training settings, its data reference and its seed."""

    def __init__(self, name: str = "untitled", *, seed: int = 0) -> None:
        self.name = name
        self.seed = seed
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []
        self.notes: dict[str, Note] = {}
        self.blocks: dict[str, Block] = {}
        self.block = ""
        """The id of the block of which this is the inside; "" for a design as such."""
        self.arriving: Mapping[str, Arriving] | None = None
        """What comes to the input ports of the block of which this is the inside; a port left out has no wire."""
        self.whole: Design = self
        """The design of whose block this is the inside; a design as such is its own."""
        self.training = TrainingSettings()
        self.phases: tuple[Phase, ...] = ()
        self.data: DataSettings | None = None

    # ------------------------------------------------------------------ building in code

    def add(
        self,
        layer: str | Layer,
        inputs: Source | Sequence[Source] | None = None,
        *,
        name: str = "",
        position: Position | None = None,
        frozen: bool = False,
        **settings: object,
    ) -> Node:
        """Add a node of the layer type named, fed by `inputs`, and return it.

        `layer` may also be the id of one of the design's blocks: the node is an instance of it then. Wires go to the
        input ports in order; a variadic port takes all that are left. Where a wire is refused the node is not added.
        Raises SettingError for an unknown type or a bad setting, ConnectionRuleError for a wire that a rule forbids.
        """
        given = self.layer_named(layer, settings) if isinstance(layer, str) else layer
        node_id = self.new_id(given)
        name = self.unique_name(name or node_id)
        self.apply(e.AddNode(Node(id=node_id, name=name, layer=given, position=position, frozen=frozen)))
        node = self.nodes[node_id]
        value = node.layer
        try:
            for index, source in enumerate(_sources(inputs)):
                if not value.INPUTS:
                    raise DesignError(f"{node.name}: {value.NAME} takes no input.", node=node.id)
                port = value.INPUTS[min(index, len(value.INPUTS) - 1)]
                self.connect(source, node, target_port=port.name)
        except DesignError:
            for edit in self.removal([node.id]):
                self.apply(edit)
            raise
        return node

    def connect(self, source: Source, target: Node | str, *, target_port: str = "") -> Edge:
        """Add a wire and return it. Raises ConnectionRuleError where a rule forbids it."""
        from engine.design.rules import check_connection

        start, port = source if isinstance(source, tuple) else (source, "")
        start_id, target_id = _id(start), _id(target)
        for node_id in (start_id, target_id):
            if node_id not in self.nodes:
                raise DesignError(f"There is no node {node_id!r} in the design.", node=node_id)
        outputs, inputs = self.nodes[start_id].layer.OUTPUTS, self.nodes[target_id].layer.INPUTS
        edge = Edge(
            source=start_id,
            target=target_id,
            source_port=port or (outputs[0].name if outputs else "output"),
            target_port=target_port or (inputs[0].name if inputs else "input"),
        )
        check_connection(self, edge, shapes=False)
        self.apply(e.AddEdge(edge))
        return edge

    def layer_named(self, name: str, settings: dict[str, Any] | None = None) -> Layer:
        """Return the layer of this type, or an instance of the block with this id. Raises SettingError."""
        if name in self.blocks:
            return instance_of(self.blocks[name])
        return (PORT_LAYERS[name] if name in PORT_LAYERS else layers[name]).validated(settings or {})

    def new_id(self, kind: str | Layer, taken: Iterable[str] = ()) -> str:
        """Return an id that no node has: the prefix of the type, or of the block's name, and the lowest free number."""
        if isinstance(kind, BlockLayer):
            block = self.blocks.get(kind.block)
            prefix = block_prefix(block.name if block is not None else "block")
        else:
            name = (
                kind.type if isinstance(kind, UnknownLayer) else kind if isinstance(kind, str) else kind.NAME
            )
            prefix = node_prefix(name)
        used = {*self.nodes, *taken}
        number = 1
        while f"{prefix}_{number}" in used:
            number += 1
        return f"{prefix}_{number}"

    def unique_name(self, wish: str, *, but: str = "", taken: Iterable[str] = ()) -> str:
        """Return `wish`, or `wish` with the lowest number that makes it unique. `but` is an id that may have it."""
        used = {node.name for node in self.nodes.values() if node.id != but} | set(taken)
        name, number = wish, 2
        while name in used:
            name, number = f"{wish}_{number}", number + 1
        return name

    def group(self, nodes: Iterable[Node | str], name: str = "Block") -> Node:
        """Put nodes, with the wires between them, into a new block; return the instance that takes their place.

        Raises DesignError where they can't be one node: see `engine.design.grouping`.
        """
        from engine.design.grouping import grouping

        grouped = grouping(self, [_id(node) for node in nodes], name=name)
        for edit in grouped.edits:
            self.apply(edit)
        return self.nodes[grouped.node_id]

    # ------------------------------------------------------------------ looking

    def incoming(self, node_id: str) -> list[Edge]:
        """Return the wires that end at a node, in order."""
        return [edge for edge in self.edges if edge.target == node_id]

    def outgoing(self, node_id: str) -> list[Edge]:
        """Return the wires that begin at a node, in order."""
        return [edge for edge in self.edges if edge.source == node_id]

    def inside(self, block_id: str, arriving: Mapping[str, Arriving] | None = None) -> Design:
        """Return the inside of a block as a design: its nodes, wires and comments, with all the blocks of this one.

        It is a copy: what is done to it does not reach the block; `EditBlock` does. Raises DesignError.
        """
        self._expect(block_id in self.blocks, block_id, "is no block of the design")
        block = self.blocks[block_id]
        inner = Design(block.name, seed=self.seed)
        inner.block, inner.arriving, inner.whole = block_id, arriving, self.whole
        inner.nodes = {node.id: node for node in block.nodes}
        inner.edges = list(block.edges)
        inner.notes = {note.id: note for note in block.notes}
        inner.blocks, inner.training, inner.data = self.blocks, self.training, self.data
        return inner

    def users_of(self, block_id: str) -> int:
        """Return how many nodes are instances of a block, on the canvas of the whole design and in other blocks."""
        places = [self.whole.nodes.values(), *(block.nodes for block in self.blocks.values())]
        return sum(
            isinstance(node.layer, BlockLayer) and node.layer.block == block_id
            for nodes in places
            for node in nodes
        )

    def type_of(self, node: Node) -> str:
        """Return what a person calls a node's type: that of its layer, or the name of the block that it stands for."""
        block = self.blocks.get(node.layer.block) if isinstance(node.layer, BlockLayer) else None
        return node.type if block is None else block.name

    def node_named(self, name: str) -> Node:
        """Return the node with this name. Raises DesignError where there is none."""
        for node in self.nodes.values():
            if node.name == name:
                return node
        raise DesignError(f"There is no node called {name!r}.")

    def check(self) -> list[Problem]:
        """Return what is wrong with the design, the worst first. Never raises for a bad design."""
        from engine.design.checks import problems_of

        return problems_of(self)

    # ------------------------------------------------------------------ changing

    def apply(self, edit: e.Edit) -> e.Edit:
        """Carry out one edit and return its inverse. Raises DesignError where the edit does not fit the document."""
        match edit:
            case e.AddNode(node, index):
                self._expect(node.id not in self.nodes, node.id, "is in the design already")
                _insert(self.nodes, node.id, self._resolved(node), index)
                return e.RemoveNode(node.id)
            case e.RemoveNode(node_id):
                self._expect(node_id in self.nodes, node_id, "is not in the design")
                attached = any(node_id in (edge.source, edge.target) for edge in self.edges)
                self._expect(not attached, node_id, "still has wires")
                index = list(self.nodes).index(node_id)
                return e.AddNode(self.nodes.pop(node_id), index)
            case e.ReplaceNode(node):
                self._expect(node.id in self.nodes, node.id, "is not in the design")
                before, self.nodes[node.id] = self.nodes[node.id], self._resolved(node)
                return e.ReplaceNode(before)
            case e.AddEdge(edge, index):
                self._expect(edge.source in self.nodes, edge.source, "is not in the design")
                self._expect(edge.target in self.nodes, edge.target, "is not in the design")
                self._expect(edge not in self.edges, edge.target, "has that wire already")
                self.edges.insert(len(self.edges) if index is None else index, edge)
                return e.RemoveEdge(edge)
            case e.RemoveEdge(edge):
                self._expect(edge in self.edges, edge.target, "has no such wire")
                index = self.edges.index(edge)
                return e.AddEdge(self.edges.pop(index), index)
            case e.AddNote(note, index):
                self._expect(note.id not in self.notes, note.id, "is in the design already")
                _insert(self.notes, note.id, note, index)
                return e.RemoveNote(note.id)
            case e.RemoveNote(note_id):
                self._expect(note_id in self.notes, note_id, "is not in the design")
                index = list(self.notes).index(note_id)
                return e.AddNote(self.notes.pop(note_id), index)
            case e.ReplaceNote(note):
                self._expect(note.id in self.notes, note.id, "is not in the design")
                before_note, self.notes[note.id] = self.notes[note.id], note
                return e.ReplaceNote(before_note)
            case e.SetSection(section, value):
                before_value = getattr(self, section)
                setattr(self, section, value)
                return e.SetSection(section, before_value)
        return self._apply_to_blocks(edit)

    def _apply_to_blocks(self, edit: e.Edit) -> e.Edit:
        from engine.design.block_changes import changed_blocks

        changed, inverse = changed_blocks(self, edit)
        self.set_blocks(changed)
        return inverse

    def set_blocks(self, blocks: Mapping[str, Block]) -> None:
        """Put other definitions in, and give every instance the ports of its own. For files and for edits only."""
        self.blocks, ports = resolved_blocks(blocks)
        for node_id, node in self.nodes.items():
            self.nodes[node_id] = resolved_node(node, ports)

    def _resolved(self, node: Node) -> Node:
        if not isinstance(node.layer, BlockLayer) or node.layer.block not in self.blocks:
            return resolved_node(node, {})
        others = [other for other in self.nodes.values() if other.id != node.id]
        if too_much := excess(self.blocks, [*others, node]):
            raise DesignError(f"The edit does not fit: {too_much}.", node=node.id)
        return resolved_node(node, {node.layer.block: ports_of(self.blocks[node.layer.block])})

    def removal(self, node_ids: Iterable[str]) -> list[e.Edit]:
        """Return the edits that take these nodes out, with every wire at them."""
        gone = [node_id for node_id in self.nodes if node_id in set(node_ids)]
        cut: list[e.Edit] = [
            e.RemoveEdge(edge) for edge in self.edges if edge.source in gone or edge.target in gone
        ]
        left = without_nodes(self.phases, gone)
        cut += [e.SetSection("phases", left)] if left != self.phases else []
        return cut + [e.RemoveNode(node_id) for node_id in gone]

    def copy(self) -> Design:
        """Return a design of its own with the same content (the parts are values, so they are shared)."""
        twin = Design(self.name, seed=self.seed)
        twin.nodes, twin.edges, twin.notes = dict(self.nodes), list(self.edges), dict(self.notes)
        twin.blocks, twin.block, twin.arriving = self.blocks, self.block, self.arriving
        twin.whole = twin if self.whole is self else self.whole
        twin.training, twin.data = self.training, self.data
        twin.phases = self.phases
        return twin

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Design):
            return NotImplemented
        return self._content() == other._content()

    __hash__ = None  # type: ignore[assignment]  # a mutable document has no hash

    def _content(self) -> tuple[Any, ...]:
        nodes, notes = list(self.nodes.values()), list(self.notes.values())
        blocks = list(self.blocks.values())
        return (self.name, self.seed, nodes, self.edges, notes, self.training, self.data, blocks, self.phases)

    def _expect(self, condition: bool, node_id: str, complaint: str) -> None:
        if not condition:
            raise DesignError(f"The edit does not fit: {node_id!r} {complaint}.", node=node_id)

    # ------------------------------------------------------------------ files

    def save(self, path: str | Path) -> None:
        """Write the design to `path`: an archive for .gradloom, a bare document for .json. Atomic."""
        from engine.design.files import save_design

        save_design(self, Path(path))

    @staticmethod
    def load(path: str | Path) -> Design:
        """Read a design. Raises FileFormatError where the file is damaged, foreign or newer than this program."""
        from engine.design.files import load_design

        return load_design(Path(path))


def _insert(mapping: dict[str, Any], key: str, value: Any, index: int | None) -> None:
    if index is None or index >= len(mapping):
        mapping[key] = value
        return
    items = list(mapping.items())
    items.insert(index, (key, value))
    mapping.clear()
    mapping.update(items)


def _sources(inputs: Source | Sequence[Source] | None) -> list[Source]:
    if inputs is None:
        return []
    if isinstance(inputs, Node | str):
        return [inputs]
    if (
        isinstance(inputs, tuple)
        and len(inputs) == 2
        and isinstance(inputs[1], str)
        and isinstance(inputs[0], Node)
    ):
        return [(inputs[0], inputs[1])]
    return list(inputs)


def _id(node: Node | str) -> str:
    return node if isinstance(node, str) else node.id
