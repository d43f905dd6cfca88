"""Light and dark: explicit palettes on the Fusion style, since not every platform tells or takes a colour scheme."""

from __future__ import annotations

import json
from functools import cache
from string import Template
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from designer.common import color_scales
from designer.common.resources import resource_path, resource_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Mode = Literal["system", "light", "dark"]
MODES: tuple[Mode, ...] = ("system", "light", "dark")


class Theme(QObject):
    """The colours in use, by role.

    Surfaces: window panel canvas field node hover pressed tooltip. Lines: border separator node_border grid wire
    selection. Text: text text_muted placeholder disabled link, and training_text validation_text healthy_text
    warning_text failing_text where a meaning is written rather than drawn; each has a contrast of at least 4.5:1 on the
    surfaces. Meaning: training validation healthy warning failing (each of the last three also as _fill, for badges),
    positive negative zero bars, family_<name> for the stripe of a layer family.

    Signals: changed(): another palette is in use; read the colours again.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode: Mode = "system"
        self._installed = False
        self._colors: dict[str, QColor] = {}
        self.dark = _system_is_dark()
        self._load()
        if (hints := QGuiApplication.styleHints()) is not None:
            hints.colorSchemeChanged.connect(self._on_color_scheme_changed)

    @property
    def mode(self) -> Mode:
        """What was asked for: "system", "light" or "dark"."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Use the light or the dark palette, or whichever the system tells (dark where it doesn't)."""
        self._mode = mode if mode in MODES else "system"
        self._use(_system_is_dark() if self._mode == "system" else self._mode == "dark")

    def install(self) -> None:
        """Put style, palette and style sheet on the application, now and after every change."""
        self._installed = True
        QApplication.setStyle("Fusion")
        self._apply()

    def color(self, role: str) -> QColor:
        """Return the colour of a role. Raises KeyError for a role that is not there."""
        return QColor(self._colors[role])

    def family(self, name: str) -> QColor:
        """Return the colour of a layer family; grey for one that has none."""
        return QColor(self._colors.get(f"family_{name}", self._colors["family_shape"]))

    def roles(self) -> tuple[str, ...]:
        """Return every role."""
        return tuple(self._colors)

    def magnitude_color(self, rms: float) -> QColor:
        """Return the colour of a magnitude on the fixed log10 scale."""
        return color_scales.magnitude_color(rms)

    def magnitude_lut(self, steps: int = 256) -> NDArray[np.uint8]:
        """Return the magnitude scale as RGBA rows (steps, 4)."""
        return color_scales.magnitude_table(steps)

    def diverging_lut(self, n: int = 256) -> NDArray[np.uint8]:
        """Return RGBA rows (n, 4) for signed values: blue below zero, the surface at zero, orange above."""
        return color_scales.diverging_table(
            self.color("negative"), self.color("zero"), self.color("positive"), n
        )

    def palette(self) -> QPalette:
        """Return the Qt palette of these colours."""
        palette = QPalette()
        for role, name in _PALETTE_ROLES.items():
            palette.setColor(role, self._colors[name])
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self._colors["disabled"])
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, self._colors["border"])
        return palette

    def style_sheet(self) -> str:
        """Return the style sheet of these colours."""
        names = {role: color.name() for role, color in self._colors.items()}
        folder = resource_path("themes") / ("dark" if self.dark else "light")
        return Template(_style_template()).substitute(names, art=folder.as_posix())

    def _use(self, dark: bool) -> None:
        if dark != self.dark:
            self.dark = dark
            self._load()
            self._apply()
            self.changed.emit()

    def _load(self) -> None:
        table = json.loads(resource_text(f"themes/{'dark' if self.dark else 'light'}.json"))
        self._colors = {role: QColor(name) for role, name in table.items()}

    def _apply(self) -> None:
        application = QApplication.instance()
        if self._installed and isinstance(application, QApplication):
            QApplication.setPalette(self.palette())
            application.setStyleSheet(self.style_sheet())

    def _on_color_scheme_changed(self) -> None:
        if self._mode == "system":
            self._use(_system_is_dark())


def theme() -> Theme:
    """Return the application's one theme, made on first use."""
    return _theme()


@cache
def _theme() -> Theme:
    return Theme()


@cache
def _style_template() -> str:
    return resource_text("themes/widgets.qss")


def _system_is_dark() -> bool:
    hints = QGuiApplication.styleHints()
    return hints is None or hints.colorScheme() != Qt.ColorScheme.Light


_PALETTE_ROLES = {
    QPalette.ColorRole.Window: "panel",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "field",
    QPalette.ColorRole.AlternateBase: "hover",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.PlaceholderText: "placeholder",
    QPalette.ColorRole.Button: "panel",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "failing",
    QPalette.ColorRole.Highlight: "selection_fill",
    QPalette.ColorRole.HighlightedText: "text",
    QPalette.ColorRole.ToolTipBase: "tooltip",
    QPalette.ColorRole.ToolTipText: "tooltip_text",
    QPalette.ColorRole.Link: "link",
    QPalette.ColorRole.LinkVisited: "link",
    QPalette.ColorRole.Light: "hover",
    QPalette.ColorRole.Midlight: "hover",
    QPalette.ColorRole.Mid: "border",
    QPalette.ColorRole.Dark: "border",
    QPalette.ColorRole.Shadow: "shadow",
    QPalette.ColorRole.Accent: "accent",
}
