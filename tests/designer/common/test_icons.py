"""Every icon draws, follows the theme, and is at home in its frame."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication

from designer.common.icons import icon, icon_names, icon_pixmap
from designer.common.resources import resource_path
from designer.common.theme import theme


def ink(image: QImage) -> set[str]:
    pixels = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return {image.pixelColor(x, y).name() for x, y in pixels if image.pixelColor(x, y).alpha() == 255}


@pytest.mark.parametrize("name", icon_names())
def test_an_icon_draws_inside_its_frame_in_the_colour_asked_for(name: str, qapp: QApplication) -> None:
    image = icon_pixmap(name, 48, QColor("#123456")).toImage()
    assert ink(image) == {"#123456"}
    edge = [image.pixelColor(i, j).alpha() for i in range(48) for j in (0, 47)]
    edge += [image.pixelColor(i, j).alpha() for i in (0, 47) for j in range(48)]
    assert not any(edge), "the drawing reaches the frame"


@pytest.mark.parametrize("name", icon_names())
def test_an_icon_file_is_a_stroke_drawing(name: str) -> None:
    root = ET.fromstring(resource_path(f"icons/{name}.svg").read_text(encoding="utf-8"))
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke") == "currentColor"


def test_an_icon_follows_the_theme(qapp: QApplication) -> None:
    before = theme().mode
    try:
        for mode in ("dark", "light"):
            theme().set_mode(mode)
            assert theme().color("text").name() in ink(icon("play").pixmap(QSize(32, 32)).toImage())
            faint = icon("play").pixmap(QSize(32, 32), QIcon.Mode.Disabled).toImage()
            assert theme().color("disabled").name() in ink(faint)
    finally:
        theme().set_mode(before)


def test_an_icon_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="no icon 'nothing'"):
        icon("nothing")
