"""The slim progress bar of the top bar."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from designer.common.theme import theme

THICKNESS = 6.0


class ThinBar(QWidget):
    """Shows a share of one. Below zero it is invisible but keeps its room, so that nothing jumps when a run begins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = -1.0
        self.setMinimumWidth(56)
        self.setMaximumWidth(220)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Progress of the training")

    @property
    def share(self) -> float:
        """What is shown."""
        return self._share

    def set_share(self, share: float) -> None:
        """Show another share."""
        if share != self._share:
            self._share = share
            self.setToolTip("" if share < 0 else f"{100 * share:.0f} % of the run is done")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._share < 0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        top = (self.height() - THICKNESS) / 2
        painter.setBrush(theme().color("border"))
        painter.drawRoundedRect(QRectF(0, top, self.width(), THICKNESS), 3, 3)
        if self._share > 0:
            painter.setBrush(theme().color("accent"))
            width = max(self.width() * min(self._share, 1.0), THICKNESS)
            painter.drawRoundedRect(QRectF(0, top, width, THICKNESS), 3, 3)
