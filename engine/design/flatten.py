"""Taking blocks apart: a design with instances of blocks becomes a plain one, as if every layer had been drawn by hand.

What is inside the instance "residual_1" goes by "residual_1/dense_1", ids and names alike, so its weights are
"residual_1/dense_1/kernel" and its random streams its own. A design without instances is returned as it is: the same
object, the same seeds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.design.blocks import BlockInput, BlockLayer, BlockOutput, contains_itself
from engine.design.design import Design
from engine.design.elements import Edge, Node

Path = tuple[str, ...]
"""Where a node is: the ids of the instances that hold it, from the outermost, and its own."""
End = tuple[str, str]
"""(flat id, output port)."""
Route = list[tuple[Path, Edge]]
"""Drawn wires, each with the path of the instance that it is drawn in."""


@dataclass(frozen=True)
class Flat:
    """A plain design, for each of its nodes the path to where it was drawn, and for each wire the wires drawn.

    A wire of the plain design may go through the borders of blocks: `routes` holds the drawn wires that it is made of,
    each with the path of the instance in which it is drawn.
    """

    design: Design
    paths: dict[str, Path]
    routes: dict[Edge, tuple[tuple[Path, Edge], ...]] = field(default_factory=dict)


def flatten(design: Design) -> Flat:
    """Return the plain design that a design stands for. Ports without a wire leave what they would feed without one.

    An instance that shares weights shares those of every layer in it; one that is frozen freezes them; one that is
    bypassed leaves only what feeds its first input. Instances of a block that is missing, or that holds itself, stay.
    """
    if not any(isinstance(node.layer, BlockLayer) for node in design.nodes.values()):
        return Flat(design, {node_id: (node_id,) for node_id in design.nodes})
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    paths: dict[str, Path] = {}
    routes: dict[Edge, tuple[tuple[Path, Edge], ...]] = {}
    for scope, node in _Scope(design).layers():
        path = (*scope.path, node.id)
        nodes[flat_id(path)], paths[flat_id(path)] = scope.flat_node(node), path
        for edge, route in scope.flat_wires_to(node.id):
            edges.append(edge)
            routes[edge] = (*routes.get(edge, ()), *route)
    flat = design.copy()
    flat.blocks = {}
    flat.nodes = {node_id: _with_owner(node, nodes) for node_id, node in nodes.items()}
    flat.edges = edges
    return Flat(flat, paths, routes)


def flat_id(path: Path) -> str:
    """Return the id that the node at `path` has in the flat design."""
    return "/".join(path)


def path_of(design: Design, whole: str) -> Path:
    """Return the path that a flat id stands for, () where it leads nowhere; ids may hold strokes of their own."""
    if whole in design.nodes:
        return (whole,)
    for node_id, node in design.nodes.items():
        rest = whole.removeprefix(f"{node_id}/")
        if rest != whole and isinstance(node.layer, BlockLayer) and node.layer.block in design.blocks:
            inner = path_of(design.inside(node.layer.block), rest)
            if inner:
                return (node_id, *inner)
    return ()


def inside_of(design: Design, path: Path) -> Design | None:
    """Return the inside of the instance at `path` as a design, the design itself for (), None where there is none."""
    for node_id in path:
        node = design.nodes.get(node_id)
        if node is None or not isinstance(node.layer, BlockLayer) or node.layer.block not in design.blocks:
            return None
        design = design.inside(node.layer.block)
    return design


@dataclass(eq=False)
class _Scope:
    """The inside of one instance, or the design itself.

    `owner` begins the flat ids of the layers whose weights it uses, "" where they are its own.
    """

    design: Design
    path: Path = ()
    names: str = ""
    frozen: bool = False
    owner: str = ""
    parent: _Scope | None = None
    children: dict[str, _Scope | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.incoming: dict[str, list[Edge]] = {node_id: [] for node_id in self.design.nodes}
        for edge in self.design.edges:
            self.incoming[edge.target].append(edge)

    def child(self, node_id: str) -> _Scope | None:
        """Return the inside of a node, None where it is no instance that can be taken apart."""
        if node_id not in self.children:
            self.children[node_id] = self._child(self.design.nodes[node_id])
        return self.children[node_id]

    def _child(self, node: Node) -> _Scope | None:
        blocks = self.design.blocks
        if not isinstance(node.layer, BlockLayer) or node.layer.block not in blocks:
            return None
        if contains_itself(blocks, node.layer.block):
            return None
        owner = f"{self.owner}/{node.id}" if self.owner else ""
        if node.shares:
            owner = flat_id((*self.path, node.shares))
        return _Scope(
            design=self.design.inside(node.layer.block),
            path=(*self.path, node.id),
            names=f"{self.names}{node.name}/",
            frozen=self.frozen or node.frozen,
            owner=owner,
            parent=self,
        )

    def layers(self) -> Iterator[tuple[_Scope, Node]]:
        """Yield every node that remains, with the scope it is in, in the order of the documents."""
        for node in self.design.nodes.values():
            child = self.child(node.id)
            if child is not None:
                if not node.bypassed:
                    yield from child.layers()
            elif not isinstance(node.layer, BlockInput | BlockOutput):
                yield self, node

    def flat_node(self, node: Node) -> Node:
        """Return a node as it is in the flat design."""
        shares = f"{self.owner}/{node.id}" if self.owner and not node.bypassed else ""
        if node.shares:
            shares = flat_id((*self.path, node.shares))
        return node.with_(
            id=flat_id((*self.path, node.id)),
            name=f"{self.names}{node.name}",
            frozen=self.frozen or node.frozen,
            shares=shares,
        )

    def flat_wires_to(self, node_id: str) -> Iterator[tuple[Edge, Route]]:
        """Yield the wires of the flat design that end at a node of this scope, with the wires they are made of."""
        for edge in self.incoming[node_id]:
            route: Route = []
            end = self.end(edge, route)
            if end is not None:
                target = flat_id((*self.path, node_id))
                flat = Edge(source=end[0], source_port=end[1], target=target, target_port=edge.target_port)
                yield flat, route

    def end(self, edge: Edge, route: Route) -> End | None:
        """Return what really feeds a wire: through ports and blocks, back to a layer; None where nothing does.

        The wires on the way are added to `route`.
        """
        route.append((self.path, edge))
        node, child = self.design.nodes[edge.source], self.child(edge.source)
        if child is not None and node.bypassed:
            ports = [port.name for port in node.layer.INPUTS]
            wires = [x for port in ports for x in self.incoming[node.id] if x.target_port == port]
            return self.end(wires[0], route) if wires else None
        if child is not None:
            return child.end_at_exit(edge.source_port, route)
        if isinstance(node.layer, BlockInput):
            return self._end_at_entry(node, route)
        return (flat_id((*self.path, node.id)), edge.source_port)

    def end_at_exit(self, port: str, route: Route) -> End | None:
        """Return what feeds an output port of this inside."""
        for node in self.design.nodes.values():
            if isinstance(node.layer, BlockOutput) and node.name == port:
                wires = self.incoming[node.id]
                return self.end(wires[0], route) if wires else None
        return None

    def _end_at_entry(self, node: Node, route: Route) -> End | None:
        if self.parent is None:
            return None
        wires = [x for x in self.parent.incoming[self.path[-1]] if x.target_port == node.name]
        return self.parent.end(wires[0], route) if wires else None


def _with_owner(node: Node, nodes: dict[str, Node]) -> Node:
    """Return a node that shares with the one that has the weights, where it shares with one that shares in its turn."""
    seen = {node.id}
    owner = node.shares
    while owner in nodes and nodes[owner].shares and owner not in seen and "/" in node.id + owner:
        seen.add(owner)
        owner = nodes[owner].shares
    return node if owner == node.shares else node.with_(shares=owner)
