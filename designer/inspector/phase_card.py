"""One phase of a training as a card: its name, what it trains, its objectives, its steps and its optimizer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from designer.common.forms.choice_editors import Chooser
from designer.common.forms.component_editor import ComponentEditor, first_line
from designer.common.forms.declared_form import DeclaredForm
from designer.common.forms.labels import HeadingLabel, ToneLabel
from designer.common.forms.line_field import LineField
from designer.common.forms.switch import SwitchBox
from designer.common.icons import icon
from designer.common.phase_colors import ink_on, phase_color
from designer.common.text import elided_middle, format_number, scaled
from designer.common.theme import theme
from engine.core.errors import GradloomError
from engine.core.fields import FieldSpec, describe
from engine.core.registry import family
from engine.design.design import Design
from engine.design.elements import Node
from engine.design.phases import Objective, Phase, changed

OWN = "own loss"
FORM_FIELDS = ("steps", "optimizer", "clip_weights")
NAMES_SHOWN = 4

Change = Callable[[Phase, str, str, bool], None]
"""change(phase, label, field, stepping) puts another phase in the place of the one shown."""


class PhaseMark(QWidget):
    """The numbered mark of a phase, as the canvas shows it."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number = number
        self.setFixedSize(QSize(20, 20))
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = phase_color(theme(), self._number)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))
        painter.setPen(ink_on(color))
        painter.setFont(scaled(self.font(), 0.88, bold=True))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, str(self._number + 1))


class ObjectiveRow(QWidget):
    """One Output: whether the phase has an objective there, its target, and its loss.

    Signals: changed(objective): another Objective, or None for none.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._output, self._objective = "", Objective(output="-")
        self.switch = SwitchBox()
        self.switch.setFixedWidth(34)
        self.name = ToneLabel("")
        self.target = LineField()
        self.target.setToolTip(
            "What the prediction is compared with: a number for all samples (1 for real, 0 for made), "
            "or “data” for the data's own targets"
        )
        self.loss = Chooser()
        losses = family("loss").classes
        tips = {name: first_line(cls) for name, cls in losses.items()}
        self.loss.offer([OWN, *losses], {OWN: "The loss that the Output names", **tips})
        head, below = QHBoxLayout(), QHBoxLayout()
        for row in (head, below):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(6)
        head.addWidget(self.switch)
        head.addWidget(self.name, 1)
        self._target_label = ToneLabel("target", role="text_muted")
        below.addSpacing(40)
        below.addWidget(self._target_label)
        below.addWidget(self.target, 2)
        below.addWidget(self.loss, 5)
        self.message = ToneLabel("", role="failing_text", scale=0.92, wrap=True)
        self.message.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(head)
        column.addLayout(below)
        column.addWidget(self.message)
        self.switch.clicked.connect(self._on_switched)
        self.target.committed.connect(self._on_target_committed)
        self.loss.activated.connect(self._on_loss_chosen)

    def show_objective(self, node: Node, objective: Objective | None) -> None:
        """Show what the phase has at an Output; None for nothing."""
        self._output = node.id
        self._objective = objective or Objective(output=node.id)
        self.switch.setChecked(objective is not None)
        self.switch.setAccessibleName(f"objective at {node.name}")
        self.name.setText(elided_middle(node.name, 28))
        self.target.setAccessibleName(f"target at {node.name}")
        target = self._objective.target
        self.target.show_text(target if isinstance(target, str) else format_number(target))
        loss = self._objective.loss
        self.loss.show_name(OWN if not loss else loss if isinstance(loss, str) else str(loss.get("name")))
        for widget in (self._target_label, self.target, self.loss):
            widget.setVisible(objective is not None)
        self.message.hide()

    def _on_switched(self) -> None:
        self.changed.emit(self._objective if self.switch.isChecked() else None)

    def _on_target_committed(self, text: str) -> None:
        words = text.strip().replace("−", "-").lower()
        try:
            target: Any = "data" if words == "data" else float(words)
            self.changed.emit(self._objective.replace(target=target))
        except (ValueError, GradloomError):
            self.message.setText("▲ A number, or “data”.")
            self.message.show()

    def _on_loss_chosen(self) -> None:
        name = self.loss.name()
        self.changed.emit(self._objective.replace(loss="" if name == OWN else name))


class PhaseCard(QFrame):
    """Edits one phase; what is changed goes out through `change`.

    Signals: moved(by), removed(): the phase is to stand earlier (-1) or later (1), or to go. taken(): it is to train
    what is selected. shown(): what it trains is to be selected.
    """

    moved = Signal(int)
    removed = Signal()
    taken = Signal()
    shown = Signal()

    def __init__(self, number: int, change: Change, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._number, self._change = number, change
        self._phase = Phase(name="-")
        self._design = Design()
        self.name = LineField()
        self.name.setAccessibleName(f"name of phase {number + 1}")
        self.name.committed.connect(self._on_name_committed)
        self.earlier = self._tool("chevron-up", "Let it have its turn earlier", lambda: self.moved.emit(-1))
        self.later = self._tool("chevron-down", "Let it have its turn later", lambda: self.moved.emit(1))
        self.remove = self._tool("close", "Remove the phase", self.removed.emit)
        self.trains = ToneLabel("", wrap=True)
        self.take = QPushButton("Train the selection")
        self.take.setToolTip("Let the phase train the layers that are selected on the canvas, and no others")
        self.take.clicked.connect(self.taken)
        self.show_trained = QPushButton("Select")
        self.show_trained.setToolTip("Select the layers that the phase trains")
        self.show_trained.clicked.connect(self.shown)
        self.objectives: list[ObjectiveRow] = []
        specs = [spec for spec in describe(Phase) if spec.name in FORM_FIELDS]
        self.form = DeclaredForm(
            Phase, self._set_field, specs=specs, editors={"optimizer": _optimizer_editor}
        )
        self._build()

    def show_phase(self, design: Design, phase: Phase, count: int, *, selected: bool) -> None:
        """Show a phase of a design that has `count` of them; `selected` says whether layers are selected."""
        self._design, self._phase = design, phase
        self.name.show_text(phase.name)
        self.earlier.setEnabled(self._number > 0)
        self.later.setEnabled(self._number < count - 1)
        self.trains.setText(trained_text(design, phase))
        self.take.setEnabled(selected)
        self.show_trained.setEnabled(any(node_id in design.nodes for node_id in phase.trains))
        outputs = [node for node in design.nodes.values() if node.type == "Output"]
        self._make_rows(len(outputs))
        for row, node in zip(self.objectives, outputs, strict=False):
            row.show_objective(node, phase.objective(node.id))
        self.form.show_values({name: getattr(phase, name) for name in FORM_FIELDS})

    def _build(self) -> None:
        head, buttons = QHBoxLayout(), QHBoxLayout()
        for row in (head, buttons):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(6)
        head.addWidget(PhaseMark(self._number))
        head.addWidget(self.name, 1)
        for tool in (self.earlier, self.later, self.remove):
            head.addWidget(tool)
        buttons.addWidget(self.take)
        buttons.addWidget(self.show_trained)
        buttons.addStretch(1)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(HeadingLabel("Trains"))
        column.addWidget(self.trains)
        column.addLayout(buttons)
        column.addWidget(HeadingLabel("Objectives"))
        column.addLayout(self._rows)
        column.addSpacing(2)
        column.addWidget(self.form)

    def _tool(self, name: str, tip: str, call: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setIconSize(QSize(14, 14))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(tip)
        button.setAccessibleName(f"{tip} (phase {self._number + 1})")
        button.clicked.connect(call)
        return button

    def _make_rows(self, count: int) -> None:
        while len(self.objectives) < count:
            row, place = ObjectiveRow(), len(self.objectives)
            row.changed.connect(lambda objective, place=place: self._on_objective_changed(place, objective))
            self.objectives.append(row)
            self._rows.addWidget(row)
        for place, row in enumerate(self.objectives):
            row.setVisible(place < count)

    def _on_name_committed(self, text: str) -> None:
        name = " ".join(text.split())[:40]
        if name:
            self._change(changed(self._phase, name=name), f"Rename a phase to {name}", "name", False)
        else:
            self.name.show_text(self._phase.name)

    def _on_objective_changed(self, place: int, objective: Objective | None) -> None:
        outputs = [node.id for node in self._design.nodes.values() if node.type == "Output"]
        if place >= len(outputs):
            return
        output, known = outputs[place], {o.output: o for o in self._phase.objectives}
        if objective is None:
            known.pop(output, None)
        else:
            known[output] = objective
        order = sorted(known.values(), key=lambda o: outputs.index(o.output) if o.output in outputs else 99)
        name = self._design.nodes[output].name
        phase = changed(self._phase, objectives=tuple(order))
        self._change(phase, f"Change the objective at {name}", "objectives", False)

    def _set_field(self, name: str, value: object, stepping: bool) -> str:
        try:
            phase = self._phase.replace(**{name: value})
        except GradloomError as error:
            return str(error).partition(": ")[2] or str(error)
        self._change(phase, f"Set {name.replace('_', ' ')} of {self._phase.name}", name, stepping)
        return ""


def _optimizer_editor(spec: FieldSpec) -> ComponentEditor:
    editor = ComponentEditor(spec)
    editor.chooser.setItemText(0, "as in training")
    return editor


def trained_text(design: Design, phase: Phase) -> str:
    """Return the names of what a phase trains, as many as fit."""
    names: Sequence[str] = [design.nodes[i].name for i in phase.trains if i in design.nodes]
    if not names:
        return "Nothing yet: select layers on the canvas, then press “Train the selection”."
    shown = ", ".join(names[:NAMES_SHOWN])
    return f"{shown} and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else shown
