"""Blocks: a group of layers that is drawn once, stands on the canvas as one node, and may stand there many times.

A `Block` is a definition: nodes, wires and comments of its own. Inside it, `BlockInput` and `BlockOutput` nodes are its
ports, called what those nodes are called. A node whose layer is a `BlockLayer` is an instance of it: it has the
definition's ports, and weights of its own. Blocks may hold instances of other blocks. `engine.design.flatten` takes
them all apart again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

import msgspec

from engine.core.shapes import Shape
from engine.design.elements import Edge, Node, Note
from engine.layers.base import Layer, Port

Ports = tuple[tuple[Port, ...], tuple[Port, ...]]
"""The inputs and the outputs of a block."""


class Arriving(NamedTuple):
    """What arrives at an input port of a block: its shape, None where it is not known, and whether it is ids."""

    shape: Shape | None
    ids: bool = False


class BlockInput(Layer, frozen=True):
    """A place where a value enters the block: one of its input ports, called what this node is called.

    Shapes: what arrives at that port of the block passes on as it is.
    """

    FAMILY: ClassVar[str] = "input"
    CATEGORY: ClassVar[str] = "Blocks"
    FORMULA: ClassVar[str] = "y = x"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("port", "in", "parameter", "enter")
    INPUTS: ClassVar[tuple[Port, ...]] = ()
    ACTIVATION_FIELD: ClassVar[str] = ""


class BlockOutput(Layer, frozen=True):
    """A place where a value leaves the block: one of its output ports, called what this node is called.

    Shapes: what arrives here leaves the block as it is.
    """

    FAMILY: ClassVar[str] = "output"
    CATEGORY: ClassVar[str] = "Blocks"
    FORMULA: ClassVar[str] = "y = x"
    KEYWORDS: ClassVar[tuple[str, ...]] = ("port", "out", "result", "leave")
    OUTPUTS: ClassVar[tuple[Port, ...]] = ()
    ACTIVATION_FIELD: ClassVar[str] = ""

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return ()


class _PortsOfInstance:
    """Gives an instance its own ports where the class as such has none."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type[Any]) -> tuple[Port, ...]:
        return () if instance is None else getattr(instance, self._name)


class BlockLayer(Layer, frozen=True):
    """An instance of a block: its layers, with weights of this instance's own.

    Shapes: those of the block's ports. Several instances of one block have the same layers and settings, because there
    is one definition; to share the weights as well, let one instance share those of another.
    """

    NAME: ClassVar[str] = "Block"
    FAMILY: ClassVar[str] = "block"
    CATEGORY: ClassVar[str] = "Blocks"
    INPUTS: ClassVar[tuple[Port, ...]] = _PortsOfInstance("inputs")  # type: ignore[assignment]
    OUTPUTS: ClassVar[tuple[Port, ...]] = _PortsOfInstance("outputs")  # type: ignore[assignment]
    ACTIVATION_FIELD: ClassVar[str] = ""

    block: str
    """The id of the definition."""
    inputs: tuple[Port, ...] = ()
    """The ports, as the design that holds the node fills them in from the definition; files don't hold them."""
    outputs: tuple[Port, ...] = ()

    def to_data(self) -> dict[str, Any]:
        return {"block": self.block}


PORT_LAYERS: dict[str, type[Layer]] = {"BlockInput": BlockInput, "BlockOutput": BlockOutput}
"""What stands only inside blocks."""
MOST_NODES, MOST_LEVELS = 20_000, 32
"""Layers that the instances of a design may stand for, and how deep blocks may lie in each other."""
BLOCK_LAYERS: dict[str, type[Layer]] = {**PORT_LAYERS, "Block": BlockLayer}
"""The layer types that belong to documents rather than to the registry: they compute nothing."""


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A definition. `id` is made once and is what instances and files refer to; `name` is what a person reads."""

    id: str
    name: str
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    notes: tuple[Note, ...] = ()
    description: str = ""

    def with_(self, **changes: Any) -> Block:
        """Return a copy with `changes`."""
        return msgspec.structs.replace(self, **changes)

    @property
    def uses(self) -> tuple[str, ...]:
        """The ids of the blocks of which this one holds instances, each once."""
        return blocks_used(self.nodes)


def blocks_used(nodes: Iterable[Node]) -> tuple[str, ...]:
    """Return the ids of the blocks that these nodes are instances of, each once."""
    return tuple(dict.fromkeys(node.layer.block for node in nodes if isinstance(node.layer, BlockLayer)))


def needed(blocks: Mapping[str, Block], nodes: Iterable[Node]) -> list[str]:
    """Return the ids of every block that these nodes need, those that others are made of first."""
    found: list[str] = []

    def visit(block_id: str, above: tuple[str, ...]) -> None:
        if block_id in found or block_id in above or block_id not in blocks:
            return
        for inner in blocks[block_id].uses:
            visit(inner, (*above, block_id))
        found.append(block_id)

    for block_id in blocks_used(nodes):
        visit(block_id, ())
    return found


def contains_itself(blocks: Mapping[str, Block], block_id: str) -> bool:
    """Return whether a block holds an instance of itself, at whatever depth."""
    seen: set[str] = set()
    waiting = list(blocks[block_id].uses)
    while waiting:
        inner = waiting.pop()
        if inner == block_id:
            return True
        if inner not in seen and inner in blocks:
            seen.add(inner)
            waiting += blocks[inner].uses
    return False


def excess(blocks: Mapping[str, Block], nodes: Iterable[Node] = ()) -> str:
    """Return what is too much about these blocks, or about nodes that are instances of them, "" where nothing is.

    A few lines can stand for more layers than any memory holds: ten blocks that hold ten of the next each. The blocks
    must not hold themselves.
    """
    sizes: dict[str, tuple[int, int]] = {}

    def size_of(parts: Iterable[Node]) -> tuple[int, int]:
        count = depth = 0
        for node in parts:
            inner = (1, 0)
            if isinstance(node.layer, BlockLayer) and node.layer.block in sizes:
                inner = sizes[node.layer.block]
            count, depth = count + inner[0], max(depth, inner[1])
        return count, depth + 1

    waiting = list(blocks)
    while waiting:
        block = blocks[waiting[-1]]
        missing = [inner for inner in block.uses if inner in blocks and inner not in sizes]
        if missing:
            waiting += missing
            continue
        sizes[waiting.pop()] = size_of(block.nodes)
    count, depth = max([size_of(nodes), *sizes.values()])
    deepest = max(depth, *(depth for _, depth in sizes.values()), 0)
    if deepest > MOST_LEVELS + 1:
        return f"blocks lie in each other {deepest - 1} deep; at most {MOST_LEVELS} are allowed"
    if count > MOST_NODES:
        return f"taken apart, the blocks hold {count:,} layers; at most {MOST_NODES:,} are allowed"
    return ""


def ports_of(block: Block) -> Ports:
    """Return the ports of a block, from top to bottom as its port nodes lie; instances in it must have theirs already.

    An input is optional where nothing inside insists on it.
    """
    nodes = {node.id: node for node in block.nodes}
    insisted = {
        edge.source
        for edge in block.edges
        if edge.target in nodes
        and any(
            port.name == edge.target_port and not port.optional for port in nodes[edge.target].layer.INPUTS
        )
    }
    gates = sorted(block.nodes, key=lambda node: (0.0, 0.0) if node.position is None else node.position[::-1])
    inputs = tuple(
        Port(node.name, node.note, optional=node.id not in insisted)
        for node in gates
        if isinstance(node.layer, BlockInput)
    )
    outputs = tuple(Port(node.name, node.note) for node in gates if isinstance(node.layer, BlockOutput))
    return inputs, outputs


def instance_of(block: Block) -> BlockLayer:
    """Return the layer of an instance of a block, with the block's ports."""
    inputs, outputs = ports_of(block)
    return BlockLayer(block=block.id, inputs=inputs, outputs=outputs)


def resolved_node(node: Node, ports: Mapping[str, Ports]) -> Node:
    """Return a node with the ports that its block has; one that is no instance as it is."""
    if not isinstance(node.layer, BlockLayer):
        return node
    inputs, outputs = ports.get(node.layer.block, ((), ()))
    if (node.layer.inputs, node.layer.outputs) == (inputs, outputs):
        return node
    return node.with_(layer=BlockLayer(block=node.layer.block, inputs=inputs, outputs=outputs))


def resolved_blocks(blocks: Mapping[str, Block]) -> tuple[dict[str, Block], dict[str, Ports]]:
    """Return the definitions with the ports of the instances in them filled in, and the ports of each."""
    ports: dict[str, Ports] = {}
    done: dict[str, Block] = {}

    def visit(block_id: str, above: tuple[str, ...]) -> None:
        if block_id in done or block_id in above or block_id not in blocks:
            return
        block = blocks[block_id]
        for inner in block.uses:
            visit(inner, (*above, block_id))
        nodes = tuple(resolved_node(node, ports) for node in block.nodes)
        done[block_id] = block if nodes == block.nodes else block.with_(nodes=nodes)
        ports[block_id] = ports_of(done[block_id])

    for block_id in blocks:
        visit(block_id, ())
    return {block_id: done[block_id] for block_id in blocks}, ports


def block_prefix(name: str) -> str:
    """Return what ids made from a block's name begin with: residual_block for "Residual block"."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "block"
