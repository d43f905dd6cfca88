"""The canvas: shows the scene, turns input into gestures and commands, and offers itself to the rest of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QCursor, QPainter
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsView, QWidget

from designer.canvas import connecting
from designer.canvas import metrics as m
from designer.canvas.badges import Badge
from designer.canvas.block_navigator import BlockNavigator
from designer.canvas.canvas_commands import CanvasCommands
from designer.canvas.canvas_popups import CanvasPopups
from designer.canvas.canvas_scene import CanvasScene
from designer.canvas.connecting import End
from designer.canvas.empty_panel import EmptyPanel
from designer.canvas.grid import DotGrid
from designer.canvas.input_router import InputRouter
from designer.canvas.navigation import FIT_MARGIN, fit_zoom
from designer.canvas.overlays.legend import Legend
from designer.canvas.overlays.minimap import Minimap
from designer.canvas.overlays.notice import Notice
from designer.canvas.overlays.phases_legend import PhasesLegend
from designer.canvas.style import CanvasStyle
from designer.canvas.zoom_view import ZoomView
from designer.common.theme import theme
from designer.document.document import Document
from designer.document.edit_commands import EditCommands
from designer.document.selection import Selection
from engine.design.elements import Edge

REACH = 200_000.0
"""How far the canvas can be panned; far beyond any network."""


class CanvasView(ZoomView):
    """The canvas of one document.

    Signals: help_requested(type): help on a layer type is wanted; templates_requested(): from the empty canvas;
    told(message): something was refused, and why (it is shown here, too);
    gesture_changed(busy): a gesture began or ended.
    """

    help_requested = Signal(str)
    templates_requested = Signal()
    told = Signal(str)
    gesture_changed = Signal(bool)

    def __init__(
        self,
        document: Document,
        selection: Selection,
        edit: EditCommands | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.document: Document = document
        self.selection: Selection = selection
        self.style_ = CanvasStyle(theme(), self)
        self.canvas_scene = CanvasScene(document, selection, self.style_, self)
        # Before the scene is shown: a large network scrolls the view at once, and that moves the overlays.
        self.minimap, self.legend, self.phases = Minimap(self), Legend(self), PhasesLegend(self)
        self.setScene(self.canvas_scene)
        self.edit: EditCommands = edit or EditCommands(document, selection, self)
        self.commands = CanvasCommands(self, document, selection)
        self.popups = CanvasPopups(self)
        self.notice = Notice(self)
        self.blocks: BlockNavigator = BlockNavigator(self, document)
        self._grid = DotGrid()
        self._fit_pending = True
        self.empty_panel = EmptyPanel(self)
        self.input: InputRouter = InputRouter(self)
        self._set_up()
        self._connect()
        self._on_content_changed()

    # ------------------------------------------------------------------ what is seen

    def prepare_zoom(self, zoom: float) -> None:
        """Leave out the details that would be too small."""
        self.canvas_scene.set_simple(zoom < m.SIMPLE_BELOW)

    def fit_all(self) -> None:
        """Show the whole network."""
        self._fit(self.canvas_scene.content_rect())
        self.shows_all = True

    def fit_selection(self) -> None:
        """Show what is selected, or everything where nothing is."""
        nodes = [n for n in self.selection.nodes if n in self.canvas_scene.nodes]
        rect = self.canvas_scene.content_rect(nodes) if nodes else QRectF()
        for note_id in self.selection.notes:
            rect = rect.united(self.canvas_scene.notes[note_id].rect())
        self._fit(rect if not rect.isNull() else self.canvas_scene.content_rect())

    def ensure_seen(self, node_ids: Iterable[str]) -> None:
        """Pan as little as needed to bring these nodes into view."""
        rect = self.canvas_scene.content_rect(n for n in node_ids if n in self.canvas_scene.nodes)
        if not rect.isNull():
            self.shows_all = self.shows_all and self.visible_rect().contains(rect)
            self.ensureVisible(rect, 40, 40)

    def go_to(self, node_id: str) -> None:
        """Select a node and bring it into the middle of the view."""
        if node_id in self.canvas_scene.nodes:
            self.selection.set([node_id])
            self.shows_all = False
            self.centerOn(self.canvas_scene.nodes[node_id].rect().center())

    def pointer_scene_pos(self) -> QPointF | None:
        """Return where the pointer is on the canvas, or None where it is elsewhere."""
        at = self.viewport().mapFromGlobal(QCursor.pos())
        return self.mapToScene(at) if self.viewport().rect().contains(at) and self.isActiveWindow() else None

    # ------------------------------------------------------------------ commands

    def add_layer(self, type_name: str, scene_pos: QPointF | None = None) -> str:
        """Add a layer, by default after the selected one or in the middle; return its node's id."""
        return self.commands.add_layer(type_name, scene_pos)

    def layout(self) -> None:
        """Put every node in its place."""
        self.commands.lay_out()

    def add_note(self) -> None:
        """Frame what is selected with a comment and begin to write it."""
        self.popups.edit_note(self.commands.add_note())

    def paste(self, at: QPointF | None = None) -> None:
        """Paste layers at a place: the pointer, where it is over the canvas."""
        place = at if at is not None else self.pointer_scene_pos()
        self.edit.paste(None if place is None else (m.snap(place.x()), m.snap(place.y())))

    def rename(self) -> None:
        """Edit the name of the selected node, or the text of the selected comment, in its place."""
        if self.selection.nodes:
            self.popups.edit_name(self.selection.current)
        elif self.selection.notes:
            self.popups.edit_note(self.selection.notes[-1])

    def edit_note(self, note_id: str) -> None:
        """Edit the text of a comment in its place."""
        self.popups.edit_note(note_id)

    def connect_from_selection(self) -> None:
        """Choose, by keyboard, what the selected node feeds."""
        self.popups.open_targets(self.selection.current)

    def open_search(
        self, pos: QPointF | None = None, *, end: End | None = None, wire: Edge | None = None
    ) -> None:
        """Open the search palette at a point of the scene; with `end` for what fits a loose wire, with `wire` to
        insert into that wire."""
        self.popups.open_layers(pos, end, wire)

    def request_help(self) -> None:
        """Ask for help on the selected layer."""
        if self.selection.current:
            self.help_requested.emit(self.document.design.nodes[self.selection.current].type)

    def handle_drop(self, mime: QMimeData, pos: QPoint) -> bool:
        """Take what was dropped at a point of the viewport; return whether it was anything for the canvas."""
        return self.input.take(mime, pos)

    def offer_cures(self, edge: Edge, held: Edge | None, reason: str, at: QPoint) -> None:
        """Say why a wire was refused, and offer what would make it fit."""
        cures = connecting.cures(self.document, edge, held)
        if cures:
            self.popups.open_cures(cures, at)
        else:
            self.tell(reason)

    def tell(self, message: str) -> None:
        """Show why something could not be done."""
        self.notice.show_text(message)
        self.told.emit(message)

    # ------------------------------------------------------------------ live

    def set_edge_gradients(self, gradients: Mapping[Edge, float] | None) -> None:
        """Paint wires by the RMS of the gradient that flows back through each; None ends it."""
        had = self.legend.visible
        self.canvas_scene.set_gradients(gradients)
        if had != self.legend.visible:
            self.viewport().update(self.legend.rect())

    def set_badges(self, badges: Mapping[str, Badge | Sequence[Badge]]) -> None:
        """Show what training found at each node."""
        self.canvas_scene.set_badges(badges)

    def set_samples(self, samples: int) -> None:
        """Show at the inputs how many samples the network learns from; 0 where that is not known."""
        self.canvas_scene.set_samples(samples)

    def set_phase(self, phase: int) -> None:
        """Light the marks of the phase whose turn it is; -1 lights all: nothing runs, or turns change too quickly."""
        if phase != self.phases.lit:
            self.phases.lit = phase
            for item in self.canvas_scene.nodes.values():
                item.set_flag(lit=phase)
            self.viewport().update(self.phases.rect())

    def set_gallery(self, make_gallery: Callable[[], QWidget]) -> None:
        """Show the templates on the empty canvas; they are made when it is first seen empty."""
        self.empty_panel.set_gallery(make_gallery)
        self._place_empty_panel()

    def show_minimap(self, shown: bool) -> None:
        """Show or hide the overview."""
        self.minimap.wanted = shown
        self.viewport().update()

    # ------------------------------------------------------------------ painting

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        self._grid.paint(painter, QRectF(rect), self.style_)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.save()
        painter.resetTransform()
        for overlay in (self.legend, self.minimap, self.phases):
            if overlay.visible:
                overlay.paint(painter)
        painter.restore()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        # Scrolling moves the picture of the overlays along; both where they went and where they are must be painted.
        for overlay in (self.legend, self.minimap, self.phases):
            if overlay.visible:
                place = overlay.rect()
                self.viewport().update(place.adjusted(-1, -1, 1, 1))
                self.viewport().update(place.translated(dx, dy).adjusted(-1, -1, 1, 1))

    # ------------------------------------------------------------------ set-up

    def _set_up(self) -> None:
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState, False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSceneRect(-REACH, -REACH, 2 * REACH, 2 * REACH)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 160)
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription(
            "The network as cards and wires. The outline panel lists the same layers."
        )

    def _connect(self) -> None:
        self.canvas_scene.geometry_changed.connect(self._on_content_changed)
        self.selection.changed.connect(self._on_selection_changed)
        self.document.reset.connect(self._on_reset)
        self.document.section_changed.connect(self._on_section_changed)
        self.style_.changed.connect(self._on_style_changed)
        self.edit.refused.connect(self.tell)
        self.empty_panel.search_requested.connect(self._on_search_requested)
        self.empty_panel.templates_requested.connect(self.templates_requested)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        if self._fit_pending:
            self._fit_pending = False
            self.fit_all()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._place_empty_panel()
        self.notice.place()
        if self.shows_all:  # a dock that opens should not hide part of what was all in view
            self.fit_all()

    def _fit(self, rect: QRectF) -> None:
        if rect.isNull():
            rect = QRectF(-1, -1, 2, 2)
        room = QRectF(self.viewport().rect())
        self._show_in(rect, room)
        if self.legend.in_the_way():  # it comes with the training: the network must not have to move then
            room.setBottom(self.legend.rect().top() + FIT_MARGIN - 8)
            self._show_in(rect, room)

    def _show_in(self, rect: QRectF, room: QRectF) -> None:
        """Show a part of the scene as large as it fits, in the middle of a part of the viewport."""
        self.set_zoom(fit_zoom(rect, room.width(), room.height()))
        aside = QRectF(self.viewport().rect()).center() - room.center()
        self.centerOn(rect.center() + aside / self.zoom)

    def _place_empty_panel(self) -> None:
        panel = self.empty_panel
        empty = not (self.document.design.nodes or self.document.design.notes or self.blocks.inside)
        focused = QApplication.focusWidget()
        if not empty and focused is not None and panel.isAncestorOf(focused):
            self.setFocus()  # hidden, it would give the keyboard to whatever comes next
        panel.setVisible(empty)
        panel.place(self.viewport().size())

    def _on_content_changed(self) -> None:
        self._place_empty_panel()
        self._refresh_minimap()

    def _on_selection_changed(self) -> None:
        self._refresh_minimap()

    def _refresh_minimap(self) -> None:
        self.minimap.forget()
        self.viewport().update(self.minimap.rect().adjusted(-1, -1, 1, 1))

    def _on_reset(self) -> None:
        self.input.end_gesture()
        self.minimap.forget()
        self._fit_pending = not self.isVisible()
        if self.isVisible():
            self.fit_all()

    def _on_section_changed(self, section: str) -> None:
        if section == "phases":
            self.viewport().update()

    def _on_style_changed(self) -> None:
        self.minimap.forget()
        self.empty_panel.restyle()
        self.viewport().update()

    def _on_search_requested(self) -> None:
        self.open_search()
