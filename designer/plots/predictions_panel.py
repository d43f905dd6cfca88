"""What the network answers by now: the surface over two inputs, a fitted curve, a confusion matrix, a scatter."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QHideEvent, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QToolButton, QVBoxLayout

from designer.plots.empty_state import Teaching
from designer.plots.panel_base import LivePanel
from designer.plots.panel_header import OptionButton
from designer.plots.predictions_code import shows_code_first
from designer.plots.predictions_local import LocalPredictions, Request
from designer.plots.predictions_marks import PART_NAMES
from designer.plots.predictions_pictures import PredictionPictures
from designer.plots.predictions_table import table_of
from engine.layers.attention_base import AttentionLayer

WATCHED = "predictions"


class PredictionsPanel(LivePanel):
    """Watches the answers of the selected Output, or the first, while it is seen; without a run asks kept weights."""

    TITLE: ClassVar[str] = "Predictions"
    NAME: ClassVar[str] = "predictions"

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._value: Mapping[str, Any] | None = None
        self._asked: tuple[object, ...] = ()
        self._part = ""
        self._target = 0
        self._refusal = ""
        self._build()
        self.local = LocalPredictions(self)
        self.local.computed.connect(self._on_computed)
        self.local.refused.connect(self._on_refused)
        session, document = self.session, self.document
        session.watched.connect(self._on_watched)
        session.state_changed.connect(self._on_state_changed)
        session.weights_changed.connect(self._on_changed)
        self.selection.changed.connect(self._on_changed)
        document.checked.connect(self._on_changed)
        document.reset.connect(self._on_reset)

    def _build(self) -> None:
        self._targets = OptionButton("target", "Which of the targets is shown", self.theme, self)
        self._parts = OptionButton("validation", "Which part of the data is asked", self.theme, self)
        for button in (self._targets, self._parts):
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setMenu(QMenu(button))
            button.hide()
        self._mistakes = OptionButton(
            "mistakes",
            "The worst mistakes instead of the matrix, the images instead of a code or the code instead of them",
            self.theme,
            self,
        )
        self._mistakes.setCheckable(True)
        self._mistakes.hide()
        for widget in (self._targets, self._parts, self._mistakes):
            self.header.add(widget)
        self.pictures = PredictionPictures(self.theme, self.content)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self.pictures)
        self._mistakes.toggled.connect(self._on_mistakes_toggled)

    # ------------------------------------------------------------------ what is shown

    @property
    def output(self) -> str:
        """The Output whose answers are shown: the selected one, or the first; "" where there is none.

        While an attention layer is selected, or a block that has one, it is that: which step looks at which.
        """
        nodes = self.document.design.nodes
        for chosen in (self.selection.current, *self.selection.nodes):
            if chosen in nodes and (
                nodes[chosen].type == "Output" or isinstance(nodes[chosen].layer, AttentionLayer)
            ):
                return chosen
        return next((node for node in self.document.inference.order if nodes[node].type == "Output"), "")

    @property
    def watch_key(self) -> tuple[str, str]:
        """What is watched in a run."""
        return self.output, f"{WATCHED}/{self._part}" if self._part else WATCHED

    @property
    def value(self) -> Mapping[str, Any] | None:
        """What is shown: the arrays of a `Predictor`, its "about", and the "step" that it is of."""
        return self._value

    def show_part(self, part: str) -> None:
        """Show the samples of another part of the data."""
        if part != self._part:
            self._part = part
            self._look()

    def show_target(self, target: int) -> None:
        """Show another of several targets."""
        self._target = target
        self._redraw()

    def teaching(self) -> Teaching | None:
        if self._value is not None:
            return None
        if self._refusal:
            return Teaching("No predictions to show", self._refusal, sketch_border)
        if not self.output:
            return Teaching(
                "Nothing is predicted yet",
                "Give the network an Output, and choose data: what it answers is drawn here while it learns.",
                sketch_border,
            )
        if self.session.is_alive or self.local.is_busy:
            return Teaching("Asking the network", "Its answers are on their way.", sketch_border)
        return Teaching(
            "The network has not learnt anything yet",
            "Train (F5), and watch it make up its mind: the border between classes, the curve through the points, or "
            "which class is taken for which, drawn anew four times a second.",
            sketch_border,
        )

    def draw(self) -> None:
        value = self._value
        if value is None:
            return
        about = value["about"]
        self._target = min(self._target, max(len(about["targets"]) - 1, 0))
        second = self._mistakes.isChecked()
        if (
            not shows_code_first(about)
            and about.get("code", {}).get("node", "") == self.selection.current != ""
        ):
            second = True
        notes = self.pictures.show_value(value, self._target, mistakes=second)
        node = self.document.design.nodes.get(about["node"])
        is_map = about["kind"] == "attention" and node is not None
        self.header.set_title(f"Attention, {node.name}" if is_map and node is not None else self.TITLE)
        self._set_header(about, notes, int(value["step"]))
        self.setAccessibleDescription(", ".join(notes))

    def restyle(self) -> None:
        self.pictures.restyle()

    def table(self) -> tuple[list[str], list[list[object]]]:
        return ([], []) if self._value is None else table_of(self._value)

    def _set_header(self, about: Mapping[str, Any], notes: tuple[str, ...], step: int) -> None:
        parts = list(notes)
        if self.session.weights.stale_nodes and not self.session.is_alive:
            parts.insert(0, "of an earlier design")
        if step:
            parts.append(f"step {step:,}")
        shown, there = (sum(row[i] for row in about["parts"]) for i in (1, 2))
        if shown < there:
            parts.append(f"{shown:,} of {there:,} samples")
        self.header.note.set_parts(parts)
        available = list(about["available"]) if about["part"] else []
        self._parts.setVisible(len(available) > 1)
        if len(available) > 1:
            names = [PART_NAMES[part] for part in available]
            self._offer(self._parts, names, PART_NAMES[about["part"]], lambda i: self.show_part(available[i]))
        self._mistakes.setText(self.pictures.second_page)
        self._mistakes.setVisible(self.pictures.has_pages)
        targets = list(about["targets"][: value_targets(self._value)])
        self._targets.setVisible(len(targets) > 1)
        if len(targets) > 1:
            self._offer(self._targets, targets, targets[self._target], self.show_target)

    def _offer(
        self, button: OptionButton, names: list[str], chosen: str, choose: Callable[[int], None]
    ) -> None:
        button.setText(chosen)
        menu = button.menu()
        if [action.text() for action in menu.actions()] == names:
            return
        menu.clear()
        for index, name in enumerate(names):
            menu.addAction(name).triggered.connect(lambda _=False, i=index: choose(i))

    # ------------------------------------------------------------------ looking

    def showEvent(self, event: QShowEvent) -> None:
        self._look()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.session.watch(self.NAME, ())
        if self.local.is_busy:
            self.local.cancel()
            self._asked = ()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._value is not None and self.isVisible():
            self.refresh()

    def _look(self) -> None:
        """Watch the run that is alive, or ask the weights that are kept, where that was not done yet."""
        if not self.isVisible():
            return
        node_id, what = self.watch_key
        self.session.watch(self.NAME, [(node_id, what)] if node_id else ())
        if self.session.is_alive:
            self.local.cancel()
            self._asked = ()
        elif not self._take_latest():
            self._ask_kept()
        self._redraw()

    def _take_latest(self) -> bool:
        """Show what a run brought last, where that is of the weights and the design as they are; tell whether it is."""
        found = self._latest()
        if found is None or self.session.is_alive:
            return False
        if (
            "problem" in found["about"]
            or found["step"] != self.session.weights.step
            or not self.session.weights
        ):
            return False
        if self._asked and self._asked != self._signature():
            return False
        self._asked = self._signature()
        self._value, self._refusal = found, ""
        return True

    def _latest(self) -> Mapping[str, Any] | None:
        found = self.session.latest(*self.watch_key)
        return None if found is None or "about" not in found.parts else found.parts

    def _ask_kept(self) -> None:
        weights = self.session.weights
        if not weights:
            self._value, self._asked, self._refusal = None, (), ""
            return
        if weights.stale_nodes or not self.output or self._signature() == self._asked:
            return
        self._asked = self._signature()
        design = self.document.design.copy()
        request = Request(
            design, weights.by_name(), weights.step, self.session.folder, self.output, self._part
        )
        self.local.request(request)

    def _signature(self) -> tuple[object, ...]:
        """Return what the answers of the kept weights depend on."""
        design = self.document.design
        nodes = json.dumps([[n.id, n.name, n.type, repr(n.layer)] for n in design.nodes.values()])
        weights = self.session.weights
        edges = tuple(sorted(map(repr, design.edges)))
        return (
            self.watch_key,
            nodes,
            edges,
            repr(design.data),
            weights.step,
            id(weights.run_state),
            self.session.folder,
        )

    def _redraw(self) -> None:
        if self.isVisible():
            self.draw_now()

    # ------------------------------------------------------------------ hearing

    def _on_watched(self, key: Any) -> None:
        if (key.node_id, key.what) != self.watch_key:
            return
        found = self._latest()
        if found is None:
            return
        if "problem" in found["about"]:
            self._value, self._refusal = None, str(found["about"]["problem"])
        else:
            self._value, self._refusal = found, ""
        self.refresh()

    def _on_computed(self, value: Mapping[str, Any]) -> None:
        self._value, self._refusal = value, ""
        self._redraw()

    def _on_refused(self, message: str) -> None:
        self._value, self._refusal = None, message
        self._redraw()

    def _on_state_changed(self, state: str) -> None:
        if state == "starting":
            self._value, self._refusal, self._asked = None, "", ()
        if self.isVisible():
            self._look()

    def _on_changed(self, *_: object) -> None:
        if self.isVisible():
            self._look()

    def _on_reset(self) -> None:
        self._value, self._refusal, self._asked, self._part, self._target = None, "", (), "", 0
        self._on_changed()

    def _on_mistakes_toggled(self, _: bool) -> None:
        self._redraw()


def value_targets(value: Mapping[str, Any] | None) -> int:
    """Return how many targets can be shown (of an attention layer: how many heads, and their mean)."""
    if value is not None and value["about"]["kind"] == "attention":
        return len(value["about"]["targets"])
    if value is None or "truth" not in value or value["about"]["kind"] == "texts":
        return 0
    return int(value["truth"].shape[1])


def sketch_border(painter: QPainter, place: QRectF, color: QColor) -> None:
    """Draw two kinds of points and a border between them."""
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtGui import QPainterPath, QPen

    path = QPainterPath(QPointF(place.left() + 0.38 * place.width(), place.bottom()))
    path.cubicTo(
        QPointF(place.left() + 0.7 * place.width(), place.top() + 0.75 * place.height()),
        QPointF(place.left() + 0.3 * place.width(), place.top() + 0.25 * place.height()),
        QPointF(place.left() + 0.62 * place.width(), place.top()),
    )
    painter.setPen(QPen(color, 2))
    painter.drawPath(path)
    spots = np.array([[0.12, 0.3], [0.25, 0.6], [0.3, 0.2], [0.15, 0.82], [0.36, 0.48], [0.05, 0.55]])
    for x, y in spots.tolist():
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(QPointF(place.left() + x * place.width(), place.top() + y * place.height()), 3, 3)
        painter.setPen(QPen(color, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        mirrored = QPointF(place.right() - x * place.width(), place.bottom() - y * place.height())
        painter.drawEllipse(mirrored, 3, 3)
