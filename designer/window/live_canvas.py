"""What training finds, on the canvas as it is drawn: runs know no blocks, the canvas shows a design that has them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from designer.canvas.badges import Badge, BadgeTone
from designer.canvas.canvas_view import CanvasView
from designer.document.flat_document import FlatDocument, gradients_in
from designer.document.scope import Scope
from engine.design.elements import Edge
from engine.design.flatten import path_of

ORDER: tuple[BadgeTone, ...] = ("failing", "warning", "info", "healthy")


class LiveCanvas(QObject):
    """Takes figures by flat ids and shows them where the canvas is; an instance has the gravest of what is in it."""

    def __init__(
        self, canvas: CanvasView, scope: Scope, flat: FlatDocument, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._canvas, self._scope, self._flat = canvas, scope, flat
        self._gradients: dict[Edge, float] | None = None
        self._badges: dict[str, Badge] = {}
        self._samples = 0
        scope.entered.connect(self._show)
        flat.reset.connect(self._on_reset)

    def set_edge_gradients(self, gradients: Mapping[Edge, float] | None) -> None:
        """Paint wires by the gradient that flows back through each; None ends it."""
        self._gradients = None if gradients is None else dict(gradients)
        self._show_gradients()

    def set_badges(self, badges: Mapping[str, Badge]) -> None:
        """Show what training found at each layer."""
        self._badges = dict(badges)
        self._show_badges()

    def set_samples(self, samples: int) -> None:
        """Show at the inputs how many samples the network learns from."""
        self._samples = samples
        self._canvas.set_samples(samples)

    def go_to(self, flat_id: str) -> None:
        """Go to where a layer is drawn, and select it."""
        self._canvas.blocks.go_to(path_of(self._scope.root.design, flat_id))

    def __getattr__(self, name: str) -> object:
        # Whatever has nothing to do with blocks is the canvas's own.
        return getattr(self._canvas, name)

    def _show(self) -> None:
        self._show_gradients()
        self._show_badges()
        self._canvas.set_samples(self._samples)

    def _show_gradients(self) -> None:
        shown = None
        if self._gradients is not None:
            shown = gradients_in(self._flat.flat, self._scope.path, self._gradients)
        self._canvas.set_edge_gradients(shown)

    def _show_badges(self) -> None:
        found: dict[str, list[Badge]] = {}
        for node_id in self._scope.design.nodes:
            inside = [badge for flat_id, badge in self._badges.items() if self._scope.holds(node_id, flat_id)]
            if inside:
                found[node_id] = sorted(inside, key=lambda badge: ORDER.index(badge.tone))
        self._canvas.set_badges(found)

    def _on_reset(self) -> None:
        self._gradients, self._badges, self._samples = None, {}, 0
