"""The parts of a design: nodes, edges and notes. All are values: a change makes a new one."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from engine.core.fields import Declared
from engine.core.registry import snake_case
from engine.core.shapes import Shape
from engine.layers.base import Layer, Port

Position = tuple[float, float]


class UnknownLayer(Layer, frozen=True):
    """A layer type that this version does not know. Its settings are kept as they came, and saved back.

    The node can be moved, wired and deleted, but not trained.
    """

    NAME: ClassVar[str] = ""
    FAMILY: ClassVar[str] = "shape"
    INPUTS: ClassVar[tuple[Port, ...]] = (Port("input", variadic=True, optional=True),)
    ACTIVATION_FIELD: ClassVar[str] = ""

    type: str
    settings: dict[str, Any] = {}

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return ((),)


class Node(Declared, frozen=True):
    """One layer on the canvas.

    `id` is made once by the document and never changes; `name` is what a person sees and may change, and is unique.
    A `frozen` node's parameters and statistics never move. A `bypassed` node passes its first input on. `shares` is the
    id of another node whose parameters this one uses instead of its own.
    """

    id: str
    name: str
    layer: Layer
    position: Position | None = None
    frozen: bool = False
    bypassed: bool = False
    shares: str = ""
    note: str = ""

    @property
    def type(self) -> str:
        """The layer's type, as files and the palette name it."""
        return self.layer.type if isinstance(self.layer, UnknownLayer) else self.layer.NAME

    def with_(self, **changes: Any) -> Node:
        """Return a copy with `changes`."""
        return msgspec.structs.replace(self, **changes)


class Edge(Declared, frozen=True):
    """A wire from an output port to an input port. The order of edges is the order of a variadic port's inputs."""

    source: str
    target: str
    source_port: str = "output"
    target_port: str = "input"


class Note(Declared, frozen=True):
    """A comment: a frame with a text, at (x, y, width, height) on the canvas."""

    id: str
    text: str = ""
    rectangle: tuple[float, float, float, float] = (0.0, 0.0, 240.0, 120.0)


def node_prefix(type_name: str) -> str:
    """Return what ids of this layer type begin with: conv2d for Conv2D."""
    return snake_case(type_name)
