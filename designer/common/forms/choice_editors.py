"""Editors of a choice among names, and of on or off."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QToolTip, QWidget

from designer.common.forms.field_editor import MIXED, FieldEditor, label_of
from designer.common.forms.switch import SwitchBox
from engine.core.fields import FieldSpec

NONE = "none"
TEXT_MARGINS = 34
"""Padding at the left of a combo box, and its arrow."""


class Chooser(QComboBox):
    """A combo box that leaves the wheel to the page it stands on, and may be narrow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setMaxVisibleItems(20)

    def shown_text(self) -> str:
        """Return the choice as far as there is room for it."""
        # Both ends of long names tell them apart: mean_squared_error, mean_squared_logarithmic_error.
        room = self.width() - TEXT_MARGINS
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideMiddle, room)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and self.shown_text() != self.currentText():
            tip = f"{self.currentText()}\n{self.toolTip()}".rstrip()
            QToolTip.showText(event.globalPos(), tip, self)  # type: ignore[attr-defined]  # a tip's QHelpEvent
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        # A style sheet's combo box cuts its text off; this one shortens it with an ellipsis.
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        if self.currentIndex() < 0:
            option.currentText = self.placeholderText()
        else:
            option.currentText = self.shown_text()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def offer(self, names: list[str], tips: dict[str, str] | None = None, *, plain: bool = True) -> None:
        """Put these names in, with a tooltip each where one is known; nothing is reported.

        Without `plain` names are shown as words: mini batch for mini_batch.
        """
        blocked = self.blockSignals(True)
        self.clear()
        for name in names:
            self.addItem(name if plain else label_of(name), name)
            if tips and tips.get(name):
                self.setItemData(self.count() - 1, tips[name], Qt.ItemDataRole.ToolTipRole)
        # The list may be wider than the field that it drops from.
        widest = max((self.fontMetrics().horizontalAdvance(name) for name in names), default=0)
        self.view().setMinimumWidth(widest + 40)
        self.blockSignals(blocked)

    def show_name(self, name: str | None) -> None:
        """Show a name without reporting it; None shows that several differ, an unknown name is added as it is."""
        blocked = self.blockSignals(True)
        if name is not None and self.findData(name) < 0:
            self.addItem(name, name)
        self.setPlaceholderText(MIXED)
        self.setCurrentIndex(-1 if name is None else self.findData(name))
        self.blockSignals(blocked)

    def name(self) -> str:
        """Return the name that is chosen."""
        return str(self.currentData())


class ChoiceEditor(FieldEditor):
    """One of the names that the field declares."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.chooser = Chooser(self)
        self.chooser.offer(([NONE] if spec.optional else []) + list(spec.choices), plain=False)
        self.chooser.activated.connect(self._on_activated)
        self._value: Any = None
        self.adopt(self.chooser, 1)

    def show_value(self, value: Any) -> None:
        self._value = value
        self.chooser.show_name(NONE if value is None else str(value))

    def show_mixed(self) -> None:
        self._value = MIXED
        self.chooser.show_name(None)

    def _on_activated(self) -> None:
        text = self.chooser.name()
        value = None if self.spec.optional and text == NONE else text
        if value != self._value:
            self.edited.emit(value, False)


class BoolEditor(FieldEditor):
    """On or off."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.switch = SwitchBox(self)
        self.switch.clicked.connect(self._on_clicked)
        self.adopt(self.switch)
        self._row.addStretch(1)

    def show_value(self, value: Any) -> None:
        self.switch.setTristate(False)
        self.switch.setChecked(bool(value))

    def show_mixed(self) -> None:
        self.switch.setCheckState(Qt.CheckState.PartiallyChecked)

    def _on_clicked(self) -> None:
        self.switch.setTristate(False)
        self.edited.emit(self.switch.isChecked(), False)
