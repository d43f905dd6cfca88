"""The palettes: every role is there twice, and every text can be read on every surface."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.common.color_scales import blend, contrast, magnitude_color
from designer.common.theme import Theme

SURFACES = ("window", "panel", "canvas", "field", "node", "hover")
TEXTS = ("text", "text_muted", "placeholder", "link")
TEXTS += ("training_text", "validation_text", "healthy_text", "warning_text", "failing_text")
ON_FILLS = [
    ("accent_text", "accent_fill"),
    ("accent_text", "accent_fill_hover"),
    ("text", "selection_fill"),
    ("text_muted", "selection_fill"),
    ("healthy_text", "healthy_fill"),
    ("warning_text", "warning_fill"),
    ("failing_text", "failing_fill"),
    ("tooltip_text", "tooltip"),
]


@pytest.fixture(params=["dark", "light"])
def theme(request: pytest.FixtureRequest, qapp: QApplication) -> Theme:
    made = Theme()
    made.set_mode(request.param)
    return made


def test_both_palettes_have_the_same_roles(qapp: QApplication) -> None:
    dark, light = Theme(), Theme()
    dark.set_mode("dark")
    light.set_mode("light")
    assert dark.roles() == light.roles()
    assert all(dark.color(role).isValid() and light.color(role).isValid() for role in dark.roles())


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("text", TEXTS)
def test_text_has_contrast_on_every_surface(theme: Theme, text: str, surface: str) -> None:
    assert contrast(theme.color(text), theme.color(surface)) >= 4.5


@pytest.mark.parametrize(("text", "fill"), ON_FILLS)
def test_text_has_contrast_on_fills(theme: Theme, text: str, fill: str) -> None:
    assert contrast(theme.color(text), theme.color(fill)) >= 4.5


@pytest.mark.parametrize("role", ["training", "validation", "healthy", "warning", "failing", "selection"])
def test_what_is_drawn_stands_out_from_panels(theme: Theme, role: str) -> None:
    assert contrast(theme.color(role), theme.color("panel")) >= 3.0


def test_the_contrast_of_black_and_white_is_21() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("magnitude", "name"),
    [
        (1e-6, "#3a445c"),
        (1e-4, "#2f6fb4"),
        (10**-2.5, "#3fb68b"),
        (10**-1.5, "#e2b340"),
        (1.0, "#e5534b"),
        (1e-30, "#3a445c"),
        (0.0, "#3a445c"),
        (1e9, "#e5534b"),
        (float("nan"), "#e5534b"),
        (float("inf"), "#e5534b"),
    ],
)
def test_magnitudes_have_one_fixed_scale(magnitude: float, name: str) -> None:
    assert magnitude_color(magnitude).name() == name


def test_between_two_stops_the_scale_blends() -> None:
    assert magnitude_color(1e-5) == blend(QColor("#3a445c"), QColor("#2f6fb4"), 0.5)


def test_signed_values_diverge_from_the_surface(theme: Theme) -> None:
    table = theme.diverging_lut(255)
    assert tuple(table[127][:3]) == theme.color("panel").getRgb()[:3]
    assert tuple(table[0][:3]) == QColor("#4f8cff").getRgb()[:3]
    assert tuple(table[-1][:3]) == QColor("#f2994a").getRgb()[:3]


def test_a_family_without_a_colour_is_grey(theme: Theme) -> None:
    assert theme.family("no such family") == theme.color("family_shape")


@pytest.fixture
def restored(qapp: QApplication) -> Iterator[None]:
    palette, sheet, style = QPalette(qapp.palette()), qapp.styleSheet(), qapp.style().objectName()
    yield
    qapp.setStyleSheet(sheet)
    QApplication.setStyle(style)
    qapp.setPalette(palette)


def test_switching_tells_and_recolours_the_application(
    qtbot: QtBot, qapp: QApplication, restored: None
) -> None:
    theme = Theme()
    theme.set_mode("dark")
    theme.install()
    assert qapp.palette().color(QPalette.ColorRole.Base) == theme.color("field")
    assert theme.color("accent").name() in qapp.styleSheet()
    with qtbot.waitSignal(theme.changed, timeout=1000):
        theme.set_mode("light")
    assert qapp.palette().color(QPalette.ColorRole.WindowText) == theme.color("text")
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_mode("light")
