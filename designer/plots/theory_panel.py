"""Theory one can touch: the network as a line with knots, as linear regions, as one linear map; error against units."""

from __future__ import annotations

import time
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPen, QPolygonF, QShowEvent
from PySide6.QtWidgets import QStackedLayout

from designer.common.text import format_count, format_number
from designer.plots.empty_state import Teaching
from designer.plots.matrix_view import MatrixView
from designer.plots.panel_base import LivePanel
from designer.plots.panel_header import OptionButton, SegmentedControl
from designer.plots.predictions_marks import KeyRow
from designer.plots.theory_model import TheoryModel
from designer.plots.theory_sweep import WidthSweep
from designer.plots.theory_views import ErrorsView, LineView, RegionsView
from designer.plots.weight_pictures import arrange
from engine.analysis.widths import WidthResult
from engine.core.errors import GradloomError

COST = 0.1
"""The share of the window's time that may go into computing the pictures while a run is under way."""
CHOICES = (
    ("weights", "As it is", "What the network is with the weights that it has now"),
    ("widths", "Error against units", "Train the network with ever more hidden units and compare"),
)


class TheoryPanel(LivePanel):
    """Takes the document's network apart while it is seen: before a run, during it and after."""

    TITLE: ClassVar[str] = "Theory"
    NAME: ClassVar[str] = "theory"

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.model = TheoryModel(self.session, self.document)
        self._fresh = False
        self._due = 0.0
        self._results: list[WidthResult] = []
        self._failure = ""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.refresh)
        self.sweep = WidthSweep(self)
        self._build()
        self.sweep.found.connect(self._on_found)
        self.sweep.ended.connect(self._on_ended)
        self.session.watched.connect(self._on_watched)
        self.session.state_changed.connect(self._on_changed)
        self.session.weights_changed.connect(self._on_changed)
        self.document.checked.connect(self._on_design_changed)
        self.document.section_changed.connect(self._on_design_changed)
        self.document.reset.connect(self._on_reset)

    def _build(self) -> None:
        self.tabs = SegmentedControl(CHOICES, self.theme, self)
        self.tabs.chosen.connect(lambda _: self.draw_now())
        self.run_button = OptionButton(
            "Try all widths", "Train 1, 2, 4 ... 64 hidden units, three starts each", self.theme, self
        )
        self.run_button.clicked.connect(self.toggle_sweep)
        self.header.add(self.run_button)
        self.header.add(self.tabs)
        self.line = LineView(self.theme, self.content)
        self.regions = RegionsView(self.theme, self.content)
        self.matrix = MatrixView(self.theme, self.content)
        self.errors = ErrorsView(self.theme, self.content)
        self._views = QStackedLayout(self.content)
        self._views.setContentsMargins(0, 4, 0, 0)
        for view in (self.line, self.regions, self.matrix, self.errors):
            self._views.addWidget(view)

    # ------------------------------------------------------------------ what is shown

    def teaching(self) -> Teaching | None:
        if not self._fresh:
            self.model.rebuild()
            self._fresh = True
            self._watch()
        if self._shows_widths:
            return None
        if self.model.reason:
            return Teaching("What theory says of a network", self.model.reason, sketch_polygon)
        return None

    def draw(self) -> None:
        widths = self.model.kind == "line"
        self.tabs.setVisible(widths)
        self.run_button.setVisible(self._shows_widths)
        self.run_button.setText("Stop" if self.sweep.is_running else "Try all widths")
        if self._shows_widths:
            self._draw_errors()
            return
        now = time.monotonic()
        if self.session.state == "running" and now < self._due:
            self._later.start(max(int(1_000 * (self._due - now)), 20))
            return
        begun = time.perf_counter()
        {"line": self._draw_line, "regions": self._draw_regions, "map": self._draw_map}[self.model.kind]()
        self._due = time.monotonic() + (time.perf_counter() - begun) / COST

    @property
    def _shows_widths(self) -> bool:
        return self.tabs.key == "widths" and self.model.kind == "line"

    def _draw_line(self) -> None:
        line = self.model.line()
        self.line.show_line(line, self.model)
        self._views.setCurrentWidget(self.line)
        self.header.note.set_parts(
            (
                f"{len(line.knots)} knots, {len(line.x) - 1} straight pieces",
                "a ReLU network is a polygonal line",
            )
        )

    def _draw_regions(self) -> None:
        from engine.analysis import region_bound, region_growth, regions_of_one_layer

        regions, widths = self.model.regions(), self.model.widths
        units = sum(widths)
        shown = format_count(len(regions)) + ("" if regions.complete else "+")
        bounds = [
            ("one layer", f"one layer of {units} units, at most", regions_of_one_layer(units, 2)),
            ("bound", f"layers of {', '.join(map(str, widths))}, at most", region_bound(widths, 2)),
        ]
        if len(set(widths)) == 1 and widths[0] >= 2:
            growth = region_growth(widths[0], len(widths), 2)
            bounds.append(("order", "of the order of (m/d)^((L-1)d) m^d", round(growth)))
        rows = [KeyRow("none", "regions", shown)]
        rows += [KeyRow("none", short, format_number(float(bound))) for short, _, bound in bounds]
        facts = [(words, format_number(float(bound))) for _, words, bound in bounds]
        self.regions.show_regions(regions, self.model, rows, facts)
        self._views.setCurrentWidget(self.regions)
        self.header.note.set_parts(
            (f"{shown} linear regions", *(f"{words} {bound}" for words, bound in facts))
        )

    def _draw_map(self) -> None:
        found = self.model.linear_map()
        picture = arrange(found.matrix, room=self.matrix.room)
        limit = max(float(np.abs(found.matrix).max(initial=0.0)), 1e-12)
        self.matrix.show_picture(picture, "product of all layers", limit)
        self._views.setCurrentWidget(self.matrix)
        inputs, outputs = found.matrix.shape
        self.header.note.set_parts(
            (
                f"linear layers are one map {inputs} × {outputs} of rank {found.rank}",
                f"apart by {format_number(found.difference)} of the output",
                f"largest weight {format_number(limit)}",
            )
        )

    def _draw_errors(self) -> None:
        self.errors.show_results(self._results)
        self._views.setCurrentWidget(self.errors)
        parts = (
            [f"{self._results[-1].units} units, error {format_number(self._results[-1].error)}"]
            if self._results
            else []
        )
        if self.sweep.is_running:
            parts.insert(0, "training")
        elif not self._results:
            parts = [
                self._failure or "press Try all widths: each is trained from three starts, the best counts"
            ]
        self.header.note.set_parts(parts)

    def restyle(self) -> None:
        for view in (self.line, self.regions, self.errors):
            view.redraw()
        self.matrix.restyle()

    def table(self) -> tuple[list[str], list[list[object]]]:
        if self._shows_widths:
            return list(WidthResult._fields), [list(result) for result in self._results]
        if self.model.kind == "line":
            names = self.model.unit_name
            return ["x", "unit"], [[knot.x, names(knot.node, knot.unit)] for knot in self.model.line().knots]
        if self.model.kind == "map":
            return [], [list(row) for row in self.model.linear_map().matrix.tolist()]
        if self.model.kind == "regions":
            regions = self.model.regions()
            rows: list[list[object]] = [
                [number, x, y, float(value)]
                for number, (piece, value) in enumerate(zip(regions.pieces, regions.values, strict=True))
                for x, y in piece.tolist()
            ]
            return ["region", "x1", "x2", "value"], rows
        return [], []

    # ------------------------------------------------------------------ widths

    def toggle_sweep(self) -> None:
        """Begin to train all widths, or stop."""
        if self.sweep.is_running:
            self.sweep.stop()
        else:
            self._results, self._failure = [], ""
            try:
                self.sweep.start(self.document.design)
            except GradloomError as error:
                self._failure = str(error)
        self.draw_now()

    def _on_found(self, result: WidthResult) -> None:
        self._results.append(result)
        self.refresh()

    def _on_ended(self, message: str) -> None:
        self._failure = message
        self.refresh()

    # ------------------------------------------------------------------ hearing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._later.stop()
        self.session.watch(self.NAME, ())

    def _watch(self) -> None:
        if self.isVisible():
            self.session.watch(self.NAME, self.model.watch_keys())

    def _on_watched(self, _: Any) -> None:
        self.refresh()

    def _on_changed(self, *_: object) -> None:
        self.refresh()

    def _on_design_changed(self, *_: object) -> None:
        self._fresh = False
        self.refresh()

    def _on_reset(self) -> None:
        self.sweep.stop()
        self._results, self._failure = [], ""
        self.tabs.choose("weights")
        self._on_design_changed()


def sketch_polygon(painter: QPainter, place: QRectF, color: QColor) -> None:
    """Draw a line with corners."""
    points = [(0.0, 0.9), (0.2, 0.35), (0.42, 0.6), (0.62, 0.1), (0.8, 0.45), (1.0, 0.3)]
    corners = [QPointF(place.left() + x * place.width(), place.top() + y * place.height()) for x, y in points]
    painter.setPen(QPen(color, 2))
    painter.drawPolyline(QPolygonF(corners))
    painter.setBrush(color)
    for corner in corners[1:-1]:
        painter.drawEllipse(corner, 3.0, 3.0)
