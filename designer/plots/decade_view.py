"""A picture over decades: what the views of magnitudes have in common."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from designer.common.text import scaled, tabular
from designer.common.theme import Theme
from designer.plots.readout import ReadoutLabel


class DecadeView(QWidget):
    """A room whose height is a range of exponents of ten, with a readout at the mouse and one selected layer."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._range = (-6.0, 0.0)
        self._selected = ""
        self.readout = ReadoutLabel(theme, self)
        self.setFont(tabular(scaled(self.font(), 0.85)))
        self.setMouseTracking(True)

    @property
    def range(self) -> tuple[float, float]:
        """The exponents of ten at the lower and the upper end of the scale."""
        return self._range

    def set_range(self, low: float, high: float) -> None:
        """Show exponents of ten from `low` to `high`."""
        if (low, high) != self._range:
            self._range = (low, high)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 220)
