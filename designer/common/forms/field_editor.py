"""What an editor of one declared field is, and which editor belongs to which kind of field."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.core.fields import FieldSpec


class FieldEditor(QWidget):
    """Edits one value. It shows what it is told and reports what a person wants; it decides nothing.

    Signals:
        edited(value, stepping): a person wants `value`; `stepping` where further steps are likely to follow.
        refused(message): what was typed is no value of this kind; "" takes the message back.
    """

    edited = Signal(object, bool)
    refused = Signal(str)

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._row = row

    def adopt(self, widget: QWidget, stretch: int = 0) -> None:
        """Put a control into the editor; the first one takes the focus and the field's name."""
        if self._row.count() == 0:
            self.setFocusProxy(widget)
            widget.setAccessibleName(label_of(self.spec.name))
            widget.setAccessibleDescription(self.spec.description)
        self._row.addWidget(widget, stretch)

    def show_value(self, value: Any) -> None:
        """Show `value`."""
        raise NotImplementedError

    def show_mixed(self) -> None:
        """Show that several layers are selected and differ here."""
        raise NotImplementedError

    def below(self) -> QWidget | None:
        """The part of the editor that takes the form's whole width, under the row (None where there is none)."""
        return None


MIXED = "several values"


def label_of(name: str) -> str:
    """Return a field's name as a label: kernel_size gives kernel size."""
    return name.replace("_", " ")


def requirement(spec: FieldSpec) -> str:
    """Return what a field expects, in words: a whole number from 1 to 100."""
    noun = {"int": "a whole number", "float": "a number", "text": "a text"}.get(spec.kind, "a value")
    if spec.kind == "numbers":
        each = {"int": "whole numbers", "float": "numbers", "text": "names"}[spec.item]
        noun = f"{spec.length} {each}" if spec.length is not None else f"{each}, separated by commas"
    low, high = spec.minimum, spec.maximum
    parts = []
    if low is not None:
        parts.append(f"above {_bound(low)}" if spec.exclusive_minimum else f"at least {_bound(low)}")
    if high is not None:
        parts.append(f"below {_bound(high)}" if spec.exclusive_maximum else f"at most {_bound(high)}")
    if low is not None and high is not None and not (spec.exclusive_minimum or spec.exclusive_maximum):
        parts = [f"from {_bound(low)} to {_bound(high)}"]
    text = f"{noun}{',' if len(parts) == 1 and 'least' in parts[0] else ''} {' and '.join(parts)}".rstrip(
        " ,"
    )
    return text + (", or nothing" if spec.optional else "")


def refusal(spec: FieldSpec, received: str) -> str:
    """Return the message for a text that is no value of this field."""
    shown = received.strip() or "nothing"
    return f"Expected {requirement(spec)}. Received: {shown[:40]}."


def _bound(value: float) -> str:
    return f"{int(value):,}" if float(value).is_integer() and abs(value) < 1e15 else format(value, "g")
