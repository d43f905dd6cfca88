"""What goes into the activations: the selected layer's curve over its live inputs, and all layers at a glance."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout

from designer.common.text import format_percent
from designer.plots.activation_view import ActivationView, Spread
from designer.plots.empty_state import Teaching, sketch_bell
from designer.plots.layer_strip import NOTABLE, LayerFigures, LayerStrip
from designer.plots.panel_base import LivePanel
from engine.activations.base import Activation, activations
from engine.core.errors import GradloomError

ACTIVATIONS = "activations"
SATURATED_NOTABLE = 0.5
"""Half of the inputs in the flat ends is where learning becomes slow."""


class ActivationsPanel(LivePanel):
    """The curve and its derivative are there at once; the distribution under them comes with the run."""

    TITLE: ClassVar[str] = "Activations"
    NAME: ClassVar[str] = "activations"

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.strip = LayerStrip(self.theme, self.content)
        self.curve = ActivationView(self.theme, self.content)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.strip)
        column.addWidget(self.curve, 1)
        self.strip.layer_chosen.connect(self._on_layer_chosen)
        session, document = self.session, self.document
        session.observed.connect(self.refresh)
        session.watched.connect(self._on_watched)
        session.state_changed.connect(self.refresh)
        self.selection.changed.connect(self._on_selected)
        document.checked.connect(self._on_selected)
        document.reset.connect(self._on_selected)

    # ------------------------------------------------------------------ what is shown

    @property
    def node_id(self) -> str:
        """The layer that is shown: the selected one, else the first with an activation; "" where there is none."""
        current = self.selection.current
        if current and self.activation_of(current) is not None:
            return current
        order = self.document.inference.order or tuple(self.document.design.nodes)
        return next((node for node in order if self.activation_of(node) is not None), "")

    def activation_of(self, node_id: str) -> Activation | None:
        """Return the activation of a layer, None where it has none (or the linear one, which does nothing)."""
        node = self.document.design.nodes.get(node_id)
        if node is None:
            return None
        value = (
            getattr(node.layer, node.layer.ACTIVATION_FIELD, None) if node.layer.ACTIVATION_FIELD else None
        )
        try:
            found = activations.get(value) if value is not None else None
        except GradloomError:
            return None
        return None if found is None or found.NAME == "linear" else found

    def teaching(self) -> Teaching | None:
        if self.node_id:
            return None
        return Teaching(
            "No activation in this network",
            "Add a layer with an activation (relu, tanh, …): its curve stands here, and under it, while it trains, "
            "what enters it.",
            sketch_bell,
        )

    def draw(self) -> None:
        node_id = self.node_id
        node = self.document.design.nodes[node_id]
        self.header.set_title(f"Activations, {node.name}")
        layers = self._figures()
        self.strip.setVisible(len(layers) > 0)
        self.strip.set_layers(layers, node_id)
        self.curve.show_activation(self.activation_of(node_id))
        found = self.session.latest(node_id, ACTIVATIONS)
        if found is None or found.counts is None or found.edges is None:
            self.curve.show_spread(None)
            self.header.note.set_parts(("train to see what enters it",) if not self.session.is_alive else ())
            return
        self.curve.show_spread(Spread(found.counts, found.edges), *self.words(found.dead, found.saturated))
        self.header.note.set_parts(
            ("inputs of the activation", f"mean {found.mean:.2g}, std {found.std:.2g}")
        )

    def words(self, dead: float, saturated: float) -> tuple[str, str]:
        """Return the shares in words, and how bad that is."""
        if math.isfinite(dead) and dead >= NOTABLE:
            return f"▲ {format_percent(dead, 2)} of the units dead", "warning"
        if math.isfinite(saturated) and saturated >= SATURATED_NOTABLE:
            return f"▲ {format_percent(saturated, 2)} saturated", "warning"
        if math.isfinite(saturated) and saturated > 0:
            return f"{format_percent(saturated, 2)} saturated", "healthy"
        if math.isfinite(dead) and dead > 0:
            return f"{format_percent(dead, 2)} dead", "healthy"
        return "✓ none dead or saturated", "healthy"

    def set_ranges(self) -> None:
        self.curve.set_range()
        self.strip.set_range()

    def restyle(self) -> None:
        self.curve.update()
        self.strip.update()

    def table(self) -> tuple[list[str], list[list[object]]]:
        names = ["layer", "mean", "std", "dead", "saturated"]
        return names, [[x.name, x.mean, x.std, x.dead, x.saturated] for x in self._figures()]

    def _figures(self) -> list[LayerFigures]:
        nodes = self.document.design.nodes
        return [
            LayerFigures(node_id, nodes[node_id].name, s.mean, s.std, s.dead, s.saturated)
            for node_id, s in self.session.record.activations.items()
            if node_id in nodes
        ]

    # ------------------------------------------------------------------ watching

    def showEvent(self, event: QShowEvent) -> None:
        self._watch()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.session.watch(self.NAME, ())

    def _watch(self) -> None:
        node_id = self.node_id
        self.session.watch(self.NAME, ((node_id, ACTIVATIONS),) if node_id else ())

    def _on_selected(self) -> None:
        if self.isVisible():
            self._watch()
            self.draw_now()

    def _on_watched(self, key: Any) -> None:
        if key.what == ACTIVATIONS:
            self.refresh()

    def _on_layer_chosen(self, node_id: str) -> None:
        if node_id in self.document.design.nodes:
            self.selection.set([node_id])
