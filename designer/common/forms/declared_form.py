"""The form of a declared class: a row for each field, the less usual ones folded away under "More"."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.common.forms.field_editor import FieldEditor
from designer.common.forms.field_row import FieldRow
from designer.common.forms.fold import FoldHeader
from engine.core.errors import GradloomError
from engine.core.fields import Declared, FieldSpec, describe

Commit = Callable[[str, object, bool], str]
"""commit(field, value, stepping) carries an edit out, and returns what is wrong with it ("" where nothing is)."""
EditorMaker = Callable[[FieldSpec], FieldEditor]


class DeclaredForm(QWidget):
    """Edits the fields of `declared`, or those of `specs` where given.

    The form shows values and reports edits; its owner decides, and shows the values that came of it.
    Signals: unfolded_changed(bool): the less usual fields were opened or folded away.
    """

    unfolded_changed = Signal(bool)

    def __init__(
        self,
        declared: type[Declared],
        commit: Commit,
        *,
        specs: Collection[FieldSpec] | None = None,
        editors: Mapping[str, EditorMaker] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.declared = declared
        self._commit = commit
        self._values: dict[str, Any] = {}
        self.rows: dict[str, FieldRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._more = QWidget()
        more_column = QVBoxLayout(self._more)
        more_column.setContentsMargins(0, 0, 0, 0)
        more_column.setSpacing(6)
        for spec in describe(declared) if specs is None else specs:
            maker = (editors or {}).get(spec.name)
            row = FieldRow(spec, maker(spec) if maker else None)
            row.edited.connect(lambda value, stepping, name=spec.name: self._on_edited(name, value, stepping))
            self.rows[spec.name] = row
            (column if spec.basic else more_column).addWidget(row)
        self._folded_names = [name for name, row in self.rows.items() if not row.spec.basic]
        self.fold = FoldHeader("More")
        self.fold.setToolTip("Show the less usual settings")
        column.addWidget(self.fold)
        column.addWidget(self._more)
        self._more.hide()
        self.fold.setVisible(bool(self._folded_names))
        self.fold.toggled.connect(self._on_fold_toggled)

    @property
    def values(self) -> dict[str, Any]:
        """What the form shows."""
        return dict(self._values)

    def show_values(self, values: Mapping[str, Any], mixed: Collection[str] = ()) -> None:
        """Show these values; the fields named in `mixed` differ among what is edited."""
        self._values = dict(values)
        for name, row in self.rows.items():
            row.show_message("")
            if name in mixed:
                row.editor.show_mixed()
            elif name in values:
                row.editor.show_value(values[name])
        self._apply_conditions()

    def show_message(self, name: str, text: str) -> None:
        """Show a message at a field, opening the fold where it is hidden there."""
        if name in self.rows:
            self.rows[name].show_message(text)
            if text and name in self._folded_names:
                self.set_unfolded(True)

    def set_unfolded(self, unfolded: bool) -> None:
        """Open or fold away the less usual fields."""
        self.fold.setChecked(unfolded)

    def _on_edited(self, name: str, value: object, stepping: bool) -> None:
        try:
            message = self._commit(name, value, stepping)
        except GradloomError as error:
            message = str(error)
        if message:
            self.show_message(name, message)
        elif name in self._values and self._values[name] == value:
            self.rows[name].show_message("")

    def _on_fold_toggled(self, unfolded: bool) -> None:
        self._more.setVisible(unfolded)
        self.unfolded_changed.emit(unfolded)

    def _apply_conditions(self) -> None:
        for row in self.rows.values():
            if row.spec.when:
                row.setVisible(all(self._meets(other, wanted) for other, wanted in row.spec.when.items()))
        visible = [name for name in self._folded_names if not self.rows[name].isHidden()]
        self.fold.setVisible(bool(visible))

    def _meets(self, name: str, wanted: list[Any]) -> bool:
        value = self._values.get(name)
        return (value.get("name") if isinstance(value, dict) else value) in wanted
