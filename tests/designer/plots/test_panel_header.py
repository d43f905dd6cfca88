"""The line above a plot in little room."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from designer.common.theme import theme
from designer.plots.panel_header import OptionButton, PanelHeader, SegmentedControl


def test_words_stand_closer_before_any_is_cut(qtbot: QtBot) -> None:
    header = PanelHeader("Loss", theme())
    qtbot.addWidget(header)
    tabs = SegmentedControl(
        [(word, word, "") for word in ("Loss", "Accuracy", "Quality")], theme(), heading=True
    )
    header.set_tabs(tabs, shown=True)
    for word in ("smooth 0.6", "log", "epochs"):
        header.add(OptionButton(word, "", theme()))
    header.show()
    roomy = header.sizeHint().width()
    header.resize(roomy - 40, header.height())
    header.layout().activate()
    assert header.width() == roomy - 40
    for button in header.findChildren(OptionButton):
        assert button.width() >= button.fontMetrics().horizontalAdvance(button.text()), button.text()
