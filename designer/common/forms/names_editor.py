"""The editor of a list of names from a known set: a button with a menu of check marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from designer.common.forms.field_editor import MIXED, FieldEditor
from engine.core.fields import FieldSpec


class NamesEditor(FieldEditor):
    """Any number of the names offered, in their order."""

    def __init__(
        self,
        spec: FieldSpec,
        names: Sequence[str],
        *,
        empty: str = "automatic",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(spec, parent)
        self._empty = empty
        self._value: tuple[str, ...] = ()
        self.button = QPushButton()
        self.button.setMinimumWidth(40)
        self.menu = QMenu(self.button)
        self.button.setMenu(self.menu)
        self.adopt(self.button, 1)
        self.offer(names)

    def offer(self, names: Sequence[str]) -> None:
        """Offer these names."""
        self.menu.clear()
        for name in names:
            action = self.menu.addAction(name)
            action.setCheckable(True)
            action.triggered.connect(self._on_triggered)
        self.show_value(self._value)

    def show_value(self, value: Any) -> None:
        self._value = tuple(value or ())
        for action in self.menu.actions():
            action.setChecked(action.text() in self._value)
        text = ", ".join(self._value) or self._empty
        self.button.setText(text if len(text) <= 18 else f"{len(self._value)} chosen")
        self.button.setToolTip(text)

    def show_mixed(self) -> None:
        self.button.setText(MIXED)

    def _on_triggered(self) -> None:
        names = tuple(action.text() for action in self.menu.actions() if action.isChecked())
        if names != self._value:
            self.edited.emit(names, False)
