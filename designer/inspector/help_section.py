"""What a layer computes, from its docstring: summary, formula, shapes, gradients, source."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.common.forms.labels import ToneLabel
from designer.inspector.docstrings import formula_of, help_text
from engine.design.elements import UnknownLayer
from engine.layers.base import Layer

HIDDEN_FACTS = ("Formula", "Formulas")
"""The formula stands above, with the layer's own activation in it."""


class HelpSection(QWidget):
    """The help page of one layer, rendered small."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._shown: Layer | None = None
        self.formula = ToneLabel("", scale=1.08, wrap=True, selectable=True)

    def show_layer(self, layer: Layer) -> None:
        """Show the page of this layer."""
        if layer == self._shown:
            return
        if self._shown is None or type(self._shown) is not type(layer):
            self._rebuild(layer)
        self.formula.setText(formula_of(layer))
        self.formula.setVisible(bool(self.formula.text()))
        self._shown = layer

    def _rebuild(self, layer: Layer) -> None:
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget is not self.formula:
                widget.hide()
                widget.deleteLater()
        if isinstance(layer, UnknownLayer):
            text = f"The layer type {layer.type} is not known here. Its settings are kept and saved as they came."
            self._column.addWidget(ToneLabel(text, role="text_muted", wrap=True))
            return
        page = help_text(type(layer))
        self._column.addWidget(self.formula)
        self._column.addWidget(ToneLabel(page.summary, wrap=True, selectable=True))
        facts = [(label, text) for label, text in page.facts if label not in HIDDEN_FACTS]
        first = [fact for fact in facts if not fact[0].startswith(("Error", "Source"))]
        for label, text in first:
            self._add_fact(label, text)
        for paragraph in page.prose:
            self._column.addWidget(ToneLabel(paragraph, role="text_muted", wrap=True, selectable=True))
        for label, text in facts:
            if (label, text) not in first:
                self._add_fact(label, text)

    def _add_fact(self, label: str, text: str) -> None:
        fact = ToneLabel(
            f"{label}: {text.replace('->', '→')}", role="text_muted", scale=0.95, wrap=True, selectable=True
        )
        self._column.addWidget(fact)
