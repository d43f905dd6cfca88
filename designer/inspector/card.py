"""A card: what is wrong, with a symbol and a bar in the colour of its severity, and a button for each cure."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from designer.common.forms.flow_layout import FlowLayout
from designer.common.forms.labels import ToneLabel
from designer.common.theme import theme
from designer.inspector.card_content import CardContent, Tone
from engine.core.problems import Repair

ROLES: dict[Tone, str] = {"failing": "failing", "warning": "warning", "info": "accent"}
CARD_MARGINS, BUTTON_PADDING = 26, 30
WORDS: dict[Tone, str] = {"failing": "Error", "warning": "Warning", "info": "Hint"}


class CardFrame(QFrame):
    """One problem or finding.

    Signals: node_requested(id): a person wants to see the node; repair_requested(Repair): to carry out a cure.
    """

    node_requested = Signal(str)
    repair_requested = Signal(object)

    def __init__(self, content: CardContent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.buttons: list[QPushButton] = []
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"{WORDS[content.tone]}: {content.title}. {content.text}")
        if content.node:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip("Click to go to the layer")
        title = ToneLabel(content.title, bold=True, wrap=True)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(SeveritySymbol(content.tone), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 9, 10, 10)
        column.setSpacing(5)
        column.addLayout(head)
        if content.text:
            column.addWidget(ToneLabel(content.text, role="text_muted", wrap=True))
        if content.repairs:
            column.addLayout(self._button_row())
        theme().changed.connect(self.update)

    def _button_row(self) -> FlowLayout:
        row = FlowLayout(spacing=6)
        for repair in self.content.repairs:
            button = QPushButton(repair.label)
            button.setToolTip(f"{repair.label}: one step that can be undone")
            button.clicked.connect(lambda _checked=False, repair=repair: self._request(repair))
            button.setCursor(Qt.CursorShape.ArrowCursor)
            self.buttons.append(button)
            row.addWidget(button)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for button, repair in zip(self.buttons, self.content.repairs, strict=True):
            room = self.width() - CARD_MARGINS - BUTTON_PADDING
            button.setText(wrapped(repair.label, button.fontMetrics(), room))

    def _request(self, repair: Repair) -> None:
        self.repair_requested.emit(repair)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._go()
        else:
            super().keyPressEvent(event)

    def _go(self) -> None:
        if self.content.node:
            self.node_requested.emit(self.content.node)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = theme()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(colors.color("accent" if self.hasFocus() else "border"), 1))
        painter.setBrush(colors.color("field"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setClipRect(QRectF(0, 0, 3, self.height()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color(ROLES[self.content.tone]))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)


class SeveritySymbol(QWidget):
    """A cross in a circle, a triangle or an i: severity never stands on colour alone."""

    def __init__(self, tone: Tone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self.setFixedSize(QSize(14, max(14, self.fontMetrics().height())))
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        color = theme().color(ROLES[self._tone])
        painter.setPen(
            QPen(color, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        if self._tone == "warning":
            painter.setBrush(color)
            painter.drawPolygon(
                QPolygonF([QPointF(7, middle - 5), QPointF(12.5, middle + 4.5), QPointF(1.5, middle + 4.5)])
            )
            return
        painter.drawEllipse(QPointF(7, middle), 5.8, 5.8)
        if self._tone == "failing":
            painter.drawLine(QPointF(5, middle - 2), QPointF(9, middle + 2))
            painter.drawLine(QPointF(9, middle - 2), QPointF(5, middle + 2))
        else:
            painter.drawPoint(QPointF(7, middle - 2.8))
            painter.drawLine(QPointF(7, middle), QPointF(7, middle + 3))


def wrapped(text: str, metrics: QFontMetrics, room: int) -> str:
    """Return `text` in lines of at most `room` pixels: a button breaks no line by itself."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and metrics.horizontalAdvance(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)
