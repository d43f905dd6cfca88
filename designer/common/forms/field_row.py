"""One row of a form: label, editor, and the message of what is wrong with the value."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from designer.common.forms.choice_editors import BoolEditor, ChoiceEditor
from designer.common.forms.component_editor import ComponentEditor
from designer.common.forms.field_editor import FieldEditor, label_of, requirement
from designer.common.forms.labels import ToneLabel
from designer.common.forms.number_editors import FloatEditor, IntegerEditor, NumbersEditor
from designer.common.forms.text_editors import JsonEditor, TextEditor
from engine.core.fields import FieldSpec

EDITORS: dict[str, type[FieldEditor]] = {
    "int": IntegerEditor,
    "float": FloatEditor,
    "bool": BoolEditor,
    "choice": ChoiceEditor,
    "text": TextEditor,
    "numbers": NumbersEditor,
    "component": ComponentEditor,
    "struct": JsonEditor,
    "any": JsonEditor,
}
"""The editor of each kind of field."""

LABEL_SHARE, EDITOR_SHARE = 44, 56


class FieldRow(QWidget):
    """Label, editor and message of one field.

    Signals: edited(value, stepping): as the editor's; also sent when the default is asked for.
    """

    edited = Signal(object, bool)

    def __init__(
        self, spec: FieldSpec, editor: FieldEditor | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.spec = spec
        self.editor = editor or EDITORS[spec.kind](spec)
        unit = f", {spec.unit}" if spec.unit and spec.unit not in spec.name else ""
        label = label_of(spec.name) + unit
        self.label = ToneLabel(label, role="text_muted", wrap=True)
        self.label.setBuddy(self.editor)
        self.message = ToneLabel("", role="failing_text", scale=0.92, wrap=True)
        self.message.hide()
        self.setToolTip(self._tip())
        # Ignored widths make the shares exact, so that all editors of a form begin at one line.
        for part in (self.label, self.editor):
            part.setSizePolicy(QSizePolicy.Policy.Ignored, part.sizePolicy().verticalPolicy())
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.label, LABEL_SHARE)
        line.addWidget(self.editor, EDITOR_SHARE)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self.message)
        if (below := self.editor.below()) is not None:
            column.addWidget(below)
        self.editor.edited.connect(self.edited)
        self.editor.refused.connect(self.show_message)

    def show_message(self, text: str) -> None:
        """Show what is wrong with the value, at the field; "" takes it back."""
        self.message.setText(f"▲ {text}" if text else "")
        self.message.setVisible(bool(text))
        target = self.editor.focusProxy() or self.editor
        if bool(target.property("invalid")) != bool(text):
            target.setProperty("invalid", bool(text))
            target.style().unpolish(target)
            target.style().polish(target)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.spec.default is None and not self.spec.optional:
            return
        menu = QMenu(self)
        action = menu.addAction(f"Reset to {_shown(self.spec.default)}")
        action.triggered.connect(lambda: self.edited.emit(self.spec.default, False))
        menu.exec(event.globalPos())
        menu.deleteLater()

    def _tip(self) -> str:
        spec = self.spec
        parts = [spec.description]
        if spec.kind in ("int", "float", "numbers"):
            text = requirement(spec)
            parts.append(text[0].upper() + text[1:] + ".")
        if spec.default is not None:
            parts.append(f"Default: {_shown(spec.default)}.")
        return "\n".join(part for part in parts if part)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, dict):
        return str(value.get("name", value))
    return "none" if value is None or value == "" else str(value)
