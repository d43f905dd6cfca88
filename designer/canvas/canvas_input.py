"""How the canvas takes input: every press becomes a gesture, every key a command. Items take none themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip

from designer.canvas.hits import Hit
from designer.canvas.keys import handle_key
from designer.canvas.menus import context_menu
from designer.canvas.navigation import wheel_factor
from designer.canvas.tools.choice import choose_tool
from designer.canvas.tools.tool import Pointer, Tool
from designer.canvas.tooltips import tooltip

if TYPE_CHECKING:
    from designer.canvas.drops import DropTarget

    _Base: Any = object
else:
    _Base = object


class CanvasInput(_Base):
    """The half of the canvas that listens; `CanvasView` is the half that shows."""

    space_held: bool

    def set_up_input(self, drop: DropTarget) -> None:
        """Begin with no gesture."""
        self._tool: Tool | None = None
        self._hovered = Hit()
        self._drop_target = drop
        self.space_held = False

    # ------------------------------------------------------------------ gestures

    @property
    def tool(self) -> Tool | None:
        """The gesture under way."""
        return self._tool

    def hand_over(self, tool: Tool, start: Pointer, now: Pointer) -> None:
        """Let another gesture go on from where this one began."""
        self._begin(tool, start)
        tool.move(now)

    def end_gesture(self) -> bool:
        """Cancel the gesture under way; return whether there was one."""
        tool, self._tool = self._tool, None
        if tool is not None:
            tool.cancel()
            self._show_cursor()
            self.gesture_changed.emit(False)
        return tool is not None

    def pointer_scene_pos(self) -> QPointF | None:
        """Return where the pointer is on the canvas, or None where it is elsewhere."""
        at = self.viewport().mapFromGlobal(QCursor.pos())
        return self.mapToScene(at) if self.viewport().rect().contains(at) and self.isActiveWindow() else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._tool is not None:
            return
        pointer = self._pointer(event)
        tool = choose_tool(self, pointer)
        if tool is not None:
            QToolTip.hideText()
            self._begin(tool, pointer)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._tool is not None:
            self._tool.move(self._pointer(event))
        else:
            self._hover(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        tool = self._tool
        if tool is not None and event.button() == self._button:
            self._tool = None
            tool.release(self._pointer(event))
            self._show_cursor()
            self.gesture_changed.emit(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() != Qt.MouseButton.LeftButton or self.space_held:
            return
        at = self.mapToScene(event.position().toPoint())
        hit = self.canvas_scene.hit(at, self.tolerance())
        if hit.kind == "canvas":
            self.open_search(at)
        elif hit.kind == "wire":
            self.open_search(at, wire=hit.edge)
        elif hit.kind == "note":
            self.edit_note(hit.note)
        elif hit.node:
            self.selection.set([hit.node])
            self.rename()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()
        self.end_gesture()
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        place, hit = event.pos(), Hit()
        if by_key and self.selection.current in self.canvas_scene.nodes:
            hit = Hit("node", node=self.selection.current)
            place = self.mapFromScene(self.canvas_scene.nodes[hit.node].rect().center())
        elif not by_key:
            hit = self.canvas_scene.hit(self.mapToScene(place), self.tolerance())
        chosen = self.selection
        if hit.node and hit.node not in chosen.nodes:
            chosen.set([hit.node])
        elif hit.edge is not None and hit.edge not in chosen.edges:
            chosen.set(edges=[hit.edge])
        elif hit.note and hit.note not in chosen.notes:
            chosen.set(notes=[hit.note])
        menu = context_menu(self, hit, self.mapToScene(place))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(place))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            turn = event.angleDelta()
            self.pan_by(QPoint(turn.x() or turn.y(), 0))
            return
        factor = wheel_factor(event.angleDelta(), event.pixelDelta())
        self.set_zoom(self.zoom * factor, event.position().toPoint())

    # ------------------------------------------------------------------ keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            if not self.end_gesture():
                self.selection.clear()
            event.accept()
        elif self._tool is not None:
            event.accept()  # one thing at a time
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.space_held = True
                self._show_cursor()
            event.accept()
        elif handle_key(self, event):
            event.accept()
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.space_held = False
            self._show_cursor()
            event.accept()
        else:
            event.ignore()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab opens the search palette; Shift+Tab leaves the canvas."""
        return False if forward else super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.space_held = False
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.end_gesture()
        self._show_cursor()
        super().focusOutEvent(event)

    # ------------------------------------------------------------------ drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._answer(event, self._drop_target.follow(event.mimeData(), event.position().toPoint()))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._answer(event, self._drop_target.follow(event.mimeData(), event.position().toPoint()))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_target.leave()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        if self.handle_drop(event.mimeData(), event.position().toPoint()):
            event.acceptProposedAction()
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        else:
            event.ignore()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tooltip(event)
            return True
        if event.type() == QEvent.Type.Leave and self._tool is None:
            self._set_hovered(Hit())
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self.set_zoom(self.zoom * (1 + event.value()), event.position().toPoint())
            return True
        return super().viewportEvent(event)

    # ------------------------------------------------------------------ details

    def _pointer(self, event: QMouseEvent) -> Pointer:
        at = event.position().toPoint()
        return Pointer(at, self.mapToScene(at), event.button(), event.modifiers())

    def _begin(self, tool: Tool, pointer: Pointer) -> None:
        if self._tool is None:
            self._button = pointer.button
            self.gesture_changed.emit(True)
        self._tool = tool
        self._set_hovered(Hit())
        if tool.CURSOR is not None:
            self.viewport().setCursor(tool.CURSOR)
        tool.press(pointer)

    def _hover(self, at: QPoint) -> None:
        if self.minimap.visible and self.minimap.rect().contains(at):
            hit = Hit()
        else:
            hit = self.canvas_scene.hit(self.mapToScene(at), self.tolerance())
        if hit != self._hovered:
            self._set_hovered(hit)

    def _set_hovered(self, hit: Hit) -> None:
        scene = self.canvas_scene
        for one, on in ((self._hovered, False), (hit, True)):
            if one.node in scene.nodes:
                glowing = frozenset([one.port]) if on and one.kind == "port" else frozenset()
                scene.nodes[one.node].set_flag(hovered=on, glowing=glowing)
            if one.edge is not None and one.edge in scene.wires:
                scene.wires[one.edge].set_flag(hovered=on)
            if one.note in scene.notes:
                scene.notes[one.note].set_flag(hovered=on)
        self._hovered = hit
        if self._tool is None:
            self._show_cursor()

    def _show_cursor(self) -> None:
        shapes = {"port": Qt.CursorShape.CrossCursor, "grip": Qt.CursorShape.SizeFDiagCursor}
        if self.space_held:
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._hovered.kind in shapes:
            self.viewport().setCursor(shapes[self._hovered.kind])
        else:
            self.viewport().unsetCursor()

    def _show_tooltip(self, event: QHelpEvent) -> None:
        hit = self.canvas_scene.hit(self.mapToScene(event.pos()), self.tolerance())
        badges = self.canvas_scene.nodes[hit.node].badges if hit.node else ()
        text = tooltip(self.document, hit, badges, self.canvas_scene.gradients)
        if text and self._tool is None:
            QToolTip.showText(event.globalPos(), text, self.viewport())
        else:
            QToolTip.hideText()

    @staticmethod
    def _answer(event: QDragMoveEvent, welcome: bool) -> None:
        if welcome:
            event.acceptProposedAction()
        else:
            event.ignore()
