"""The inspector's page for several nodes: what they have in common, edited in all of them at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from designer.common.forms.bursts import Bursts
from designer.common.forms.declared_form import DeclaredForm
from designer.common.forms.labels import RuleLine, ToneLabel
from designer.common.forms.scrolling import ColumnScroll
from designer.common.text import count_noun, format_count
from designer.document.document import Document
from designer.inspector.node_edits import common_specs, edit_label, field_edits, flag_edits
from designer.inspector.node_flags import FlagsForm
from engine.core.errors import SettingError
from engine.core.fields import FieldSpec


class MultiPage(ColumnScroll):
    """Shows the fields that all selected nodes share; an edit changes each of them, as one undo step."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._bursts = Bursts()
        self._ids: tuple[str, ...] = ()
        self._specs: tuple[FieldSpec, ...] = ()
        self.title = ToneLabel("", scale=1.15, bold=True)
        self.kinds = ToneLabel("", role="text_muted", wrap=True)
        self.hint = ToneLabel("", role="text_muted", wrap=True)
        self.form: DeclaredForm | None = None
        self.flags = FlagsForm(self._set_flag)
        for widget in (self.title, self.kinds, RuleLine(), self.hint, self.flags):
            self.add(widget)
        self.add_stretch()

    def show_nodes(self, node_ids: Sequence[str]) -> None:
        """Show what these nodes have in common."""
        self._ids = tuple(node_ids)
        nodes = [self._document.design.nodes[node_id] for node_id in self._ids]
        inference = self._document.inference
        counts = Counter(node.type for node in nodes)
        parameters = sum(inference.parameter_count(node_id) for node_id in self._ids)
        self.title.setText(count_noun(len(nodes), "layer"))
        kinds = ", ".join(f"{count} × {kind}" if count > 1 else kind for kind, count in counts.most_common())
        self.kinds.setText(
            f"{kinds}\n{format_count(parameters)} parameters together" if parameters else kinds
        )
        specs = common_specs(nodes)
        if self.form is None or specs != self._specs:
            self._rebuild(specs)
        values, mixed = {}, set()
        for spec in specs:
            found = [getattr(node.layer, spec.name) for node in nodes]
            values[spec.name] = found[0]
            if any(value != found[0] for value in found[1:]):
                mixed.add(spec.name)
        if self.form is not None:
            self.form.show_values(values, mixed)
        self.hint.setText("" if specs else "These layers have no setting in common.")
        self.hint.setVisible(not specs)
        self.flags.show_nodes(nodes, parameters > 0)

    def _rebuild(self, specs: tuple[FieldSpec, ...]) -> None:
        if self.form is not None:
            self.column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self._specs, self.form = specs, None
        if specs:
            declared = type(self._document.design.nodes[self._ids[0]].layer)
            self.form = DeclaredForm(declared, self._set_field, specs=specs)
            self.column.insertWidget(4, self.form)

    def _set_field(self, name: str, value: object, stepping: bool) -> str:
        design = self._document.design
        try:
            edits = field_edits(design, self._ids, name, value)
        except SettingError as error:
            return str(error)
        nodes = [design.nodes[node_id] for node_id in self._ids]
        key = self._bursts.key(f"{','.join(self._ids)}.{name}", stepping)
        self._document.push(edit_label(name, nodes), edits, merge=key)
        return ""

    def _set_flag(self, name: str, value: object, stepping: bool) -> str:
        design = self._document.design
        nodes = [design.nodes[node_id] for node_id in self._ids]
        self._document.push(edit_label(name, nodes), flag_edits(design, self._ids, **{name: value}))
        return ""
