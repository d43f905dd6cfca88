"""The canvas's pens, brushes, fonts and prepared texts, made once for each palette: painting only looks them up."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPen, QStaticText, QTransform
from PySide6.QtWidgets import QApplication

from designer.common.color_scales import MAGNITUDE_RANGE, blend, magnitude_at
from designer.common.text import scaled, tabular
from designer.common.theme import Theme

SHADES = 64
"""Steps of the magnitude scale that wires are drawn in: finer ones can't be told apart, and cost a redraw."""
MOST_TEXTS = 8192


class CanvasStyle(QObject):
    """Everything that painting needs, in the palette of the moment.

    Signals: changed(): another palette; paint again.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        font = QApplication.font()
        self.name_font = scaled(font, 1.0, bold=True)
        self.text_font = tabular(scaled(font, 0.94))
        self.small_font = tabular(scaled(font, 0.88))
        self.name_metrics = QFontMetricsF(self.name_font)
        self.text_metrics = QFontMetricsF(self.text_font)
        self.small_metrics = QFontMetricsF(self.small_font)
        self._texts: dict[str, QStaticText] = {}
        self._names: dict[str, QStaticText] = {}
        self._smalls: dict[str, QStaticText] = {}
        self._read()
        theme.changed.connect(self._on_theme_changed)

    def static(self, text: str) -> QStaticText:
        """Return a prepared text for the text font, laid out once; small and bold texts have their own tables."""
        return self._prepared(self._texts, text, self.text_font)

    def static_name(self, text: str) -> QStaticText:
        """Return a prepared text for the bold name font."""
        return self._prepared(self._names, text, self.name_font)

    def static_small(self, text: str) -> QStaticText:
        """Return a prepared text for the small font."""
        return self._prepared(self._smalls, text, self.small_font)

    @staticmethod
    def _prepared(table: dict[str, QStaticText], text: str, font: QFont) -> QStaticText:
        made = table.get(text)
        if made is None:
            if len(table) > MOST_TEXTS:
                table.clear()
            made = table[text] = QStaticText(text)
            made.setTextFormat(Qt.TextFormat.PlainText)
            made.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            made.prepare(QTransform(), font)
        return made

    def family(self, name: str) -> QBrush:
        """Return the brush of a layer family's stripe."""
        if name not in self._families:
            self._families[name] = QBrush(self.theme.family(name))
        return self._families[name]

    def shade_pen(self, shade: int, *, width: float) -> QPen:
        """Return the pen of a wire whose gradient has this shade (see `shade_of`)."""
        key = (shade, width)
        if key not in self._shades:
            low, high = MAGNITUDE_RANGE
            self._shades[key] = wire_pen(magnitude_at(low + (high - low) * shade / (SHADES - 1)), width)
        return self._shades[key]

    def tone(self, tone: str) -> tuple[QBrush, QColor]:
        """Return (fill, text colour) of a pill."""
        if tone in ("healthy", "warning", "failing"):
            return QBrush(self.theme.color(f"{tone}_fill")), self.theme.color(f"{tone}_text")
        return QBrush(self.theme.color("hover")), self.theme.color("text_muted")

    def _read(self) -> None:
        color = self.theme.color
        self._families: dict[str, QBrush] = {}
        self._shades: dict[tuple[int, float], QPen] = {}
        self.canvas = QBrush(color("canvas"))
        self.grid_color = blend(color("grid"), color("text_muted"), 0.12)
        self.node = QBrush(color("node"))
        self.node_hover = QBrush(blend(color("node"), color("text"), 0.05))
        self.border_pen = QPen(color("node_border"), 1.0)
        self.hover_pen = QPen(blend(color("node_border"), color("text"), 0.35), 1.0)
        self.bypass_pen = QPen(color("text_muted"), 1.0, Qt.PenStyle.DashLine)
        self.separator_pen = QPen(color("separator") if self.theme.dark else color("border"), 1.0)
        self.accent = color("accent")
        self.selected_pen = QPen(self.accent, 2.0)
        self.text_pen = QPen(color("text"))
        self.muted_pen = QPen(color("text_muted"))
        self.note_pen = QPen(blend(color("text_muted"), color("text"), 0.5))
        self.failing, self.warning = color("failing"), color("warning")
        self.failing_text, self.warning_text = color("failing_text"), color("warning_text")
        self.text, self.muted = color("text"), color("text_muted")
        self.panel, self.border = color("panel"), color("border")
        self.wire_color = color("wire")
        self.wire_pen = wire_pen(self.wire_color, 2.0)
        self.wire_hover_pen = wire_pen(blend(self.wire_color, color("text"), 0.45), 2.5)
        self.wire_selected_pen = wire_pen(self.accent, 3.0)
        self.port = QBrush(color("canvas"))
        self.port_pen = QPen(blend(color("text_muted"), color("canvas"), 0.15), 1.6)
        self.port_used_pen = QPen(blend(color("text_muted"), color("text"), 0.35), 1.6)
        self.glow_pen = QPen(color("healthy"), 2.0)
        self.glow = QBrush(blend(color("canvas"), color("healthy"), 0.45))
        self.shadow = QColor(0, 0, 0, 70 if self.theme.dark else 22)

    def _on_theme_changed(self) -> None:
        self._read()
        self.changed.emit()


def wire_pen(color: QColor, width: float) -> QPen:
    """Return a pen for a wire, whose ends lie under the rings of the ports."""
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin)


def shade_of(magnitude: float) -> int:
    """Return the step of the magnitude scale, 0 to SHADES - 1, that a gradient's RMS falls in."""
    low, high = MAGNITUDE_RANGE
    if not math.isfinite(magnitude):
        return SHADES - 1
    exponent = math.log10(magnitude) if magnitude > 0 else low
    return round((min(max(exponent, low), high) - low) / (high - low) * (SHADES - 1))
