"""A switch: a check box that looks like what it does."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from designer.common.theme import theme


class SwitchBox(QCheckBox):
    """An on/off control; to the keyboard and to screen readers it is a check box."""

    TRACK = QSize(30, 16)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(
            self.TRACK.width() + 8 + metrics.horizontalAdvance("mixed"), max(26, metrics.height() + 8)
        )

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:  # noqa: N802 - Qt's name
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - self.TRACK.height()) / 2
        track = QRectF(0.5, top + 0.5, self.TRACK.width() - 1, self.TRACK.height() - 1)
        on, mixed = self.isChecked(), self.checkState() == Qt.CheckState.PartiallyChecked
        fill = colors.color("accent") if on and not mixed else colors.color("field")
        rim = colors.color("accent" if self.hasFocus() or (on and not mixed) else "text_muted")
        painter.setOpacity(1.0 if self.isEnabled() else 0.5)
        painter.setPen(QPen(rim, 1.0))
        painter.setBrush(fill)
        painter.drawRoundedRect(track, 8, 8)
        travel = track.width() - track.height()
        knob = QRectF(
            track.x() + (travel / 2 if mixed else travel if on else 0),
            track.y(),
            track.height(),
            track.height(),
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.GlobalColor.white if on and not mixed else colors.color("text_muted"))
        painter.drawEllipse(knob.adjusted(3, 3, -3, -3))
        painter.setPen(colors.color("text"))
        text = self.rect().adjusted(self.TRACK.width() + 8, 0, 0, 0)
        word = "mixed" if mixed else "on" if on else "off"
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, word)
