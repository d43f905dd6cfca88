"""The row of tabs above the training views. Several can be on at once: the views stand side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from designer.common.theme import theme

HEIGHT = 34


class PlotTab(QWidget):
    """One tab: underlined while its view is shown. Signals: clicked(name), double_clicked(name)."""

    clicked = Signal(str)
    double_clicked = Signal(str)

    def __init__(self, name: str, title: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self._title = name, title
        self._on = self._hovered = False
        self.setToolTip(tip)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(24)
        self.setFixedHeight(HEIGHT)

    @property
    def on(self) -> bool:
        """Whether the view is shown."""
        return self._on

    def set_on(self, on: bool) -> None:
        """Show the tab as on or off."""
        if on != self._on:
            self._on = on
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self._title) + 24, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = self._on or self._hovered or self.hasFocus()
        painter.setPen(theme().color("text" if strong else "text_muted"))
        room = self.rect().adjusted(4, 0, -4, 0)
        text = QFontMetrics(self.font()).elidedText(self._title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
        if self._on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent"))
            painter.drawRoundedRect(QRectF(8, HEIGHT - 2, self.width() - 16, 2), 1, 1)
        if self.hasFocus():
            painter.setPen(theme().color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(
                QRectF(QPointF(2.5, 4.5), QPointF(self.width() - 2.5, HEIGHT - 5.5)), 4, 4
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self.name)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit(self.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit(self.name)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()


class PlotStrip(QWidget):
    """The tabs of all training views.

    Signals: toggled(name), alone(name): show it, or nothing but it; resized(): there is another width.
    """

    toggled = Signal(str)
    alone = Signal(str)
    resized = Signal()

    def __init__(self, tabs: Sequence[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plot_strip")
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Training views")
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(0)
        self.tabs: dict[str, PlotTab] = {}
        for name, title, tip in tabs:
            tab = PlotTab(name, title, tip, self)
            tab.clicked.connect(self.toggled)
            tab.double_clicked.connect(self.alone)
            row.addWidget(tab)
            self.tabs[name] = tab
        row.addStretch(1)

    def show_on(self, names: set[str]) -> None:
        """Show which views are there."""
        for name, tab in self.tabs.items():
            tab.set_on(name in names)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def minimumSizeHint(self) -> QSize:
        return QSize(len(self.tabs) * 24, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("panel"))
        painter.setPen(theme().color("border"))
        painter.drawLine(0, 0, self.width(), 0)
        painter.setPen(theme().color("separator"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
