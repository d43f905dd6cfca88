"""How a line of the palette looks: a slim stripe in the family's colour, the name, and a note at the right."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from designer.common.text import scaled
from designer.common.theme import theme
from designer.palette.palette_model import FAMILY_ROLE, KIND_ROLE, NOTE_ROLE, PaletteModel

Index = QModelIndex | QPersistentModelIndex
MARGIN = 14


class PaletteDelegate(QStyledItemDelegate):
    """Paints headings and entries."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        heading = index.data(KIND_ROLE) == "heading"
        height = option.fontMetrics.height() + (14 if heading and index.row() else 10 if heading else 8)
        return QSize(80, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.data(KIND_ROLE) == "heading":
            self._paint_heading(painter, option, index)
        else:
            self._paint_entry(painter, option, index)
        painter.restore()

    def _paint_heading(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect = QRectF(option.rect)
        hovered = bool(option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected))
        painter.setFont(scaled(option.font, 0.92, bold=True))
        color = theme().color("text" if hovered else "text_muted")
        painter.setPen(color)
        line = QRectF(
            rect.left() + MARGIN,
            rect.bottom() - option.fontMetrics.height() - 5,
            rect.width() - 2 * MARGIN,
            0,
        )
        line.setHeight(option.fontMetrics.height() + 2)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, index.data())
        model = index.model()
        folded = isinstance(model, PaletteModel) and model.is_folded(str(index.data()))
        if hovered or folded:
            painter.setPen(QPen(color, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            x, y = line.right() - 4, line.center().y()
            if folded:
                painter.drawPolyline([QPointF(x - 2, y - 4), QPointF(x + 2, y), QPointF(x - 2, y + 4)])
            else:
                painter.drawPolyline([QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)])

    def _paint_entry(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colors, rect = theme(), QRectF(option.rect)
        plate = rect.adjusted(6, 1, -6, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            active = bool(option.state & QStyle.StateFlag.State_HasFocus)
            painter.setBrush(colors.color("selection_fill" if active else "pressed"))
            painter.drawRoundedRect(plate, 5, 5)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.color("hover"))
            painter.drawRoundedRect(plate, 5, 5)
        left = rect.left() + MARGIN
        family = index.data(FAMILY_ROLE)
        if family:
            height = min(12.0, rect.height() - 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.family(family))
            painter.drawRoundedRect(QRectF(left, rect.center().y() - height / 2, 3, height), 1.5, 1.5)
            left += 12
        painter.setFont(option.font)
        room = rect.right() - MARGIN - left
        note = index.data(NOTE_ROLE) or ""
        small = scaled(option.font, 0.88)
        if note:
            painter.setFont(small)
            width = painter.fontMetrics().horizontalAdvance(note)
            title_width = option.fontMetrics.horizontalAdvance(index.data())
            if title_width + 12 + width <= room:
                painter.setPen(colors.color("text_muted"))
                area = QRectF(left, rect.top(), room, rect.height())
                painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, note)
            painter.setFont(option.font)
        painter.setPen(colors.color("text"))
        text = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, int(room))
        area = QRectF(left, rect.top(), room, rect.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
