"""How the canvas takes input: every press becomes a gesture, every key a command. Items take none themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip

from designer.canvas.drops import DropTarget
from designer.canvas.edge_scroll import EdgeScroll
from designer.canvas.hits import Hit
from designer.canvas.keys import handle_key
from designer.canvas.menus import context_menu as make_context_menu
from designer.canvas.navigation import wheel_factor
from designer.canvas.tools.choice import choose_tool
from designer.canvas.tools.tool import Pointer, Tool
from designer.canvas.tooltips import tooltip

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView


class InputRouter:
    """Turns the events of the view into gestures, commands, hovering and tooltips."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._tool: Tool | None = None
        self._button = Qt.MouseButton.NoButton
        self._hovered = Hit()
        self._drop_target = DropTarget(view)
        self._last: Pointer | None = None
        self.edge_scroll = EdgeScroll(view, self._on_scrolled)
        self.space_held = False
        # Whoever takes something away while it is held in the hand (undo, another panel) ends the gesture.
        for taken in (view.document.node_removed, view.document.edge_removed, view.document.note_removed):
            taken.connect(self._on_taken_away)

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
        self.edge_scroll.stop()
        if tool is not None:
            tool.cancel()
            self._show_cursor()
            self._view.gesture_changed.emit(False)
        return tool is not None

    def press(self, event: QMouseEvent) -> None:
        event.accept()
        if self._tool is not None:
            return
        pointer = self._pointer(event)
        tool = choose_tool(self._view, pointer)
        if tool is not None:
            QToolTip.hideText()
            self._begin(tool, pointer)

    def move(self, event: QMouseEvent) -> None:
        event.accept()
        if self._tool is not None:
            self._last = self._pointer(event)
            self._tool.move(self._last)
            if self._tool is not None and self._tool.SCROLLS:
                self.edge_scroll.follow(self._last.view_pos)
        else:
            self._hover(event.position().toPoint())

    def release(self, event: QMouseEvent) -> None:
        event.accept()
        tool = self._tool
        if tool is not None and event.button() == self._button:
            self._tool = None
            self.edge_scroll.stop()
            tool.release(self._pointer(event))
            self._show_cursor()
            self._view.gesture_changed.emit(False)

    def double_click(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() != Qt.MouseButton.LeftButton or self.space_held or event.modifiers():
            self.press(event)  # two gestures in quick succession
            return
        at = self._view.mapToScene(event.position().toPoint())
        hit = self._view.canvas_scene.hit(at, self._view.tolerance())
        if hit.kind == "canvas":
            self._view.open_search(at)
        elif hit.kind == "wire":
            self._view.open_search(at, wire=hit.edge)
        elif hit.kind == "note":
            self._view.edit_note(hit.note)
        elif hit.node:
            self._view.selection.set([hit.node])
            self._view.blocks.open_or_rename()

    def context_menu(self, event: QContextMenuEvent) -> None:
        event.accept()
        self.end_gesture()
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        place, hit = event.pos(), Hit()
        if by_key and self._view.selection.current in self._view.canvas_scene.nodes:
            hit = Hit("node", node=self._view.selection.current)
            place = self._view.mapFromScene(self._view.canvas_scene.nodes[hit.node].rect().center())
        elif not by_key:
            hit = self._view.canvas_scene.hit(self._view.mapToScene(place), self._view.tolerance())
        chosen = self._view.selection
        if hit.node and hit.node not in chosen.nodes:
            chosen.set([hit.node])
        elif hit.edge is not None and hit.edge not in chosen.edges:
            chosen.set(edges=[hit.edge])
        elif hit.note and hit.note not in chosen.notes:
            chosen.set(notes=[hit.note])
        menu = make_context_menu(self._view, hit, self._view.mapToScene(place))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._view.viewport().mapToGlobal(place))

    def wheel(self, event: QWheelEvent) -> None:
        event.accept()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            turn = event.angleDelta()
            self._view.pan_by(QPoint(turn.x() or turn.y(), 0))
            return
        factor = wheel_factor(event.angleDelta(), event.pixelDelta())
        self._view.set_zoom(self._view.zoom * factor, event.position().toPoint())

    # ------------------------------------------------------------------ keys

    def key_press(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            if not self.end_gesture() and (not self._view.selection.empty or not self._view.blocks.leave()):
                self._view.selection.clear()
            event.accept()
        elif self._tool is not None:
            event.accept()  # one thing at a time
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.space_held = True
                self._show_cursor()
            event.accept()
        elif handle_key(self._view, event):
            event.accept()
        else:
            event.ignore()

    def key_release(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.space_held = False
            self._show_cursor()
            event.accept()
        else:
            event.ignore()

    def focus_lost(self, reason: Qt.FocusReason) -> None:
        """Forget keys that are held down, and the gesture; a pop-up of the canvas's own ends neither."""
        self.space_held = False
        if reason != Qt.FocusReason.PopupFocusReason:
            self.end_gesture()
        self._show_cursor()

    # ------------------------------------------------------------------ drag and drop

    def drag(self, event: QDragMoveEvent) -> None:
        self._answer(event, self._drop_target.follow(event.mimeData(), event.position().toPoint()))

    def drag_leave(self, event: QDragLeaveEvent) -> None:
        self._drop_target.leave()
        event.accept()

    def drop(self, event: QDropEvent) -> None:
        if self.take(event.mimeData(), event.position().toPoint()):
            event.acceptProposedAction()
            self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        else:
            event.ignore()

    def take(self, mime: QMimeData, at: QPoint) -> bool:
        """Take what was dropped at a point of the viewport; return whether it was anything for the canvas."""
        return self._drop_target.drop(mime, at)

    def viewport_event(self, event: QEvent) -> bool:
        """Answer what is neither mouse nor key; return whether that was all there is to do."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tooltip(event)
            return True
        if event.type() == QEvent.Type.Leave and self._tool is None:
            self._set_hovered(Hit())
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self._view.set_zoom(self._view.zoom * (1 + event.value()), event.position().toPoint())
            return True
        return False

    # ------------------------------------------------------------------ details

    def _on_scrolled(self) -> None:
        if self._tool is not None and self._last is not None:
            at = self._last.view_pos
            self._tool.move(Pointer(at, self._view.mapToScene(at), self._last.button, self._last.modifiers))

    def _on_taken_away(self, _what: object) -> None:
        self.end_gesture()

    def _pointer(self, event: QMouseEvent) -> Pointer:
        at = event.position().toPoint()
        return Pointer(at, self._view.mapToScene(at), event.button(), event.modifiers())

    def _begin(self, tool: Tool, pointer: Pointer) -> None:
        if self._tool is None:
            self._button = pointer.button
            self._view.gesture_changed.emit(True)
        self._tool = tool
        self._set_hovered(Hit())
        if tool.CURSOR is not None:
            self._view.viewport().setCursor(tool.CURSOR)
        tool.press(pointer)

    def _hover(self, at: QPoint) -> None:
        if self._view.minimap.visible and self._view.minimap.rect().contains(at):
            hit = Hit()
        else:
            hit = self._view.canvas_scene.hit(self._view.mapToScene(at), self._view.tolerance())
        if hit != self._hovered:
            self._set_hovered(hit)

    def _set_hovered(self, hit: Hit) -> None:
        scene = self._view.canvas_scene
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
            self._view.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._hovered.kind in shapes:
            self._view.viewport().setCursor(shapes[self._hovered.kind])
        else:
            self._view.viewport().unsetCursor()

    def _show_tooltip(self, event: QHelpEvent) -> None:
        hit = self._view.canvas_scene.hit(self._view.mapToScene(event.pos()), self._view.tolerance())
        badges = self._view.canvas_scene.nodes[hit.node].badges if hit.node else ()
        text = tooltip(self._view.document, hit, badges, self._view.canvas_scene.gradients)
        if text and self._tool is None:
            QToolTip.showText(event.globalPos(), text, self._view.viewport())
        else:
            QToolTip.hideText()

    @staticmethod
    def _answer(event: QDragMoveEvent, welcome: bool) -> None:
        if welcome:
            event.acceptProposedAction()
        else:
            event.ignore()
