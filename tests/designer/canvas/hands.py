"""Hands for the canvas: presses, drags and drops at places of the scene, without a real pointer."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest

from designer.canvas.canvas_view import CanvasView
from designer.canvas.drops import LAYER_MIME
from engine.design import Design, Edge

NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton


def network() -> Design:
    """Return a small image network with a shortcut, laid out by hand: every card 272 apart."""
    design = Design("hands")
    images = design.add("Input", shape=(8, 8, 1), name="images", position=(0.0, 0.0))
    first = design.add("Conv2D", images, filters=4, padding="same", name="first", position=(272.0, 0.0))
    second = design.add("Conv2D", first, filters=4, padding="same", name="second", position=(544.0, 0.0))
    both = design.add("Add", [second, first], name="both", position=(816.0, 0.0))
    flat = design.add("Flatten", both, name="flat", position=(0.0, 192.0))
    dense = design.add("Dense", flat, units=3, activation="softmax", name="dense", position=(272.0, 192.0))
    design.add("Output", dense, name="loss", position=(544.0, 192.0))
    return design


class Hands:
    """What a person does to a canvas."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.port_widget = view.viewport()
        self.document = view.document
        self.scene = view.canvas_scene

    def node(self, name: str) -> str:
        """Return the id of the node called `name`."""
        return self.document.design.node_named(name).id

    def edge(self, source: str, target: str) -> Edge:
        """Return the wire between two nodes by name."""
        start, stop = self.node(source), self.node(target)
        return next(x for x in self.document.design.edges if (x.source, x.target) == (start, stop))

    def has_edge(self, source: str, target: str) -> bool:
        """Return whether there is a wire between two nodes."""
        start, stop = self.node(source), self.node(target)
        return any((x.source, x.target) == (start, stop) for x in self.document.design.edges)

    def at(self, name: str, dx: float = 0.0, dy: float = 20.0) -> QPointF:
        """Return a point of the scene on a node's card, by default below its middle."""
        return self.scene.nodes[self.node(name)].rect().center() + QPointF(dx, dy)

    def port(self, name: str, *, output: bool, number: int = 0) -> QPointF:
        """Return where a port is."""
        return self.scene.nodes[self.node(name)].port_position(output, number)

    def pixel(self, at: QPointF) -> QPoint:
        """Return the point of the viewport."""
        return self.view.mapFromScene(at)

    def press(
        self, at: QPointF, modifiers: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT
    ) -> None:
        """Press a button."""
        QTest.mousePress(self.port_widget, button, modifiers, self.pixel(at))

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT) -> None:
        """Move with the button held down."""
        pixel = QPointF(self.pixel(at))
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            pixel,
            self.port_widget.mapToGlobal(pixel),
            Qt.MouseButton.NoButton,
            button,
            modifiers,
        )
        QCoreApplication.sendEvent(self.port_widget, event)

    def release(
        self, at: QPointF, modifiers: Qt.KeyboardModifier = NONE, button: Qt.MouseButton = LEFT
    ) -> None:
        """Let the button go."""
        QTest.mouseRelease(self.port_widget, button, modifiers, self.pixel(at))

    def carry(self, start: QPointF, stop: QPointF, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press at one place and move to another, without letting go."""
        self.press(start, modifiers)
        for step in range(1, 7):
            self.move(start + (stop - start) * (step / 6), modifiers)

    def drag(self, start: QPointF, stop: QPointF, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press, move, let go."""
        self.carry(start, stop, modifiers)
        self.release(stop, modifiers)

    def click(self, at: QPointF, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press and let go at one place."""
        self.press(at, modifiers)
        self.release(at, modifiers)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press a key on the canvas."""
        QTest.keyClick(self.view, key, modifiers)

    def drop(self, type_name: str, at: QPointF) -> bool:
        """Drag a layer from the palette and drop it; return whether it was taken."""
        mime = QMimeData()
        mime.setData(LAYER_MIME, type_name.encode())
        place, copy = self.pixel(at), Qt.DropAction.CopyAction
        accepted = [
            self._send(QDragEnterEvent(place, copy, mime, LEFT, NONE)),
            self._send(QDragMoveEvent(place, copy, mime, LEFT, NONE)),
            self._send(QDropEvent(QPointF(place), copy, mime, LEFT, NONE)),
        ]
        return all(accepted)

    def _send(self, event: QDropEvent) -> bool:
        QCoreApplication.sendEvent(self.port_widget, event)
        return event.isAccepted()


def items_of(view: CanvasView) -> Iterator[tuple[str, str]]:
    """Yield (kind, identity) of every item that mirrors a part of the document."""
    from designer.canvas.items.node_item import NodeItem
    from designer.canvas.items.note_item import NoteItem
    from designer.canvas.items.wire_item import WireItem

    for item in view.canvas_scene.items():
        if isinstance(item, NodeItem):
            yield "node", item.node_id
        elif isinstance(item, WireItem):
            yield "wire", repr(item.edge)
        elif isinstance(item, NoteItem):
            yield "note", item.note.id
