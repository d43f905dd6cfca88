"""A card of the gallery: a picture of the template, its title, what it shows and the figure that it reaches."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from designer.common.forms.labels import ToneLabel
from designer.common.theme import theme
from designer.palette.design_sketch import DesignSketch
from engine.design.design import Design
from engine.design.templates import TemplateInfo


class TemplateCard(QFrame):
    """One template. Signals: chosen(name): it was clicked, or Enter was pressed on it."""

    chosen = Signal(str)

    def __init__(self, info: TemplateInfo, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.info = info
        self._hovered = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Template {info.title}. {info.description}")
        self.setToolTip(f"Open {info.title} as a new design (Enter)")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 12)
        column.setSpacing(6)
        column.addWidget(DesignSketch(design))
        inner = QVBoxLayout()
        inner.setContentsMargins(4, 2, 4, 0)
        inner.setSpacing(4)
        inner.addWidget(ToneLabel(info.title, bold=True, scale=1.05, wrap=True))
        inner.addWidget(ToneLabel(info.description, role="text_muted", wrap=True))
        if info.figure:
            inner.addWidget(ToneLabel(info.figure, role="text", scale=0.94, wrap=True))
        inner.addStretch(1)
        column.addLayout(inner, 1)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(224, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = theme()
        focused = self.hasFocus()
        painter.setPen(
            QPen(colors.color("accent" if focused or self._hovered else "border"), 1.5 if focused else 1)
        )
        painter.setBrush(colors.color("hover" if self._hovered else "panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75), 7, 7)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.info.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.info.name)
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self.focusNextChild()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()
