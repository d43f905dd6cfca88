"""How many samples each class has, as bars."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from designer.common.text import format_count, scaled, tabular
from designer.common.theme import theme
from designer.data.class_colors import class_color

ROW = 18
MOST = 20


class BalanceBars(QWidget):
    """A bar for each class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("samples of each class")
        self._names: tuple[str, ...] = ()
        self._counts: tuple[int, ...] = ()
        theme().changed.connect(self.update)

    def show_counts(self, names: tuple[str, ...], counts: tuple[int, ...]) -> None:
        """Show the counts of these classes."""
        self._names, self._counts = names, counts
        self.setVisible(bool(counts))
        self.setToolTip("\n".join(f"{n}: {c:,}" for n, c in zip(names[:60], counts, strict=False)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = min(len(self._counts), MOST) + (len(self._counts) > MOST)
        return QSize(200, rows * ROW)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(tabular(scaled(self.font(), 0.9)))
        metrics, colors = painter.fontMetrics(), theme()
        shown = list(zip(self._names, self._counts, strict=True))[:MOST]
        if not shown:
            return
        most = max(self._counts) or 1
        names = min(max(metrics.horizontalAdvance(name) for name, _ in shown) + 12, self.width() // 2)
        figures = metrics.horizontalAdvance(format_count(most)) + 8
        for row, (name, count) in enumerate(shown):
            top = row * ROW
            painter.setPen(colors.color("text"))
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, names - 8)
            painter.drawText(QRectF(0, top, names, ROW), Qt.AlignmentFlag.AlignVCenter, text)
            length = max((self.width() - names - figures) * count / most, 1)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(class_color(row))
            painter.drawRoundedRect(QRectF(names, top + 5, length, ROW - 10), 2, 2)
            painter.setPen(colors.color("text_muted"))
            area = QRectF(0, top, self.width(), ROW)
            painter.drawText(
                area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, format_count(count)
            )
        if len(self._counts) > MOST:
            painter.setPen(colors.color("text_muted"))
            area = QRectF(0, MOST * ROW, self.width(), ROW)
            painter.drawText(
                area, Qt.AlignmentFlag.AlignVCenter, f"and {len(self._counts) - MOST} more classes"
            )
