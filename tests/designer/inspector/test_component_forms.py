"""The forms of optimizers, schedules, losses and of the training settings: every field can be edited."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from designer.common.forms.declared_form import DeclaredForm
from designer.document.document import Document
from designer.inspector.training_panel import TrainingPanel
from engine.core.errors import SettingError
from engine.core.fields import Component, describe
from engine.core.registry import family
from engine.design.design import Design
from engine.design.settings import TrainingSettings
from tests.designer.inspector.test_forms import another_value, edit_through, name_of

KINDS = ("optimizer", "schedule", "loss", "initializer", "regularizer", "activation")
COMPONENTS = [cls for kind in KINDS for cls in family(kind).classes.values()]


class Owner:
    """Holds a component and lets a form edit it."""

    def __init__(self, qtbot: QtBot, component: Component) -> None:
        self.component = component
        self.form = DeclaredForm(type(component), self.set_field)
        qtbot.addWidget(self.form)
        self.form.show_values(component.to_data())

    def set_field(self, name: str, value: object, stepping: bool) -> str:
        """Take in an edit, or say what is wrong with it."""
        try:
            self.component = self.component.replace(**{name: value})
        except SettingError as error:
            return str(error)
        self.form.show_values(self.component.to_data())
        return ""


@pytest.mark.parametrize("cls", COMPONENTS, ids=lambda cls: f"{cls.__module__.split('.')[1]}-{cls.NAME}")
def test_every_field_of_a_component_can_be_edited(qtbot: QtBot, cls: type[Component]) -> None:
    owner = Owner(qtbot, cls())
    assert set(owner.form.rows) == {spec.name for spec in describe(cls)}
    for spec in describe(cls):
        before = owner.component
        value: Any = another_value(spec, getattr(before, spec.name))
        if value is None or owner.form.rows[spec.name].isHidden():
            continue
        edit_through(owner.form, spec.name, value)
        if owner.component == before:
            assert owner.form.rows[spec.name].message.text(), spec.name
            owner.form.show_values(before.to_data())
        else:
            assert name_of(getattr(owner.component, spec.name)) == value


def test_class_weights_and_the_average_are_set_in_the_training_form(qtbot: QtBot) -> None:
    document = Document()
    document.set_design(Design("training"))
    panel = TrainingPanel(document)
    qtbot.addWidget(panel)
    rows = panel.form.rows
    for name in ("class_weight_values", "ema_momentum", "ema_overwrite_frequency"):
        assert rows[name].isHidden(), name

    def settings() -> TrainingSettings:
        panel._show()
        return document.design.training

    edit_through(panel.form, "class_weight", "custom")
    assert settings().class_weight == "custom"
    assert not rows["class_weight_values"].isHidden()
    edit_through(panel.form, "class_weight_values", (1.0, 2.5))
    assert settings().class_weight_values == (1.0, 2.5)
    edit_through(panel.form, "use_ema", True)
    assert settings().use_ema
    edit_through(panel.form, "ema_momentum", 0.5)
    edit_through(panel.form, "ema_overwrite_frequency", 7)
    assert (settings().ema_momentum, settings().ema_overwrite_frequency) == (0.5, 7)
    for _ in range(5):
        document.undo_stack.undo()
    assert document.design.training == TrainingSettings()
