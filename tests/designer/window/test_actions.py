"""Every command has a tip with its keys, keys of its own, and a place in a menu."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenuBar
from pytestqt.qtbot import QtBot

from designer.actions import Actions
from designer.common.icons import icon_names
from designer.window.action_table import ACTIONS, MENUS, PLOTS
from designer.window.command_palette import command_score
from designer.window.menus import Menus
from designer.window.shortcut_sheet import rows

PROMISED = [
    *(
        "Ctrl+A",
        "Ctrl+X",
        "Ctrl+C",
        "Ctrl+V",
        "Ctrl+D",
        "Ctrl+Z",
        "Ctrl+Y",
        "Ctrl+Shift+Z",
        "F",
        "Home",
        "F2",
    ),
    *("Ctrl+B", "Ctrl+L", "L", "C", "F5", "F10", "Shift+F5", "Ctrl+Shift+P", "Ctrl+/", "F1", "Tab", "Del"),
    *("Backspace", "Ctrl+S", "Ctrl+O", "Ctrl+N"),
]


@pytest.fixture
def actions(qtbot: QtBot) -> Actions:
    return Actions(ACTIONS)


@pytest.mark.parametrize("name", [spec.name for spec in ACTIONS])
def test_a_tip_says_what_a_command_does_and_its_keys(actions: Actions, name: str) -> None:
    action, spec = actions[name], actions.specs[name]
    assert len(spec.tip) > 8
    assert action.toolTip().startswith(spec.tip)
    if spec.keys:
        assert action.shortcut().toString(QKeySequence.SequenceFormat.NativeText) in action.toolTip()


def test_no_two_commands_have_the_same_keys(actions: Actions) -> None:
    seen: dict[str, str] = {}
    for name, spec in actions.specs.items():
        for key in spec.keys:
            normal = QKeySequence(key).toString()
            assert normal, f"{name}: {key} is no key"
            assert normal not in seen, f"{name} and {seen.get(normal)} share {key}"
            seen[normal] = name


def test_the_keys_that_people_know_are_there(actions: Actions) -> None:
    there = {QKeySequence(key).toString() for spec in actions.specs.values() for key in spec.keys}
    assert [key for key in PROMISED if QKeySequence(key).toString() not in there] == []


def test_names_are_unique_and_icons_exist(actions: Actions) -> None:
    assert len(actions.specs) == len(ACTIONS)
    assert {spec.icon for spec in ACTIONS if spec.icon} <= set(icon_names())


def test_every_command_is_in_a_menu(actions: Actions, qtbot: QtBot) -> None:
    bar = QMenuBar()
    qtbot.addWidget(bar)
    menus = Menus(bar, actions)
    assert [action.text() for action in bar.actions()] == list(MENUS)
    shown = {action.objectName() for menu in menus.menus.values() for action in menu.actions()}
    assert set(actions.specs) <= shown


def test_the_sheet_lists_every_command_that_has_keys(actions: Actions) -> None:
    listed = {meaning.partition(" (")[0] for _, _, meaning in rows(actions)}
    assert {spec.text.rstrip("…") for spec in ACTIONS if spec.keys} <= listed


def test_a_command_runs_what_is_bound_and_a_checkable_one_is_told_its_state(
    actions: Actions, qtbot: QtBot
) -> None:
    said: list[object] = []
    actions.bind({"train": lambda: said.append("train"), "full_screen": said.append})
    actions["train"].trigger()
    actions["full_screen"].trigger()
    assert said == ["train", True]
    with qtbot.waitSignal(actions.unbound):
        actions["save"].trigger()
    with pytest.raises(KeyError):
        actions.bind({"nothing": print})
    actions.release()
    assert actions.bound() == frozenset()


def test_there_is_a_command_for_each_training_view(actions: Actions) -> None:
    assert all(f"plot_{name}" in actions.specs for name, _, _ in PLOTS)


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("fit", "View: Fit All"),
        ("tr", "Train: Train"),
        ("rst", "Train: Reset"),
        ("expo", "File: Export Weights"),
    ],
)
def test_a_few_letters_find_a_command(query: str, best: str) -> None:
    found = {
        f"{spec.menu}: {spec.text.rstrip(chr(8230))}": points
        for spec in ACTIONS
        if (points := command_score(query, spec.menu, spec.text.rstrip("…")))
    }
    assert max(found, key=found.__getitem__) == best


def test_every_command_has_a_tip_and_keys(actions: Actions) -> None:
    for spec in ACTIONS:
        assert spec.tip, spec.name
        assert spec.keys, spec.name
        assert actions[spec.name].toolTip().endswith(")"), spec.name


def test_letters_out_of_order_find_nothing() -> None:
    assert command_score("zx", "File", "Export") == 0.0
    assert command_score("", "File", "anything") > 0
