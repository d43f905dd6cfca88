"""The guide lists every page, and shows it."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from designer.inspector.guide_view import PAGES, GuideView, all_pages, page_title


def test_every_page_is_listed() -> None:
    assert set(all_pages()) == set(PAGES)


def test_no_title_is_cut(qtbot: QtBot) -> None:
    view = GuideView()
    qtbot.addWidget(view)
    view.show()
    metrics, room = view.list.fontMetrics(), view.list.viewport().width()
    assert all(metrics.horizontalAdvance(page_title(name)) + 8 < room for name in PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_shown(qtbot: QtBot, name: str) -> None:
    view = GuideView()
    qtbot.addWidget(view)
    view.show_page(name)
    assert view.list.currentItem().text() == page_title(name)
    assert view.browser.toPlainText().startswith(page_title(name))
    assert "**" not in view.browser.toPlainText()
