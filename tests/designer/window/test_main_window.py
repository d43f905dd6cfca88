"""The frame of the window, before anything is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, QSettings, QSize, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from designer.main_window import LEFT_WIDTH, RIGHT_WIDTH, MainWindow
from designer.window.action_table import PLOTS
from designer.window.plot_docks import FIRST


class HungryPanel(QWidget):
    """Would like to be far larger than any window."""

    def __init__(self) -> None:
        super().__init__()
        self.header = QLabel("Hungry", self)

    def sizeHint(self) -> QSize:
        return QSize(4000, 4000)


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def window(settings: QSettings, qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow(settings)
    qtbot.addWidget(made)
    show(made, 1440, 900, qtbot)
    yield made
    made.close()


def show(window: MainWindow, width: int, height: int, qtbot: QtBot) -> None:
    window.resize(width, height)
    window.show()
    qtbot.waitUntil(lambda: window.strip.width() > 100)
    window.apply_sizes()
    window.plots.settle()


def test_the_parts_stand_where_the_design_has_them(window: MainWindow) -> None:
    left, right = window.docks["palette"].geometry(), window.docks["inspector"].geometry()
    canvas = window.canvas_place
    middle = canvas.mapTo(window, canvas.rect().center())
    plots = [window.plots.docks[name].geometry() for name in FIRST[:3]]
    assert left.width() == LEFT_WIDTH
    assert right.width() == RIGHT_WIDTH
    assert left.bottom() == pytest.approx(plots[0].bottom(), abs=2), "the sides go down to the status line"
    assert left.right() < middle.x() < right.left()
    assert all(middle.y() < rect.top() for rect in plots)
    assert canvas.height() > 300
    assert not window.docks["outline"].isVisible()


def test_the_views_stand_side_by_side_as_far_as_there_is_room(window: MainWindow, qtbot: QtBot) -> None:
    assert window.plots.shown() == set(FIRST[:3])
    tops = {window.plots.docks[name].geometry().top() for name in window.plots.shown()}
    assert len(tops) == 1
    show(window, 1920, 1080, qtbot)
    assert window.plots.shown() == set(FIRST)
    show(window, 1280, 800, qtbot)
    assert window.plots.shown() == set(FIRST[:2])
    show(window, 900, 700, qtbot)
    assert window.plots.shown() == {"loss"}


def test_tabs_show_hide_and_replace_views(window: MainWindow) -> None:
    plots = window.plots
    plots.toggle("weights")
    assert plots.shown() == {"loss", "gradients", "activations"}, "the next one wanted takes the room"
    plots.toggle("predictions")
    assert "predictions" in plots.shown()
    assert len(plots.shown()) == 3
    assert {name for name, tab in window.strip.tabs.items() if tab.on} == plots.shown()
    plots.show_alone("loss")
    assert plots.shown() == {"loss"}
    plots.show_alone("loss")
    assert len(plots.shown()) == 3
    window.commands["plot_runs"].isChecked()
    plots.reset()
    assert plots.shown() == set(FIRST[:3])


def test_a_view_can_be_torn_off_and_put_back(window: MainWindow) -> None:
    window.plots.set_floating(True)
    assert all(window.plots.docks[name].isFloating() for name in FIRST[:3])
    window.plots.set_floating(False)
    assert not any(dock.isFloating() for dock in window.plots.docks.values())


def test_no_panel_can_swallow_the_window(window: MainWindow, qtbot: QtBot) -> None:
    show(window, 1280, 800, qtbot)
    before = window.canvas_place.size()
    window.plots.set_factories({name: HungryPanel for name, _, _ in PLOTS})
    for dock in window.docks.values():
        dock.set_panel(HungryPanel())
    qtbot.waitUntil(lambda: window.plots.panel("loss") is not None)
    show(window, 1280, 800, qtbot)
    assert window.size() == QSize(1280, 800)
    assert window.canvas_place.height() >= before.height() - 40
    assert window.docks["inspector"].width() == RIGHT_WIDTH


def test_views_that_nothing_makes_have_no_tab(window: MainWindow) -> None:
    window.plots.set_factories({"loss": HungryPanel})
    assert [name for name, tab in window.strip.tabs.items() if not tab.isHidden()] == ["loss"]


def test_docks_and_views_come_back_at_the_next_start(
    window: MainWindow, settings: QSettings, qtbot: QtBot
) -> None:
    window.docks["palette"].hide()
    window.plots.show_these(["runs", "loss"])
    window.save_state()
    again = MainWindow(settings)
    qtbot.addWidget(again)
    again.show()
    assert not again.docks["palette"].isVisible()
    assert again.plots.wanted == ["runs", "loss"]
    again.close()


def test_a_damaged_state_is_passed_over(settings: QSettings, qtbot: QtBot) -> None:
    for key in ("geometry", "state", "plots"):
        settings.setValue(f"window/{key}", "rubbish")
    window = MainWindow(settings)
    qtbot.addWidget(window)
    assert window.plots.wanted


def test_the_document_is_named_in_the_bar_and_in_the_title(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "digits.gradloom"
    window.show_document("digits", path, modified=True, read_only="")
    assert window.windowTitle() == "digits[*] — Gradloom"
    assert window.isWindowModified()
    assert window.top_bar.document.state == "edited"
    window.show_document("digits", path, modified=False, read_only="It is open elsewhere.")
    assert window.top_bar.document.state == "read-only"
    assert "elsewhere" in window.top_bar.document.toolTip()


@pytest.mark.parametrize(("name", "taken"), [("a.gradloom", True), ("a.json", True), ("a.png", False)])
def test_a_design_file_dropped_on_the_window_is_opened(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, name: str, taken: bool
) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
    event = QDropEvent(
        QPointF(100, 100),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    dropped: list[str] = []
    window.file_dropped.connect(dropped.append)
    window.dropEvent(event)
    assert dropped == ([str(tmp_path / name)] if taken else [])


def test_the_window_stays_where_closing_is_refused(window: MainWindow) -> None:
    window.can_close = lambda: False
    assert not window.close()
    window.can_close = lambda: True


def test_messages_stay_over_the_canvas(window: MainWindow) -> None:
    pressed: list[str] = []
    long = "A sentence that says what was wrong, where, what was received, and what to do about it now. " * 3
    window.messages.show_message(long, "error", button="Show", action=lambda: pressed.append("shown"))
    assert window.messages.text == long
    assert window.canvas_place.rect().contains(window.messages.geometry())
    window.messages.findChildren(QWidget)
    window.messages._button.click()
    assert pressed == ["shown"]
    assert window.messages.text == ""


def test_nothing_in_the_bars_is_cut_at_1280(window: MainWindow, qtbot: QtBot) -> None:
    show(window, 1280, 800, qtbot)
    bar = window.top_bar
    bar.show_progress("Epoch 7 of 20", "step 157 of 469 · 1,380 samples/s", 0.37, "0:41 left")
    window.show_document("digits-cnn", None, modified=True, read_only="")
    bar.layout().activate()
    for label in (bar.headline, bar.detail, bar.time_left):
        assert label.width() >= label.sizeHint().width(), label.text()
    assert bar.document.width() >= bar.document.sizeHint().width()
    for button in (bar.train, bar.pause, bar.step, bar.reset):
        assert button.width() >= button.fontMetrics().horizontalAdvance(button.text()) + 8


def test_the_buttons_grow_with_the_bar(window: MainWindow, qtbot: QtBot) -> None:
    bar = window.top_bar
    bar.setStyleSheet('QPushButton { padding: 4px 14px; } QPushButton[compact="true"] { padding: 4px 8px; }')
    buttons = (bar.train, bar.pause, bar.step, bar.reset)
    show(window, 1920, 1080, qtbot)
    wide = [button.sizeHint().width() for button in buttons]
    show(window, 1280, 800, qtbot)
    assert all(button.sizeHint().width() < width for button, width in zip(buttons, wide, strict=True))
    show(window, 1920, 1080, qtbot)
    assert [button.sizeHint().width() for button in buttons] == wide
