"""What a node has beside its layer's settings: frozen, bypassed, whose weights it uses, and a remark."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.common.forms.choice_editors import ChoiceEditor
from designer.common.forms.declared_form import Commit
from designer.common.forms.field_row import FieldRow
from engine.core.fields import FieldSpec
from engine.design.elements import Node

FROZEN = FieldSpec(
    name="frozen",
    kind="bool",
    default=False,
    description="Training never moves the weights and statistics (Ctrl+L).",
)
BYPASSED = FieldSpec(
    name="bypassed",
    kind="bool",
    default=False,
    description="The layer hands its first input on unchanged (Ctrl+B).",
)
SHARES = FieldSpec(
    name="shares",
    kind="choice",
    default=None,
    optional=True,
    description="Use another layer's weights instead of its own: both move together.",
)
NOTE = FieldSpec(
    name="note", kind="text", default="", description="A remark of your own; it changes nothing."
)


class FlagsForm(QWidget):
    """Rows for a node's own flags; edits go out through `commit`."""

    def __init__(self, commit: Commit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commit = commit
        self._candidates: tuple[tuple[str, str], ...] = ()
        self.rows = {spec.name: FieldRow(spec) for spec in (FROZEN, BYPASSED, SHARES, NOTE)}
        self.rows["shares"].label.setText("weights of")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for name, row in self.rows.items():
            row.edited.connect(lambda value, stepping, name=name: self._on_edited(name, value, stepping))
            column.addWidget(row)

    def show_node(self, node: Node, candidates: Sequence[Node], has_parameters: bool) -> None:
        """Show one node; `candidates` are those whose weights it could use."""
        self._show_flags(has_parameters or node.frozen, bool(node.layer.INPUTS and node.layer.OUTPUTS))
        for name in ("frozen", "bypassed", "note"):
            self.rows[name].editor.show_value(getattr(node, name))
        offered = tuple((other.id, other.name) for other in candidates)
        editor = self.rows["shares"].editor
        assert isinstance(editor, ChoiceEditor)
        if offered != self._candidates:
            self._candidates = offered
            editor.chooser.offer(["none", *(name for _, name in offered)])
        names = dict(offered)
        editor.show_value(names.get(node.shares, node.shares) or None)
        self.rows["shares"].setVisible(bool(offered) or bool(node.shares))
        self.rows["note"].show()

    def show_nodes(self, nodes: Sequence[Node], has_parameters: bool) -> None:
        """Show what several nodes have in common."""
        self._show_flags(has_parameters, all(node.layer.INPUTS and node.layer.OUTPUTS for node in nodes))
        for name in ("frozen", "bypassed"):
            values = {getattr(node, name) for node in nodes}
            if len(values) == 1:
                self.rows[name].editor.show_value(values.pop())
            else:
                self.rows[name].editor.show_mixed()
        self.rows["shares"].hide()
        self.rows["note"].hide()

    def _show_flags(self, frozen: bool, bypassed: bool) -> None:
        self.rows["frozen"].setVisible(frozen)
        self.rows["bypassed"].setVisible(bypassed)

    def _on_edited(self, name: str, value: object, stepping: bool) -> None:
        if name == "shares":
            ids = {shown: node_id for node_id, shown in self._candidates}
            value = ids.get(str(value), "") if value is not None else ""
        self.rows[name].show_message(self._commit(name, value, stepping))
