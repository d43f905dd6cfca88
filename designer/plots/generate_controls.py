"""What one says before a network writes: the prompt, how tokens are chosen, how many texts and how long."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from designer.common.forms.flow_layout import FlowLayout
from designer.common.theme import Theme
from designer.plots.panel_header import SegmentedControl

WAYS = (
    ("greedy", "greedy", "Take the most probable token each time"),
    ("sample", "sample", "Draw each token by its probability"),
    ("beam", "beam", "Keep several texts in view and end with the most probable"),
)
TENTHS = 20
"""Places of the temperature's slider: tenths from 0.1 to 2."""

ARROWS = 26
"""Width of a number's field beside its text."""


class GenerateControls(QWidget):
    """Prompt and settings. Signals: asked(): write now; stopped(): no more."""

    asked = Signal()
    stopped = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind, self._busy = "", False
        self.prompt = QLineEdit(self)
        self.prompt.setAccessibleName("Prompt")
        self.prompt.setClearButtonEnabled(True)
        self.button = QPushButton("Generate", self)
        self.button.setProperty("primary", True)
        self.button.setProperty("compact", True)
        self.button.setToolTip("Let the network write (Enter in the prompt); Esc stops it")
        self.ways = SegmentedControl(WAYS, theme, self)
        self.ways.setAccessibleName("How tokens are chosen")
        self.temperature = self._make_slider()
        self.warmth = QLabel(self)
        self.top_k = self._make_spin(
            "top k", 0, 999, 0, "Draw among so many of the most probable tokens only"
        )
        self.top_k.setSpecialValueText("top k all")
        self.beam = self._make_spin("width", 2, 50, 5, "Texts that are kept in view")
        self.length = self._make_spin("length", 1, 2_000, 200, "Tokens at most")
        self.length.setSingleStep(50)
        self.count = self._make_spin("texts", 1, 20, 1, "How many texts are written at once")
        self._fields = {
            "top_k": self._aligned(self.top_k),
            "beam": self._aligned(self.beam),
            "temperature": self._aligned(self.warmth, self.temperature),
            "count": self._aligned(self.count),
            "length": self._aligned(self.length),
        }
        self._lay_out()
        self.prompt.returnPressed.connect(self._on_pressed)
        self.button.clicked.connect(self._on_pressed)
        self.ways.chosen.connect(self._show_fields)
        self.temperature.valueChanged.connect(self._show_warmth)
        self._show_warmth()

    def _make_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(1, TENTHS)
        slider.setValue(10)
        slider.setFixedWidth(44)
        slider.setAccessibleName("Temperature")
        slider.setToolTip(
            "Below 1 the probable tokens are preferred, above 1 the improbable ones come up more often"
        )
        return slider

    def _make_spin(self, name: str, low: int, high: int, value: int, tip: str) -> QSpinBox:
        spin = QSpinBox(self)
        spin.setRange(low, high)
        spin.setValue(value)
        spin.setPrefix(f"{name} ")
        spin.setFixedWidth(spin.fontMetrics().horizontalAdvance(f"{name} {high}") + ARROWS)
        spin.setAccessibleName(name)
        spin.setToolTip(tip)
        return spin

    def _aligned(self, *widgets: QWidget) -> QWidget:
        """Return a holder of these, as high as every other, so that what stands in a line stands on one line."""
        holder = QWidget(self)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in widgets:
            row.addWidget(widget)
        holder.setFixedHeight(self.length.sizeHint().height())
        return holder

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.prompt, 1)
        first.addWidget(self.button)
        second = FlowLayout(spacing=6)
        second.addWidget(self._aligned(self.ways))
        for field in self._fields.values():
            second.addWidget(field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(6)
        column.addLayout(first)
        column.addLayout(second)

    # ------------------------------------------------------------------ use

    def set_kind(self, kind: str) -> None:
        """Fit the controls to a network that answers to sources ("decoder") or goes on with texts ("window")."""
        if kind == self._kind:
            return
        self._kind = kind
        decoder = kind == "decoder"
        self.prompt.setPlaceholderText(
            "A source; empty takes an example" if decoder else "How the text begins"
        )
        self.ways.choose("greedy" if decoder else "sample")
        self._show_fields()

    def set_busy(self, busy: bool) -> None:
        """Show whether the network is writing."""
        self._busy = busy
        self.button.setText("Stop" if busy else "Generate")

    def settings(self) -> dict[str, Any]:
        """Return the settings as `engine.generate` takes them, without the seed."""
        way, decoder = self.ways.key, self._kind == "decoder"
        found: dict[str, Any] = {
            "temperature": 0.0,
            "count": 1,
            "length": 0 if decoder else self.length.value(),
        }
        if way == "sample":
            found |= {"temperature": self.temperature.value() / 10, "top_k": self.top_k.value()}
            found["count"] = self.count.value()
        elif way == "beam":
            found |= {"beam": self.beam.value(), "count": self.beam.value()}
        return found

    def _show_fields(self, *_: object) -> None:
        way = self.ways.key
        shown = {
            "temperature": way == "sample",
            "top_k": way == "sample",
            "beam": way == "beam",
            "length": self._kind != "decoder",
            "count": way == "sample",
        }
        for name, field in self._fields.items():
            field.setVisible(shown[name])
        self._fit()

    def _show_warmth(self, *_: object) -> None:
        self.warmth.setText(f"temperature {self.temperature.value() / 10:.1f}")

    def _fit(self) -> None:
        """Be as high as the lines that the width allows."""
        layout = self.layout()
        if layout is not None:
            self.setFixedHeight(layout.heightForWidth(max(self.width(), 1)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _on_pressed(self) -> None:
        (self.stopped if self._busy else self.asked).emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._busy:
            self.stopped.emit()
            return
        super().keyPressEvent(event)
