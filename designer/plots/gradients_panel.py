"""How large the gradient is at each layer: now, over the run, and against the weights that it moves."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

import numpy as np
from PySide6.QtWidgets import QStackedLayout

from designer.plots.empty_state import Teaching, sketch_bars
from designer.plots.layer_bars import Bar, LayerBars, Zone
from designer.plots.layer_lines import LayerLines
from designer.plots.panel_base import LivePanel
from designer.plots.panel_header import SegmentedControl
from designer.plots.through_time_view import StepCurve, ThroughTimeView
from engine.training.diagnosis import GROWTH, VANISHING

Quantity = Literal["gradient_rms", "update_ratio", "weight_rms"]

RECENT_STEPS = 200
GUIDE = -3.0
"""An update of about a thousandth of the weight is healthy (Karpathy 2015, CS231n notes, "Babysitting the learning
process"); more than a hundredth shakes them, less than a ten-thousandth hardly moves them."""
ZONES = (
    Zone(-2.0, 4.0, "warning", "moves too fast: lower the rate"),
    Zone(-16.0, -4.0, "warning", "hardly moves"),
)
SCALE = (-6.0, 0.0)
"""The fixed scale of magnitudes, in exponents of ten. It grows by decades where values lie outside, and never shrinks
during a run."""
FARTHEST = (-24.0, 12.0)
WORDS = {
    "vanishing": ("▽ vanishing", "warning"),
    "exploding": ("△ exploding", "failing"),
    "not_finite": ("✕ not finite", "failing"),
}
CHOICES = (
    ("layers", "by layer", "The gradient at each layer now, from input to output"),
    ("time", "over time", "The gradient at each layer over the run"),
    ("ratio", "update ratio", "How far each step moves the weights, against their size"),
)
BY_STEP = (
    "steps",
    "by step",
    "The gradient at a recurrent layer's state after each step of the sequence: what is left of it on its way back",
)
PAGES = ("layers", "time", "ratio", "steps")


class GradientsPanel(LivePanel):
    """Bars for each layer, lines over the run, or the ratio of update to weight."""

    TITLE: ClassVar[str] = "Gradients"
    NAME: ClassVar[str] = "gradients"

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._run: object = None
        self._scale = SCALE
        self._build()
        session = self.session
        session.observed.connect(self.refresh)
        session.findings_changed.connect(self.refresh)
        session.state_changed.connect(self.refresh)
        self.selection.changed.connect(self.refresh)
        self.document.node_replaced.connect(self.refresh)

    def _build(self) -> None:
        self._view = SegmentedControl(CHOICES, self.theme, self)
        self.header.add(self._view)
        self.bars = LayerBars(self.theme)
        self.lines = LayerLines(self.theme)
        self.ratio = LayerBars(self.theme, dots=True)
        self.ratio.zones, self.ratio.guide = ZONES, GUIDE
        self._pages = QStackedLayout(self.content)
        self._pages.setContentsMargins(0, 0, 0, 0)
        self.steps = ThroughTimeView(self.theme)
        for page in (self.bars, self.lines, self.ratio, self.steps):
            self._pages.addWidget(page)
        self._view.chosen.connect(self.show_view)
        for bars in (self.bars, self.ratio):
            bars.layer_chosen.connect(self._on_layer_chosen)
        self.lines.window_changed.connect(self.refresh)
        self.lines.following_changed.connect(self.refresh)

    @property
    def view(self) -> str:
        """Which view is shown: "layers", "time", "ratio" or, where there are recurrent layers, "steps"."""
        return self._view.key

    def show_view(self, key: str) -> None:
        """Show a view."""
        self._view.choose(key)
        self._pages.setCurrentIndex(PAGES.index(self.view))
        if self.isVisible():
            self.draw_now()

    def teaching(self) -> Teaching | None:
        series = self.session.history.layers
        if len(series) and len(series.layers):
            return None
        if self.session.state in ("starting", "running"):
            return Teaching(
                "Waiting for the first observation", "It comes within the first steps.", sketch_bars
            )
        return Teaching(
            "No gradients yet",
            "Train to see how much of the error reaches each layer: bars that shrink towards the input mean that "
            "the gradient vanishes, bars that grow that it explodes.",
            sketch_bars,
        )

    def draw(self) -> None:
        series = self.session.history.layers
        if series is not self._run:
            self._run, self._scale = series, SCALE
        self._offer_steps()
        names = self._names()
        selected = self.selection.current
        if self.view == "steps":
            curves = self._curves()
            self.steps.set_curves(curves, selected)
            self.header.note.set_parts(("RMS of ∂L/∂h, now",))
            return
        if self.view == "time":
            history = self.session.history
            self.lines.set_layers(series.layers, names, selected)
            self.lines.follow(history.step, history.plan.total_steps)
            self.lines.x_scale.unit_name = "steps"
            rows = series.window(*self.lines.window)
            self.lines.set_values(series.step[rows], series.values("gradient_rms", rows))
            self.header.note.set_parts(())
            return
        ratio = self.view == "ratio"
        quantity: Quantity = "update_ratio" if ratio else "gradient_rms"
        bars = self._bars(quantity, names)
        (self.ratio if ratio else self.bars).set_bars(bars, selected)
        rows = series.recent(RECENT_STEPS)
        span = int(series.step[-1] - series.step[rows][0]) + 1
        self.header.note.set_parts((f"RMS, last {span} steps",) if not ratio else (f"last {span} steps",))

    def set_ranges(self) -> None:
        if self.view == "steps":
            values = [value for curve in self.steps.curves for value in curve.values]
            self.steps.set_range(*_decades_of(values, values, (math.inf, -math.inf)))
            return
        series = self.session.history.layers
        quantity: Quantity = "update_ratio" if self.view == "ratio" else "gradient_rms"
        rows = series.window(*self.lines.window) if self.view == "time" else series.recent(RECENT_STEPS)
        low, high = series.low(quantity, rows), series.high(quantity, rows)
        if self.view == "time":
            self.lines.set_y_range(*_decades_of(low, high, (math.inf, -math.inf)))
        elif self.view == "ratio":
            self.ratio.set_range(*_decades_of(low, high, (-6.0, 0.0)))
        else:
            self._scale = _decades_of(low, high, self._scale)
            self.bars.set_range(*self._scale)

    def restyle(self) -> None:
        self.lines.restyle()
        self.bars.update()
        self.ratio.update()
        self.steps.update()

    def table(self) -> tuple[list[str], list[list[object]]]:
        if self.view == "steps":
            return ["layer", "step", "gradient_rms"], [
                [f"{curve.name} backward" if curve.backwards else curve.name, step + 1, value]
                for curve in self._curves()
                for step, value in zip(curve.steps, curve.values, strict=True)
            ]
        series = self.session.history.layers
        quantities: tuple[Quantity, ...] = ("gradient_rms", "update_ratio", "weight_rms")
        names = ["step", *(f"{name}/{quantity}" for quantity in quantities for name in self._names())]
        columns = [series.step[:, None], *(series.values(quantity) for quantity in quantities)]
        return names, np.concatenate(columns, axis=1).tolist()

    def _offer_steps(self) -> None:
        """Offer the view by step where the run has recurrent layers."""
        wanted = (*CHOICES, BY_STEP) if self._through_time() else CHOICES
        if [key for key, _, _ in wanted] != self._view.keys:
            self._view.set_choices(wanted)
            self._pages.setCurrentIndex(PAGES.index(self.view))

    def _through_time(self) -> dict[str, Any]:
        return dict(getattr(self.session.observation, "through_time", None) or {})

    def _curves(self) -> list[StepCurve]:
        """Return the curves of the latest look, from input to output."""
        nodes, found = self.document.design.nodes, self._through_time()
        curves = []
        for place, (node_id, seen) in enumerate(found.items()):
            name = nodes[node_id].name if node_id in nodes else node_id
            share = place / max(len(found) - 1, 1)
            for direction, values in enumerate(seen.values):
                curves.append(
                    StepCurve(
                        node_id, name, seen.steps, values, share, direction == 1, _fading(seen.steps, values)
                    )
                )
        return curves

    def _names(self) -> list[str]:
        nodes = self.document.design.nodes
        layers = self.session.history.layers.layers
        return [nodes[layer].name if layer in nodes else layer for layer in layers]

    def _bars(self, quantity: Quantity, names: list[str]) -> list[Bar]:
        series = self.session.history.layers
        rows = series.recent(RECENT_STEPS)
        values = series.latest(quantity)
        with np.errstate(all="ignore"):
            lows = np.fmin.reduce(series.low(quantity, rows), axis=0)
            highs = np.fmax.reduce(series.high(quantity, rows), axis=0)
        notices = self._notices() if quantity == "gradient_rms" else {}
        bars = []
        for index, (layer, name) in enumerate(zip(series.layers, names, strict=True)):
            if np.isnan(values[index]) and np.isnan(highs[index]):
                continue  # a layer without weights has no gradient of its own
            notice, severity = notices.get(layer, ("", ""))
            figures = (float(values[index]), float(lows[index]), float(highs[index]))
            bars.append(Bar(layer, name, *figures, notice, severity, index))
        return bars

    def _notices(self) -> dict[str, tuple[str, str]]:
        """Return what is the matter at each layer, in words, and how bad it is.

        The diagnosis speaks first. It waits for several looks, which a run of a moment does not give, so the same
        thresholds are put to the latest gradients as well.
        """
        series = self.session.history.layers
        found: dict[str, tuple[str, str]] = {}
        values = series.latest("gradient_rms")
        for index, layer in enumerate(series.layers[:-1]):
            later = values[index + 1 :]
            later = later[np.isfinite(later)]
            if not later.size or not np.isfinite(values[index]):
                continue
            if values[index] < VANISHING * later.max():
                found[layer] = WORDS["vanishing"]
            elif later[-1] > 0 and values[index] > GROWTH * later[-1]:
                found[layer] = WORDS["exploding"]
        told = {f.node: WORDS[f.kind] for f in self.session.findings if f.kind in WORDS}
        return {**found, **told}

    def _on_layer_chosen(self, node_id: str) -> None:
        if node_id in self.document.design.nodes:
            self.selection.set([node_id])


def _fading(steps: tuple[int, ...], values: tuple[float, ...]) -> str:
    """Return in words what is left of the gradient at the far end of a sequence, where that is next to nothing."""
    first, last = values[0], values[-1]
    if len(values) < 2 or not (math.isfinite(first) and math.isfinite(last)):
        return ""
    least, most = min(first, last), max(first, last)
    if most <= 0 or least >= VANISHING * most:
        return ""
    far, near = (steps[0] + 1, steps[-1] + 1) if first < last else (steps[-1] + 1, steps[0] + 1)
    left = f"{least / most:.0e}".replace("e-0", "e-") if least > 0 else "nothing"
    return f"▽ vanishing: step {far} gets {left} of what step {near} gets"


def _decades_of(low: Any, high: Any, least: tuple[float, float]) -> tuple[float, float]:
    """Return whole exponents of ten that hold every value and at least `least`."""
    values = np.concatenate((np.ravel(low), np.ravel(high)))
    values = values[np.isfinite(values) & (values > 0)]
    if not len(values):
        return least if math.isfinite(least[0]) else SCALE
    bottom = min(least[0], max(math.floor(math.log10(values.min())), FARTHEST[0]))
    top = max(least[1], min(math.ceil(math.log10(values.max())), FARTHEST[1]))
    return float(bottom), float(max(top, bottom + 1))
