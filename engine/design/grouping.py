"""Making a block of layers: from a design to the edits that do it, as one step. `ungrouping` is the way back."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import NamedTuple

import msgspec

from engine.core.errors import DesignError
from engine.design import edits as e
from engine.design.blocks import (
    Block,
    BlockInput,
    BlockLayer,
    BlockOutput,
    block_prefix,
    instance_of,
)
from engine.design.design import Design
from engine.design.elements import Edge, Node, Position
from engine.design.layout import COLUMN_GAP, NODE_SIZE
from engine.design.phases import Phase, changed
from engine.design.rules import reaches

End = tuple[str, str]
"""(node id, port)."""
STEP = NODE_SIZE[0] + COLUMN_GAP


class Grouped(NamedTuple):
    """The edits of a grouping, the instance that stands for the layers, and the block."""

    edits: list[e.Edit]
    node_id: str
    block: Block


def grouping(
    design: Design, node_ids: Iterable[str], notes: Iterable[str] = (), name: str = "Block"
) -> Grouped:
    """Return what puts these nodes, with the wires between them, into a new block with one instance in their place.

    Wires that cross the border become ports, called after what they carry; so do inputs that lack a wire, and what is
    given where nothing else leaves. Raises DesignError where the nodes can't be one node.
    """
    chosen = [node for node_id, node in design.nodes.items() if node_id in set(node_ids)]
    _check(design, chosen)
    ids = {node.id for node in chosen}
    entries = _entries(design, chosen)
    exits = _exits(design, chosen)
    taken = {node.name for node in chosen}
    entry_names = _names(design, [end for end, _ in entries], "input", taken)
    exit_names = _names(design, exits, "output", taken)
    block_name, block_id = unique_block_name(design, name)
    gates, gate_wires = _gates(chosen, entries, exits, entry_names, exit_names)
    kept_notes = tuple(note for note in design.notes.values() if note.id in set(notes))
    block = Block(
        id=block_id,
        name=block_name,
        nodes=(*gates[0], *chosen, *gates[1]),
        edges=(*_in_place(design, chosen, gate_wires), *(x for x in gate_wires if x.source in ids)),
        notes=kept_notes,
    )
    twin = design.copy()
    twin.apply(e.AddBlock(block))
    node_id = twin.new_id(instance_of(block))
    twin.nodes = {node.id: node for node in twin.nodes.values() if node.id not in ids}
    instance = Node(
        id=node_id,
        name=twin.unique_name(node_id),
        layer=instance_of(block),
        position=middle_of(chosen),
        frozen=all(node.frozen for node in chosen),
    )
    entry_of = {end: port for (end, _), port in zip(entries, entry_names, strict=True)}
    exit_of = dict(zip(exits, exit_names, strict=True))
    final = _outer_wires(design, ids, node_id, entry_of, exit_of)
    edits: list[e.Edit] = [
        e.RemoveEdge(edge) for edge in design.edges if edge.source in ids or edge.target in ids
    ]
    edits += [e.RemoveNode(node.id) for node in chosen]
    edits += [e.RemoveNote(note.id) for note in kept_notes]
    place = list(design.nodes).index(chosen[0].id)
    edits += [e.AddBlock(block), e.AddNode(instance, place)]
    edits += [e.AddEdge(edge, i) for i, edge in enumerate(final) if node_id in (edge.source, edge.target)]
    return Grouped([*edits, *phase_edits(design, _grouped_phases(design, chosen, node_id))], node_id, block)


def _outer_wires(
    design: Design, ids: set[str], node_id: str, entry_of: dict[End, str], exit_of: dict[End, str]
) -> list[Edge]:
    """Return the wires of the design with those that crossed the border at the ports of the instance."""
    final: list[Edge] = []
    for edge in design.edges:
        replaced = edge
        if edge.target in ids and edge.source not in ids:
            port = entry_of[edge.source, edge.source_port]
            replaced = msgspec.structs.replace(edge, target=node_id, target_port=port)
        elif edge.source in ids and edge.target not in ids:
            port = exit_of[edge.source, edge.source_port]
            replaced = msgspec.structs.replace(edge, source=node_id, source_port=port)
        elif edge.source in ids:
            continue
        if replaced not in final:
            final.append(replaced)
    return final


def making_own(design: Design, node_id: str) -> list[e.Edit]:
    """Return the edits that give an instance a copy of its block for itself. Raises DesignError."""
    node = design.nodes.get(node_id)
    if node is None or not isinstance(node.layer, BlockLayer) or node.layer.block not in design.blocks:
        raise DesignError("Select a block: it can be made a block of its own.")
    sharing = next((other for other in design.nodes.values() if other.shares == node_id), None)
    if node.shares or sharing is not None:
        raise DesignError(f"{node.name} shares its weights with another instance: that takes the same block.")
    block = design.blocks[node.layer.block]
    name, new_id = unique_block_name(design, block.name)
    copy = block.with_(id=new_id, name=name)
    return [e.AddBlock(copy), e.ReplaceNode(node.with_(layer=instance_of(copy)))]


def unique_block_name(design: Design, wish: str) -> tuple[str, str]:
    """Return (name, id) for a block that is to be called `wish`: with the lowest number that makes them unique."""
    names = {block.name for block in design.blocks.values()}
    name = next(n for i in count(1) if (n := wish if i == 1 else f"{wish} {i}") not in names)
    prefix = block_prefix(name)
    return name, next(
        b for i in count(1) if (b := prefix if i == 1 else f"{prefix}_{i}") not in design.blocks
    )


# ---------------------------------------------------------------------- grouping


def _check(design: Design, chosen: list[Node]) -> None:
    if not chosen:
        raise DesignError("Select the layers that are to be one block.")
    ids = {node.id for node in chosen}
    for node in chosen:
        if node.layer.FED or isinstance(node.layer, BlockInput):
            raise DesignError(
                f"{node.name} brings values in: it stays outside the block, which it feeds.", node=node.id
            )
        if node.type == "Output" or isinstance(node.layer, BlockOutput):
            raise DesignError(f"{node.name} is where values leave: it stays outside the block.", node=node.id)
        if node.shares and node.shares not in ids and node.shares in design.nodes:
            owner = design.nodes[node.shares].name
            raise DesignError(
                f"{node.name} shares the weights of {owner}: group both, or give it weights of its own.",
                node=node.id,
            )
    for other in design.nodes.values():
        if other.shares in ids and other.id not in ids:
            owner = design.nodes[other.shares].name
            raise DesignError(
                f"{other.name} shares the weights of {owner}: group both, or neither.", node=other.id
            )
    for edge in design.edges:
        if edge.source in ids and edge.target not in ids:
            back = next((node for node in chosen if reaches(design, edge.target, node.id)), None)
            if back is not None:
                between = design.nodes[edge.target].name
                raise DesignError(
                    f"{between} lies between {design.nodes[edge.source].name} and {back.name}: the block would feed "
                    f"itself. Select {between}, too.",
                    node=edge.target,
                )


def _entries(design: Design, chosen: list[Node]) -> list[tuple[End, list[End]]]:
    """Return what feeds the group, each once, with the inner ends that it feeds; ("", "") for inputs without a wire."""
    ids = {node.id for node in chosen}
    found: dict[End, list[End]] = {}
    loose: list[tuple[End, list[End]]] = []
    fed = {(edge.target, edge.target_port) for edge in design.edges}
    for edge in design.edges:
        if edge.target in ids and edge.source not in ids:
            found.setdefault((edge.source, edge.source_port), []).append((edge.target, edge.target_port))
    for node in chosen:
        for port in node.layer.INPUTS:
            if not port.optional and (node.id, port.name) not in fed:
                loose.append((("", node.name), [(node.id, port.name)]))  # noqa: PERF401 - too long for one line
    places = {node.id: node.position or (0.0, 0.0) for node in design.nodes.values()}
    return sorted(found.items(), key=lambda one: places[one[0][0]][1]) + loose


def _exits(design: Design, chosen: list[Node]) -> list[End]:
    """Return what leaves the group, each once; where nothing does, what nothing in it takes up."""
    ids = {node.id for node in chosen}
    leaving = dict.fromkeys(
        (edge.source, edge.source_port)
        for edge in design.edges
        if edge.source in ids and edge.target not in ids
    )
    if not leaving:
        used = {edge.source for edge in design.edges}
        ends = [
            (node.id, node.layer.OUTPUTS[0].name)
            for node in chosen
            if node.layer.OUTPUTS and node.id not in used
        ]
        leaving = dict.fromkeys(ends)
    places = {node.id: node.position or (0.0, 0.0) for node in chosen}
    return sorted(leaving, key=lambda end: places[end[0]][1])


def _names(design: Design, ends: list[End], usual: str, taken: set[str]) -> list[str]:
    """Return a name for each port: the usual one for a single port, else what it carries."""
    found: list[str] = []
    for node_id, port in ends:
        wish = usual
        if len(ends) > 1:
            source = design.nodes.get(node_id)
            wish = port if source is None else source.name
            if source is not None and len(source.layer.OUTPUTS) > 1:
                wish = f"{wish}_{port}"
            if usual == "output" or source is None:
                wish = f"{wish}_{'out' if usual == 'output' else 'in'}"
        name = next(n for i in count(1) if (n := wish if i == 1 else f"{wish}_{i}") not in taken)
        taken.add(name)
        found.append(name)
    return found


def _gates(
    chosen: list[Node],
    entries: list[tuple[End, list[End]]],
    exits: list[End],
    entry_names: list[str],
    exit_names: list[str],
) -> tuple[tuple[list[Node], list[Node]], list[Edge]]:
    """Return the port nodes of the new block, placed left and right of its layers, and their wires."""
    places = {node.id: node.position or (0.0, 0.0) for node in chosen}
    used = {node.id for node in chosen}
    left = min(x for x, _ in places.values()) - STEP
    right = max(x for x, _ in places.values()) + STEP
    wires: list[Edge] = []

    def gate_id(prefix: str) -> str:
        found = next(i for n in count(1) if (i := f"{prefix}_{n}") not in used)
        used.add(found)
        return found

    ins: list[Node] = []
    outs: list[Node] = []
    for (_, targets), name in zip(entries, entry_names, strict=True):
        node_id, at = gate_id("block_input"), _free(ins, (left, places[targets[0][0]][1]))
        ins.append(Node(id=node_id, name=name, layer=BlockInput(), position=at))
        wires += [Edge(source=node_id, target=target, target_port=port) for target, port in targets]
    for (source, port), name in zip(exits, exit_names, strict=True):
        node_id, at = gate_id("block_output"), _free(outs, (right, places[source][1]))
        outs.append(Node(id=node_id, name=name, layer=BlockOutput(), position=at))
        wires.append(Edge(source=source, source_port=port, target=node_id))
    return (ins, outs), wires


def _free(column: list[Node], wish: Position) -> Position:
    lowest = max((node.position[1] + NODE_SIZE[1] + 24 for node in column if node.position), default=wish[1])
    return (wish[0], max(wish[1], lowest))


def _in_place(design: Design, chosen: list[Node], gate_wires: list[Edge]) -> list[Edge]:
    """Return the wires that end at the layers of the group, in the order that they had, as inside the block."""
    ids = {node.id for node in chosen}
    waiting = [edge for edge in gate_wires if edge.target in ids]
    found: list[Edge] = []
    for edge in design.edges:
        if edge.target in ids and edge.source in ids:
            found.append(edge)
        elif edge.target in ids:
            mine = [x for x in waiting if (x.target, x.target_port) == (edge.target, edge.target_port)]
            found.append(mine[0])
            waiting.remove(mine[0])
    return found + waiting


def middle_of(chosen: list[Node]) -> Position | None:
    """Return where one node stands for these: in their middle, in the row of the first; None where none has a place."""
    places = [node.position for node in chosen if node.position is not None]
    if not places:
        return None
    left = min(places)
    right = max(x for x, _ in places)
    grid = 16.0
    return (round((left[0] + right) / 2 / grid) * grid, left[1])


def _grouped_phases(design: Design, chosen: list[Node], node_id: str) -> tuple[Phase, ...]:
    ids = {node.id for node in chosen}
    found = []
    for phase in design.phases:
        inside = ids & set(phase.trains)
        if inside and inside != ids:
            some = design.nodes[sorted(inside)[0]].name
            raise DesignError(
                f"{some} trains in the phase {phase.name}, the other layers don't: a block trains as one."
            )
        rest = tuple(one for one in phase.trains if one not in ids)
        found.append(changed(phase, trains=(*rest, node_id)) if inside else phase)
    return tuple(found)


def phase_edits(design: Design, phases: tuple[Phase, ...]) -> list[e.Edit]:
    """Return the edit that puts other phases in, or none where they are the same."""
    return [e.SetSection("phases", phases)] if phases != design.phases else []
