"""Tab goes through what is seen, in the order in which it is read."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from designer.window.focus_ring import next_stop, tab_stops


def region(parent: QWidget, *names: str) -> QWidget:
    made = QWidget(parent)
    column = QVBoxLayout(made)
    for name in reversed(names):  # made last to first: Qt's own order would be the wrong one
        field = QLineEdit(made)
        field.setObjectName(name)
        column.insertWidget(0, field)
    return made


def test_the_order_is_that_of_reading_and_leaves_hidden_regions_out(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    left, middle, right = (region(window, *names) for names in (("a", "b", "c"), ("x",), ("d", "e")))
    for part in (left, middle, right):
        row.addWidget(part)
    middle.hide()
    window.resize(600, 300)
    window.show()
    assert [stop.objectName() for stop in tab_stops(left)] == ["a", "b", "c"]
    regions, passed = [left, middle, right], []
    focused: QWidget | None = None
    for _ in range(6):
        focused = next_stop(regions, focused, forward=True)
        assert focused is not None
        passed.append(focused.objectName())
    assert passed == ["a", "b", "c", "d", "e", "a"]
    back = next_stop(regions, tab_stops(left)[0], forward=False)
    assert back is tab_stops(right)[-1]


def test_a_disabled_field_is_passed_over(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    only = region(window, "a", "b", "c")
    row.addWidget(only)
    window.show()
    tab_stops(only)[1].setEnabled(False)
    assert [stop.objectName() for stop in tab_stops(only)] == ["a", "c"]
