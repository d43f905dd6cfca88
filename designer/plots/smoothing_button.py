"""The option for the smoothing of a line: its value on a button, a slider behind it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSlider, QToolButton, QWidget, QWidgetAction

from designer.common.theme import Theme
from designer.plots.panel_header import OptionButton

STEPS = 100
LARGEST = 0.999


class SmoothingButton(QWidget):
    """Shows the smoothing, 0 (none) to 0.999; click for the slider, or turn the wheel.

    Signals: changed(value).
    """

    changed = Signal(float)

    def __init__(self, theme: Theme, value: float = 0.6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tip = "Smoothing of the training line (the wheel changes it); the raw values stay visible behind it"
        self._button = OptionButton("", tip, theme, self)
        self._button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._button)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, STEPS)
        self._slider.setFixedWidth(180)
        self._slider.setAccessibleName("Smoothing")
        self._words = QLabel()
        self._words.setFixedWidth(40)
        holder = QWidget()
        inner = QHBoxLayout(holder)
        inner.setContentsMargins(12, 8, 12, 8)
        inner.addWidget(QLabel("Smoothing"))
        inner.addWidget(self._slider)
        inner.addWidget(self._words)
        menu = QMenu(self._button)
        action = QWidgetAction(menu)
        action.setDefaultWidget(holder)
        menu.addAction(action)
        self._button.setMenu(menu)
        self._slider.valueChanged.connect(self._on_slid)
        self.value = -1.0
        self.set_value(value)

    def set_value(self, value: float) -> None:
        """Set the smoothing without telling."""
        self.value = min(max(value, 0.0), LARGEST)
        self._slider.blockSignals(True)
        self._slider.setValue(round(self.value * STEPS))
        self._slider.blockSignals(False)
        text = f"{self.value:.2f}".rstrip("0").rstrip(".")
        self._words.setText(text)
        self._button.setText(f"smooth {text}")

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._slider.setValue(self._slider.value() + (5 if event.angleDelta().y() > 0 else -5))
        event.accept()

    def _on_slid(self, place: int) -> None:
        self.set_value(place / STEPS)
        self.changed.emit(self.value)
