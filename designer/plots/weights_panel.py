"""The weights of a layer: as a picture around zero, and how they are spread, now and over the run."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QToolButton, QVBoxLayout

from designer.common.text import format_number
from designer.plots.empty_state import Teaching, sketch_tiles
from designer.plots.histogram_history import HistogramHistory, histogram_of
from designer.plots.histogram_view import Histogram, HistogramView
from designer.plots.image_inputs import image_shape_of
from designer.plots.matrix_view import MatrixView
from designer.plots.panel_base import LivePanel
from designer.plots.panel_header import OptionButton
from designer.plots.weight_pictures import arrange, limit_of, limits_of

WEIGHTY = ("dense", "convolution", "normalization")
"""The families of layers that have weights once the shape of their input is known."""


class WeightsPanel(LivePanel):
    """The selected layer's parameter, or that of the first layer that has one; one neuron alone where it is clicked."""

    TITLE: ClassVar[str] = "Weights"
    NAME: ClassVar[str] = "weights"

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._histograms = HistogramHistory()
        self._parameter = "kernel"
        self._unit: int | None = None
        self._page = 0
        self._shown: tuple[object, ...] = ()
        self._limits = (0.0, 0.0)
        self._build()
        session, document = self.session, self.document
        session.watched.connect(self._on_watched)
        session.weights_changed.connect(self.refresh)
        session.state_changed.connect(self._on_state_changed)
        self.selection.changed.connect(self._on_selected)
        document.checked.connect(self._on_selected)
        document.reset.connect(self._on_reset)

    def _build(self) -> None:
        self._chooser = OptionButton("kernel", "Which parameter of the layer is shown", self.theme, self)
        self._chooser.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._chooser.setMenu(QMenu(self._chooser))
        self._all = OptionButton("all units", "Show every unit again (Esc)", self.theme, self)
        self._over_time = OptionButton(
            "over time", "How the weights were spread over the run", self.theme, self
        )
        self._over_time.setCheckable(True)
        for widget in (self._all, self._chooser, self._over_time):
            self.header.add(widget)
        self.matrix = MatrixView(self.theme, self.content)
        self.histogram = HistogramView(self.theme, self.content)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.matrix, 11)
        column.addWidget(self.histogram, 9)
        self.matrix.unit_chosen.connect(self.show_unit)
        self.matrix.page_turned.connect(self._on_page_turned)
        self._all.clicked.connect(self._on_all_clicked)
        self._over_time.toggled.connect(self._on_option_changed)

    # ------------------------------------------------------------------ what is shown

    @property
    def node_id(self) -> str:
        """The layer that is shown; "" where no layer has weights."""
        parameters, nodes = self.document.inference.parameters, self.document.design.nodes
        # While a layer is being removed, what was inferred still holds it.
        weighty = [node for node in self.document.inference.order if parameters.get(node) and node in nodes]
        if self.selection.current in weighty:
            return self.selection.current
        return weighty[0] if weighty else ""

    @property
    def _shapeless(self) -> str:
        """The name of a layer whose weights wait for the shape of its input; "" where there is none."""
        nodes, known = self.document.design.nodes, self.document.inference.parameters
        waiting = (
            node for node_id, node in nodes.items() if node_id not in known and node.layer.FAMILY in WEIGHTY
        )
        return next((node.name for node in waiting), "")

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the layer's parameters and statistics."""
        return tuple(spec.name for spec in self.document.inference.parameters.get(self.node_id, ()))

    @property
    def parameter(self) -> str:
        """The parameter that is shown: the chosen one, where the layer has it, else its first."""
        names = self.parameters
        return self._parameter if self._parameter in names else (names[0] if names else "")

    @property
    def unit(self) -> int | None:
        """The neuron or filter that is shown alone, None for all."""
        return self._unit

    def show_parameter(self, name: str) -> None:
        """Show a parameter of the layer."""
        self._parameter, self._unit = name, None
        self._watch()
        self._on_option_changed()

    def show_unit(self, unit: int | None) -> None:
        """Show one neuron or filter alone, or all; a click on the one that is shown goes back."""
        self._unit = None if unit == self._unit else unit
        self._watch()
        self._on_option_changed()

    def teaching(self) -> Teaching | None:
        node_id = self.node_id
        if not node_id:
            if self._shapeless:
                return Teaching(
                    f"{self._shapeless} has no weights yet",
                    "The shape of its input is not known: connect it to an Input, or to a layer whose shape is.",
                    sketch_tiles,
                )
            return Teaching(
                "No weights in this network",
                "Add a Dense or Conv2D layer: its weights are drawn here as a picture, blue below zero, orange above.",
                sketch_tiles,
            )
        found = self.session.latest_parameter(node_id, self.parameter)
        if found is not None and (found.values is not None or found.counts is not None):
            return None
        name = self.document.design.nodes[node_id].name
        if self.session.is_alive:
            return Teaching(
                f"Fetching the weights of {name}", "They come with the next observation.", sketch_tiles
            )
        return Teaching(
            f"{name} has no trained weights yet",
            "Train, or step once (F10): every weight is drawn here, blue below zero and orange above.",
            sketch_tiles,
        )

    def draw(self) -> None:
        node_id, parameter = self.node_id, self.parameter
        found = self.session.latest_parameter(node_id, parameter)
        if found is None:
            return
        if found.values is None:
            self._draw_spread_alone(found)
            return
        values = found.values
        key = (node_id, parameter, self._unit)
        if key != self._shown:
            if key[:2] != self._shown[:2]:
                self._page = 0
            self._shown, self._limits = key, limits_of(values)
        unit = self._unit if values.ndim > 1 and self._unit is not None else None
        image = image_shape_of(self.document, node_id) if values.ndim == 2 else None
        picture = arrange(values, room=self.matrix.room, image_shape=image, unit=unit, page=self._page)
        self.matrix.show_picture(picture, parameter, self._limits[1])
        self._show_spread(found, picture, unit)
        self._set_header(picture, unit)

    def set_ranges(self) -> None:
        found = self.session.latest_parameter(self.node_id, self.parameter)
        if found is None or found.values is None:
            return
        limits = limits_of(found.values)
        # A scale that shrinks at once would flicker between two limits.
        if any(new > old or new < 0.6 * old for new, old in zip(limits, self._limits, strict=True)):
            self._limits = limits
            self.draw()

    def restyle(self) -> None:
        self.matrix.restyle()
        self.histogram.update()

    def table(self) -> tuple[list[str], list[list[object]]]:
        found = self.session.latest_parameter(self.node_id, self.parameter)
        if found is None or found.values is None:
            return [], []
        values = found.values
        names = [*(f"index_{axis}" for axis in range(values.ndim)), self.parameter]
        return names, [[*map(int, index), float(value)] for index, value in np.ndenumerate(values)]

    def _draw_spread_alone(self, found: Any) -> None:
        """A parameter of many megabytes does not travel live: its histogram does."""
        key, limit = (self.node_id, self.parameter), limit_of(float(np.abs(found.edges).max()))
        self._histograms.add(key, Histogram(found.step, found.counts, found.edges))
        self.matrix.show_picture(None, self.parameter, limit)
        over_time = self._over_time.isChecked()
        self.histogram.show_histograms(self._histograms.of(key), limit, limit, over_time=over_time)
        self.header.set_title(f"Weights, {self.document.design.nodes[self.node_id].name}")
        self.header.note.set_parts(("too large to show live: their spread",))

    def _show_spread(self, found: Any, picture: Any, unit: int | None) -> None:
        key = (self.node_id, self.parameter)
        largest, colors = self._limits
        if unit is not None:
            cells = picture.values[picture.source >= 0]
            alone = [histogram_of(cells, largest, found.step)]
            self.histogram.show_histograms(alone, largest, colors, over_time=False)
            return
        if found.counts is not None and found.edges is not None:
            self._histograms.add(key, Histogram(found.step, found.counts, found.edges))
        else:
            self._histograms.add(key, histogram_of(found.values, largest, found.step))
        over_time = self._over_time.isChecked()
        self.histogram.show_histograms(self._histograms.of(key), largest, colors, over_time=over_time)

    def _set_header(self, picture: Any, unit: int | None) -> None:
        node_id = self.node_id
        name = self.document.design.nodes[node_id].name
        self.header.set_title(f"Weights, {name}" if unit is None else f"{name}, unit {unit}")
        self._chooser.setText(self.parameter)
        self._chooser.setVisible(len(self.parameters) > 1)
        self._all.setVisible(unit is not None)
        self._over_time.setVisible(unit is None)
        parts = [picture.words] if unit is None else []
        if picture.pages > 1 and unit is None:
            parts.append("wheel for more")
        if unit is not None:
            bias = self.session.latest_parameter(node_id, "bias")
            if bias is not None and bias.values is not None and unit < bias.values.size:
                parts.append(f"bias {format_number(float(bias.values.ravel()[unit]))}")
            parts.append(picture.words)
        if node_id in self.session.weights.stale_nodes and not self.session.is_alive:
            parts.insert(0, "of an earlier design")
        self.header.note.set_parts(parts)
        menu = self._chooser.menu()
        if [action.text() for action in menu.actions()] != list(self.parameters):
            menu.clear()
            for parameter in self.parameters:
                menu.addAction(parameter).triggered.connect(
                    lambda _=False, p=parameter: self.show_parameter(p)
                )

    # ------------------------------------------------------------------ watching

    def showEvent(self, event: QShowEvent) -> None:
        self._watch()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.session.watch(self.NAME, ())

    def _watch(self) -> None:
        node_id, parameter = self.node_id, self.parameter
        keys = [(node_id, parameter)] if node_id and parameter else []
        if self._unit is not None and "bias" in self.parameters and parameter != "bias":
            keys.append((node_id, "bias"))
        if self.isVisible():
            self.session.watch(self.NAME, keys)

    def _on_selected(self) -> None:
        if self._shown and self._shown[0] != self.node_id:
            self._unit = None
        self._watch()
        self._on_option_changed()

    def _on_watched(self, key: Any) -> None:
        if key.node_id == self.node_id and key.what in self.parameters:
            self.refresh()

    def _on_state_changed(self, state: str) -> None:
        if state == "starting":
            self._histograms.forget()
        self.refresh()

    def _on_reset(self) -> None:
        self._histograms.forget()
        self._unit = None
        self._on_selected()

    def _on_page_turned(self, by: int) -> None:
        self._page += by
        self._on_option_changed()

    def _on_all_clicked(self) -> None:
        self.show_unit(None)

    def _on_option_changed(self, *_: object) -> None:
        if self.isVisible():
            self.draw_now()
