"""What a person does to a network, as pure functions: from a design to the edits that carry it out.

Nothing here changes anything. Whoever calls pushes the edits with a label, so each of these is one undo step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

from engine.core.errors import ConnectionRuleError, DesignError
from engine.design import edits as e
from engine.design.block_library import offered
from engine.design.design import Design
from engine.design.elements import Edge, Node, Note, Position
from engine.design.inference import Inference, infer
from engine.design.layout import NODE_SIZE, Size
from engine.design.repairs import insertion
from engine.design.rules import check_connection, displaced
from engine.layers.base import Layer, layers

COMMENT_MARGIN = 24.0
COMMENT_HEAD = 32.0


def deletion(
    design: Design, nodes: Iterable[str] = (), edges: Iterable[Edge] = (), notes: Iterable[str] = ()
) -> list[e.Edit]:
    """Return the edits that take out nodes with all their wires, single wires, and comments."""
    gone, cut = set(nodes), list(edges)
    loose: list[e.Edit] = [
        e.RemoveEdge(edge)
        for edge in cut
        if edge in design.edges and edge.source not in gone and edge.target not in gone
    ]
    comments: list[e.Edit] = [e.RemoveNote(note) for note in notes if note in design.notes]
    return loose + design.removal(gone) + comments


def healing_deletion(design: Design, nodes: Iterable[str]) -> list[e.Edit]:
    """Return the edits that take nodes out and join what fed each one to what it fed, where it had one source.

    A wire that a rule forbids (it is there already, or would close a cycle) is left out.
    """
    twin, edits = design.copy(), list[e.Edit]()
    for node_id in [node_id for node_id in nodes if node_id in design.nodes]:
        before, after = twin.incoming(node_id), twin.outgoing(node_id)
        step: list[e.Edit] = []
        if len(before) == 1:
            for old in after:
                place = twin.edges.index(old)
                step += _apply(twin, e.RemoveEdge(old))
                feed = Edge(
                    source=before[0].source,
                    target=old.target,
                    source_port=before[0].source_port,
                    target_port=old.target_port,
                )
                try:
                    check_connection(twin, feed, shapes=False)
                except ConnectionRuleError:
                    continue
                step += _apply(twin, e.AddEdge(feed, place))
        for edit in twin.removal([node_id]):
            step += _apply(twin, edit)
        edits += step
    return edits


def renaming(design: Design, node_id: str, name: str) -> list[e.Edit]:
    """Return the edit that gives a node another name. Raises DesignError for a name that is empty or taken."""
    wish = " ".join(name.split())
    if not wish:
        raise DesignError("A name needs at least one character.", node=node_id)
    if "/" in wish:
        raise DesignError(
            f"A name can't hold a slash: weights are called name/kernel. Received: {wish!r}.", node=node_id
        )
    node = design.nodes[node_id]
    if design.unique_name(wish, but=node_id) != wish:
        raise DesignError(f"There is a layer called {wish!r} already. Choose another name.", node=node_id)
    return [] if node.name == wish else [e.ReplaceNode(node.with_(name=wish))]


def moving(design: Design, positions: Mapping[str, Position]) -> list[e.Edit]:
    """Return the edits that put nodes at positions; those that are there already stay out."""
    return [
        e.ReplaceNode(design.nodes[node_id].with_(position=position))
        for node_id, position in positions.items()
        if design.nodes[node_id].position != position
    ]


def nudging(design: Design, nodes: Iterable[str], dx: float, dy: float) -> list[e.Edit]:
    """Return the edits that move nodes by a step."""
    places = {node_id: design.nodes[node_id].position or (0.0, 0.0) for node_id in nodes}
    return moving(design, {node_id: (x + dx, y + dy) for node_id, (x, y) in places.items()})


def freezing(design: Design, nodes: Iterable[str], frozen: bool | None = None) -> list[e.Edit]:
    """Return the edits that freeze nodes or thaw them; None freezes all unless all are frozen."""
    return _flagging(design, nodes, "frozen", frozen)


def bypassing(design: Design, nodes: Iterable[str], bypassed: bool | None = None) -> list[e.Edit]:
    """Return the edits that bypass nodes or take them in again; None bypasses all unless all are bypassed."""
    return _flagging(design, nodes, "bypassed", bypassed)


def setting_change(design: Design, nodes: Iterable[str], field: str, value: object) -> list[e.Edit]:
    """Return the edits that give a setting of these nodes another value. Raises SettingError."""
    edits: list[e.Edit] = []
    for node_id in nodes:
        node = design.nodes[node_id]
        layer = node.layer.replace(**{field: value})
        if layer != node.layer:
            edits.append(e.ReplaceNode(node.with_(layer=layer)))
    return edits


def connection(design: Design, edge: Edge, inference: Inference | None = None) -> list[e.Edit]:
    """Return the edits that draw a wire; one that held its place at a single input makes room.

    Raises ConnectionRuleError where a rule forbids the wire.
    """
    freed = displaced(design, edge)
    if not freed:
        check_connection(design, edge, inference=inference)
        return [e.AddEdge(edge)]
    twin = _after(design, freed)
    check_connection(twin, edge)
    return [*freed, e.AddEdge(edge)]


def replugging(design: Design, old: Edge, new: Edge) -> list[e.Edit]:
    """Return the edits that move an end of a wire, which keeps its place in the order. Raises ConnectionRuleError."""
    if old == new:
        return []
    place = design.edges.index(old)
    twin = _after(design, [e.RemoveEdge(old)])
    freed = displaced(twin, new)
    check_connection(_after(twin, freed), new)
    here = place - sum(design.edges.index(x.edge) < place for x in freed if isinstance(x, e.RemoveEdge))
    return [e.RemoveEdge(old), *freed, e.AddEdge(new, here)]


def addition(
    design: Design, layer: Layer | str, position: Position | None = None
) -> tuple[list[e.Edit], str]:
    """Return the edits that add a layer, or an instance of a block that is offered, and the id of its node."""
    return _adding(design, layer, position, None)


def attachment(
    design: Design,
    layer: Layer | str,
    position: Position | None,
    *,
    source: tuple[str, str] | None = None,
    target: tuple[str, str] | None = None,
) -> tuple[list[e.Edit], str]:
    """Return the edits that add a layer joined to a loose wire's fixed end, and the id of its node.

    `source` is the (node, output port) that feeds it, `target` the (node, input port) that it feeds; give one.
    Raises ConnectionRuleError where the layer can't be joined there.
    """
    edits, node_id = _adding(design, layer, position, source)
    twin = _after(design, edits)
    value = twin.nodes[node_id].layer
    if source is not None:
        if not value.INPUTS:
            raise ConnectionRuleError(f"{value.NAME} takes no input.", node=source[0])
        wire = Edge(source=source[0], source_port=source[1], target=node_id, target_port=value.INPUTS[0].name)
    elif target is not None:
        if not value.OUTPUTS:
            raise ConnectionRuleError(f"{value.NAME} has no output.", node=target[0])
        wire = Edge(
            source=node_id, source_port=value.OUTPUTS[0].name, target=target[0], target_port=target[1]
        )
    else:
        return edits, node_id
    return [*edits, *connection(twin, wire)], node_id


def insertion_on(
    design: Design,
    edge: Edge,
    layer: Layer | str,
    position: Position | None = None,
    sizes: Mapping[str, Size] | None = None,
) -> tuple[list[e.Edit], str]:
    """Return the edits that put a new layer on a wire, and the id of its node. Raises ConnectionRuleError.

    Without a `position` it goes between the wire's ends, and what follows moves aside; `sizes` are those of the nodes.
    """
    brought, value = _resolved(design, layer, (edge.source, edge.source_port))
    if not value.INPUTS or not value.OUTPUTS:
        raise ConnectionRuleError(
            f"{value.NAME} can't stand on a wire: it needs an input and an output.", node=edge.target
        )
    edits = [*brought, *insertion(_after(design, brought), edge, value, sizes)]
    if position is not None:
        edits = [
            e.AddNode(edit.node.with_(position=position)) if isinstance(edit, e.AddNode) else edit
            for edit in edits
            if not isinstance(edit, e.ReplaceNode)
        ]
    return edits, next(edit.node.id for edit in edits if isinstance(edit, e.AddNode))


def splicing(design: Design, edge: Edge, node_id: str, position: Position | None = None) -> list[e.Edit]:
    """Return the edits that put a node without wires on a wire, at `position` where one is given.

    Raises ConnectionRuleError where the node has wires, or no input or output.
    """
    node = design.nodes[node_id]
    inputs, outputs = node.layer.INPUTS, node.layer.OUTPUTS
    if not inputs or not outputs:
        raise ConnectionRuleError(
            f"{node.name} can't stand on a wire: it needs an input and an output.", node=node_id
        )
    if design.incoming(node_id) or design.outgoing(node_id):
        raise ConnectionRuleError(
            f"{node.name} has wires already: cut them before it goes on another.", node=node_id
        )
    first = Edge(source=edge.source, target=node_id, source_port=edge.source_port, target_port=inputs[0].name)
    second = Edge(
        source=node_id, target=edge.target, source_port=outputs[0].name, target_port=edge.target_port
    )
    moved = [] if position is None else moving(design, {node_id: position})
    return [*moved, e.RemoveEdge(edge), e.AddEdge(second, design.edges.index(edge)), e.AddEdge(first)]


def can_splice(design: Design, node_id: str) -> bool:
    """Return whether a node could be dropped on a wire."""
    node = design.nodes[node_id]
    loose = not design.incoming(node_id) and not design.outgoing(node_id)
    return loose and bool(node.layer.INPUTS) and bool(node.layer.OUTPUTS)


def commenting(
    design: Design, nodes: Iterable[str], text: str = "", *, at: Position = (0.0, 0.0)
) -> tuple[list[e.Edit], str]:
    """Return the edits that frame nodes with a comment (or put an empty one at a place), and the comment's id."""
    places = [design.nodes[node_id].position or (0.0, 0.0) for node_id in nodes]
    note_id = next(f"note_{n}" for n in count(1) if f"note_{n}" not in design.notes)
    if places:
        left, top = min(x for x, _ in places) - COMMENT_MARGIN, min(y for _, y in places)
        right = max(x for x, _ in places) + NODE_SIZE[0] + COMMENT_MARGIN
        bottom = max(y for _, y in places) + NODE_SIZE[1] + COMMENT_MARGIN
        top -= COMMENT_MARGIN + COMMENT_HEAD
        note = Note(id=note_id, text=text, rectangle=(left, top, right - left, bottom - top))
    else:
        note = Note(id=note_id, text=text, rectangle=(at[0], at[1], 240.0, 120.0))
    return [e.AddNote(note)], note_id


def _adding(
    design: Design, layer: Layer | str, position: Position | None, source: tuple[str, str] | None
) -> tuple[list[e.Edit], str]:
    brought, value = _resolved(design, layer, source)
    twin = _after(design, brought) if brought else design
    node_id = twin.new_id(value)
    node = Node(id=node_id, name=design.unique_name(node_id), layer=value, position=position)
    return [*brought, e.AddNode(node)], node_id


def _resolved(
    design: Design, layer: Layer | str, source: tuple[str, str] | None
) -> tuple[list[e.Edit], Layer]:
    """Return a layer by what it is offered as, fitted to what feeds it, and the edits that bring its block in."""
    if not isinstance(layer, str):
        return [], layer
    if layer in layers.classes:
        return [], layers[layer]()
    shape = None if source is None else infer(design).shape_at(design, *source)
    return offered(design, layer, shape)


def _flagging(design: Design, nodes: Iterable[str], flag: str, value: bool | None) -> list[e.Edit]:
    chosen = [design.nodes[node_id] for node_id in nodes]
    wanted = not all(getattr(node, flag) for node in chosen) if value is None else value
    return [e.ReplaceNode(node.with_(**{flag: wanted})) for node in chosen if getattr(node, flag) != wanted]


def _after(design: Design, edits: Iterable[e.Edit]) -> Design:
    twin = design.copy()
    for edit in edits:
        twin.apply(edit)
    return twin


def _apply(design: Design, edit: e.Edit) -> list[e.Edit]:
    design.apply(edit)
    return [edit]
