"""The palette lists the registry, finds by words, and puts in by mouse and keyboard; the gallery offers templates."""

from __future__ import annotations

import inspect

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from designer.document.document import Document
from designer.palette.palette_model import MIME_LAYER, PaletteModel, layer_entries, matching
from designer.palette.palette_panel import PalettePanel
from designer.palette.template_gallery import TemplateGallery
from engine.data.source import sources
from engine.design import templates
from engine.layers.base import layers


@pytest.fixture
def panel(qtbot: QtBot) -> PalettePanel:
    made = PalettePanel(Document())
    qtbot.addWidget(made)
    made.resize(220, 700)
    made.show()
    return made


def titles(panel: PalettePanel) -> list[str]:
    model = panel.model
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def row_of(panel: PalettePanel, name: str) -> QModelIndex:
    return panel.model.index(titles(panel).index(name), 0)


def test_every_layer_type_is_listed_under_its_category() -> None:
    entries = layer_entries()
    assert sorted(entry.name for entry in entries) == sorted(layers.classes)
    for entry in entries:
        cls = layers[entry.name]
        assert entry.heading == cls.CATEGORY
        assert entry.tip.startswith((inspect.getdoc(cls) or "").splitlines()[0])


def test_the_model_keeps_qts_rules(qtbot: QtBot) -> None:
    model = PaletteModel()
    tester = QAbstractItemModelTester(model)
    model.set_entries(layer_entries())
    model.set_query("dense")
    model.set_query("")
    model.toggle("Core")
    assert model.is_folded("Core")
    del tester


def test_words_find_layers_by_name_capitals_and_keywords() -> None:
    entries = layer_entries()
    assert matching(entries, "dense")[0].name == "Dense"
    assert matching(entries, "fully connected")[0].name == "Dense"
    assert "Conv2D" in [entry.name for entry in matching(entries, "convolution")][:3]
    assert matching(entries, "bn")[0].name == "BatchNormalization"
    assert matching(entries, "no such layer") == []


def test_double_click_and_enter_put_a_layer_in(qtbot: QtBot, panel: PalettePanel) -> None:
    place = panel.view.visualRect(row_of(panel, "Dense")).center()
    with qtbot.waitSignal(panel.layer_activated) as blocker:
        QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseDClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert blocker.args == ["Dense"]
    with qtbot.waitSignal(panel.layer_activated) as blocker:
        QTest.keyClick(panel.view, Qt.Key.Key_Return)
    assert blocker.args == ["Dense"]


def test_search_arrows_and_enter_need_no_mouse(qtbot: QtBot, panel: PalettePanel) -> None:
    QTest.keyClicks(panel.search, "pooling")
    first = panel.view.current_entry()
    assert first is not None
    QTest.keyClick(panel.search, Qt.Key.Key_Down)
    second = panel.view.current_entry()
    assert second is not None
    assert second != first
    with qtbot.waitSignal(panel.layer_activated) as blocker:
        QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert blocker.args == [second.name]
    QTest.keyClick(panel.search, Qt.Key.Key_Escape)
    assert panel.search.text() == ""


def test_a_search_reaches_templates_and_data(qtbot: QtBot, panel: PalettePanel) -> None:
    QTest.keyClicks(panel.search, "two spirals")
    assert titles(panel) == ["Templates", "Two spirals", "Data sets", "Two spirals"]
    with qtbot.waitSignal(panel.template_activated) as blocker:
        QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert blocker.args == ["two-spirals"]
    QTest.keyClick(panel.search, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.data_activated) as blocker:
        QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert blocker.args == ["two_spirals"]


def test_nothing_found_says_what_to_try(panel: PalettePanel) -> None:
    panel.search.setText("zzz")
    assert not panel.view.isVisible()
    assert "zzz" in panel.empty.text()


def test_tabs_list_every_template_and_every_data_set(panel: PalettePanel) -> None:
    panel.show_tab("template")
    assert {info.title for info in templates.names()} <= set(titles(panel))
    panel.show_tab("data")
    assert {info.title for info in sources()} <= set(titles(panel))


def test_a_drag_carries_the_layers_name(panel: PalettePanel) -> None:
    mime = panel.model.mimeData([row_of(panel, "Dense")])
    assert bytes(mime.data(MIME_LAYER).data()) == b"Dense"
    assert panel.model.flags(row_of(panel, "Dense")) & Qt.ItemFlag.ItemIsDragEnabled
    assert not panel.model.flags(row_of(panel, "Core")) & Qt.ItemFlag.ItemIsDragEnabled
    entry = panel.model.entry(row_of(panel, "Dense"))
    assert entry is not None
    assert not panel.view.drag_picture(entry).isNull()


def test_a_heading_folds_at_a_click(panel: PalettePanel) -> None:
    place = panel.view.visualRect(row_of(panel, "Core")).center()
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert "Dense" not in titles(panel)
    QTest.keyClick(panel.view, Qt.Key.Key_Right)
    assert "Dense" in titles(panel)


def test_the_gallery_offers_every_template_to_mouse_and_keyboard(qtbot: QtBot) -> None:
    gallery = TemplateGallery()
    qtbot.addWidget(gallery)
    gallery.resize(800, 600)
    gallery.show()
    assert [card.info.name for card in gallery.cards] == [info.name for info in templates.names()]
    assert not gallery.grab().isNull()
    with qtbot.waitSignal(gallery.chosen) as blocker:
        QTest.mouseClick(gallery.cards[1], Qt.MouseButton.LeftButton)
    assert blocker.args == [gallery.cards[1].info.name]
    with qtbot.waitSignal(gallery.chosen) as blocker:
        QTest.keyClick(gallery.cards[2], Qt.Key.Key_Return)
    assert blocker.args == [gallery.cards[2].info.name]
    with qtbot.waitSignal(gallery.dismissed):
        QTest.keyClick(gallery, Qt.Key.Key_Escape)


def test_cards_of_a_row_are_of_one_height_and_nothing_is_cut_off(qtbot: QtBot) -> None:
    gallery = TemplateGallery()
    qtbot.addWidget(gallery)
    for width in (520, 1080):
        gallery.resize(width, 700)
        gallery.show()
        qtbot.waitExposed(gallery)
        rows: dict[tuple[int, int], set[int]] = {}
        for card in gallery.cards:
            rows.setdefault((id(card.parent()), card.y()), set()).add(card.height())
            assert card.height() >= card.heightForWidth(card.width())
            assert card.geometry().right() <= card.parentWidget().width()
        assert all(len(heights) == 1 for heights in rows.values())
