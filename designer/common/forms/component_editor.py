"""The editor of a component: its name from the family, and beneath it the component's own declared fields."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.common.forms.choice_editors import NONE, Chooser
from designer.common.forms.field_editor import MIXED, FieldEditor
from designer.common.theme import theme
from engine.core.errors import GradloomError, SettingError
from engine.core.fields import Component, FieldSpec, describe
from engine.core.registry import Family, family

if TYPE_CHECKING:
    from designer.common.forms.declared_form import DeclaredForm


class ComponentEditor(FieldEditor):
    """A member of a family: relu, adam, glorot_uniform. Values are those that files hold: a name, or a mapping."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.family: Family[Any] = family(spec.registry)
        self.chooser = Chooser(self)
        names = [NONE] if spec.optional else []
        names += [name for name, cls in self.family.classes.items() if not _hidden(cls)]
        self.chooser.offer(names, {name: first_line(self.family[name]) for name in names if name != NONE})
        self.chooser.activated.connect(self._on_activated)
        self.adopt(self.chooser, 1)
        self._value: Any = None
        self._component: Component | None = None
        self._below = _IndentedArea()
        self._form: DeclaredForm | None = None

    def below(self) -> QWidget:
        return self._below

    @property
    def form(self) -> DeclaredForm | None:
        """The form of the component's own fields, where it has some."""
        return self._form

    def show_value(self, value: Any) -> None:
        self._value = value
        self._component = None
        name = NONE if value is None else value if isinstance(value, str) else str(value.get("name", ""))
        self.chooser.show_name(name)
        if value is not None:
            try:
                self._component = self.family.get(value)
            except GradloomError as error:
                self.refused.emit(str(error))
        self.chooser.setToolTip(
            first_line(type(self._component)) if self._component else self.spec.description
        )
        self._show_own_fields()

    def show_mixed(self) -> None:
        self._value, self._component = MIXED, None
        self.chooser.show_name(None)
        self._show_own_fields()

    def _show_own_fields(self) -> None:
        from designer.common.forms.declared_form import DeclaredForm

        component = self._component
        if self._form is not None and (component is None or self._form.declared is not type(component)):
            self._below.clear()
            self._form = None
        if component is not None and self._form is None and describe(type(component)):
            self._form = DeclaredForm(type(component), self._edit_own_field)
            self._below.hold(self._form)
        if self._form is not None and component is not None:
            self._form.show_values({name: getattr(component, name) for name in component.__struct_fields__})
        self._below.setVisible(self._form is not None)

    def _edit_own_field(self, name: str, value: object, stepping: bool) -> str:
        if self._component is None:
            return ""
        try:
            changed = self._component.replace(**{name: value})
        except SettingError as error:
            return str(error)
        self.edited.emit(self.family.to_value(changed), stepping)
        return ""

    def _on_activated(self) -> None:
        text = self.chooser.name()
        value = None if self.spec.optional and text == NONE else text
        current = self._value.get("name") if isinstance(self._value, dict) else self._value
        if value != current:
            self.edited.emit(self._carried_over(value), False)

    def _carried_over(self, name: str | None) -> Any:
        """Keep what the old and the new component both declare and a person has set: a learning rate, a momentum."""
        if name is None or self._component is None:
            return name
        cls: type[Component] = self.family[name]
        default = type(self._component)()
        kept = {}
        for spec in describe(cls):
            before = getattr(self._component, spec.name, None)
            if before is not None and before != getattr(default, spec.name, None):
                kept[spec.name] = before
        try:
            return self.family.to_value(cls.validated(kept))
        except SettingError:
            return name


class _IndentedArea(QWidget):
    """Holds the form of a component's own fields, indented behind a thin line."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 2, 0, 2)
        self._column.setSpacing(0)
        self.hide()

    def hold(self, widget: QWidget) -> None:
        self._column.addWidget(widget)

    def clear(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(3, 2, 2, self.height() - 4, theme().color("border"))


def first_line(cls: type) -> str:
    """Return the first line of a class's docstring, without its full stop."""
    return (inspect.getdoc(cls) or "").partition("\n")[0].rstrip(".")


def _hidden(cls: type) -> bool:
    """A component that can't stand on its defaults can't be chosen by its bare name."""
    try:
        cls.validated({})  # type: ignore[attr-defined]  # every member of a family is Declared
    except SettingError:
        return True
    return False
