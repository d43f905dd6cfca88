"""The head of the inspector: the layer's stripe, its name (which can be edited), type, shapes and parameters."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from designer.common.forms.labels import RuleLine, ToneLabel
from designer.common.forms.line_field import LineField
from designer.common.text import GAP, format_amount, format_count, scaled
from designer.common.theme import theme
from engine.core.shapes import Shape, size
from engine.design.design import Design
from engine.design.elements import Node
from engine.design.inference import Inference
from engine.layers.base import ParameterSpec

LONGEST_AXIS = 1_000_000
"""From this length on an axis is written in short, and in full in the tooltip."""


class NodeHeader(QWidget):
    """Name, type, shapes and parameter count of one node. Signals: rename_requested(text)."""

    rename_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stripe = StripeMark()
        self.name = LineField()
        self.name.setObjectName("node_name")
        self.name.setAccessibleName("layer name")
        self.name.setToolTip(
            "Name of the layer: unique in the design, and the name of its weights in files (F2)"
        )
        self.name.setFont(scaled(self.name.font(), 1.15, bold=True))
        self.name.setStyleSheet(
            "QLineEdit { background: transparent; border-color: transparent; padding: 2px 4px; }"
            "QLineEdit:hover, QLineEdit:focus { border-color: palette(mid); }"
        )
        self.kind = ToneLabel("", role="text_muted")
        self.message = ToneLabel("", role="failing_text", scale=0.92, wrap=True)
        self.shapes = ToneLabel("", wrap=True, selectable=True)
        self.parameters = ToneLabel("", role="text_muted", scale=0.94)
        self.parameters.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        for label in (self.shapes, self.parameters):
            label.use_tabular_figures()
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.stripe)
        top.addWidget(self.name, 1)
        top.addWidget(self.kind)
        bottom = QHBoxLayout()
        bottom.setSpacing(8)
        bottom.addWidget(self.shapes, 1)
        bottom.addWidget(self.parameters)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.message)
        column.addLayout(bottom)
        column.addSpacing(4)
        column.addWidget(RuleLine())
        self.message.hide()
        self.name.committed.connect(self.rename_requested)
        self.name.reverted.connect(lambda: self.show_message(""))

    def show_node(self, design: Design, node: Node, inference: Inference) -> None:
        """Show this node as the inference knows it."""
        self.stripe.set_family(node.layer.FAMILY)
        self.name.show_text(node.name)
        self.show_message("")
        self.kind.setText(design.type_of(node))
        self.shapes.setText(shapes_text(inference.inputs.get(node.id), inference.outputs.get(node.id), node))
        self.shapes.setToolTip(exact_tip(inference.inputs.get(node.id), inference.outputs.get(node.id)))
        specs = inference.parameters.get(node.id, ())
        self.parameters.setText(parameters_text(design, node, specs))
        self.parameters.setToolTip(parameters_tip(specs))

    def show_message(self, text: str) -> None:
        """Show what is wrong with the name."""
        self.message.setText(f"▲ {text}" if text else "")
        self.message.setVisible(bool(text))


class StripeMark(QWidget):
    """The slim stripe in the colour of the layer's family."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(3, 18)
        self._family = "shape"
        theme().changed.connect(self.update)

    def set_family(self, family: str) -> None:
        """Take the colour of another family."""
        self._family = family
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().family(self._family))
        painter.drawRoundedRect(self.rect(), 1.5, 1.5)


def shapes_text(inputs: tuple[Shape, ...] | None, outputs: tuple[Shape, ...] | None, node: Node) -> str:
    """Return what goes in and what comes out: (N, 3136) → (N, 128)."""
    entering = _joined(inputs) if node.layer.INPUTS else ""
    leaving = _joined(outputs) if node.layer.OUTPUTS else ""
    if entering and leaving:
        return f"{entering} → {leaving}"
    return entering or leaving


def _joined(shapes: tuple[Shape, ...] | None) -> str:
    if not shapes:
        return "?"
    # Spaces at which no line breaks: a shape stays whole, the arrow may begin a line.
    texts = [f"(N,{GAP}{f',{GAP}'.join(map(axis_text, shape))})" if shape else "(N,)" for shape in shapes]
    if len(set(texts)) == 1 and len(texts) > 1:
        return f"{len(texts)} × {texts[0]}"
    return " + ".join(texts)


def axis_text(length: int) -> str:
    """Return the length of an axis; what is too long for the column in short: 1 G."""
    return str(length) if length < LONGEST_AXIS else format_amount(length)


def exact_tip(*shapes: tuple[Shape, ...] | None) -> str:
    """Return the shapes digit by digit where some are written in short, else ""."""
    if not any(length >= LONGEST_AXIS for group in shapes for shape in group or () for length in shape):
        return ""
    texts = [
        " + ".join(f"(N, {', '.join(f'{n:,}' for n in shape)})" for shape in group or ()) for group in shapes
    ]
    return " → ".join(text for text in texts if text)


def parameters_text(design: Design, node: Node, specs: tuple[ParameterSpec, ...]) -> str:
    """Return the parameter count in words."""
    if node.shares:
        owner = design.nodes.get(node.shares)
        return f"weights of {owner.name if owner else node.shares}"
    count = sum(size(spec.shape) for spec in specs)
    text = f"{format_count(count)} parameter{'' if count == 1 else 's'}" if count else ""
    return f"{text}, frozen" if text and node.frozen else text


def parameters_tip(specs: tuple[ParameterSpec, ...]) -> str:
    """Return the parameters one by one."""
    lines = []
    for spec in specs:
        note = "" if spec.trainable else " (statistic)"
        shape = "(" + ", ".join(f"{n:,}" for n in spec.shape) + ")"
        lines.append(f"{spec.name} {shape}: {size(spec.shape):,}{note}")
    return "\n".join(lines)
