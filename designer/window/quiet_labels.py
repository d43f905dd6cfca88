"""One-line labels that never push a bar wider: what does not fit ends in an ellipsis, and the tip says it whole."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from designer.common.text import scaled, tabular
from designer.common.theme import theme


class FadingLabel(QLabel):
    """A line of text in a colour of the theme, with tabular figures. A double or single click is the owner's."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        role: str = "text",
        scale: float = 1.0,
        bold: bool = False,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        kept: int = 0,
    ) -> None:
        """Show `text`. It never gets narrower than itself, up to `kept` pixels."""
        super().__init__(text, parent)
        self._role = role
        self._kept = kept
        self._align = align | Qt.AlignmentFlag.AlignVCenter
        self.setFont(tabular(scaled(self.font(), scale, bold=bold)))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_role(self, role: str) -> None:
        """Take another colour."""
        if role != self._role:
            self._role = role
            self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), self._kept), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme().color(self._role))
        painter.setFont(self.font())
        text = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), self._align, text)
        if text != self.text() and not self.toolTip():
            self.setToolTip(self.text())


class LinkLabel(FadingLabel):
    """A label that does something when it is clicked: `clicked_action` is triggered."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, role: str = "text_muted") -> None:
        super().__init__(text, parent, role=role)
        self.on_click = lambda: None
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.on_click()
