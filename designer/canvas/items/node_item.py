"""The card of one layer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from designer.canvas import metrics as m
from designer.canvas.badges import Badge
from designer.canvas.items.card import Card
from designer.canvas.items.chips import paint_chip
from designer.canvas.items.symbols import draw_symbol
from designer.canvas.node_content import NodeContent
from designer.canvas.style import CanvasStyle
from designer.common.phase_colors import phase_color

PortKey = tuple[bool, int]
"""(whether it is an output, its number)."""


class NodeItem(QGraphicsItem):
    """Draws a node; it takes no input itself, the tools ask it what lies where.

    `glowing` maps ports to whether a wire under way would fit there; `lit` is the phase whose turn it is, -1 for all.
    """

    def __init__(self, content: NodeContent, style: CanvasStyle) -> None:
        super().__init__()
        self._style = style
        self.content = content
        self.badges: tuple[Badge, ...] = ()
        self.card = Card(content, (), style)
        self.selected = False
        self.hovered = False
        self.target = False
        self.lit = -1
        self.glowing: frozenset[PortKey] = frozenset()
        self.used: frozenset[PortKey] = frozenset()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(2)

    def boundingRect(self) -> QRectF:
        return self.card.bounds

    def rect(self) -> QRectF:
        """Return the card in scene coordinates, without rings and marks."""
        return self.card.rect.translated(self.pos())

    @property
    def node_id(self) -> str:
        """The node that this card mirrors."""
        return self.content.node_id

    def set_content(self, content: NodeContent) -> bool:
        """Show other content; return whether the card's size or ports changed, so that wires must follow."""
        if content == self.content:
            return False
        before = self.card
        self.content = content
        self._relayout()
        return before.rect != self.card.rect or (before.inputs, before.outputs) != (
            self.card.inputs,
            self.card.outputs,
        )

    def set_badges(self, badges: tuple[Badge, ...]) -> None:
        """Show what training found, the gravest first."""
        if badges != self.badges:
            self.badges = badges
            self._relayout()

    def restyle(self) -> None:
        """Take over another palette."""
        self._relayout()

    def set_flag(self, **flags: object) -> None:
        """Set selected, hovered, target, glowing or used, and repaint where one differs."""
        if any(getattr(self, name) != value for name, value in flags.items()):
            for name, value in flags.items():
                setattr(self, name, value)
            self.setZValue(3 if self.selected else 2)
            self.update()

    def port_position(self, output: bool, number: int) -> QPointF:
        """Return where a port is, in scene coordinates."""
        ports = self.card.outputs if output else self.card.inputs
        if not ports:  # a wire of a file that knows more ports than this version
            return self.pos() + QPointF(self.card.width if output else 0.0, m.PORT_TOP)
        return self.pos() + ports[min(number, len(ports) - 1)]

    def port_number(self, output: bool, name: str) -> int:
        """Return the number of a port by its name (0 where there is no such port)."""
        ports = self.content.outputs if output else self.content.inputs
        return next((index for index, port in enumerate(ports) if port.name == name), 0)

    def port_at(self, scene_pos: QPointF, reach: float = m.PORT_REACH) -> PortKey | None:
        """Return the port within `reach` of a point of the scene, the nearest one."""
        local = scene_pos - self.pos()
        best, least = None, reach
        for output, ports in ((False, self.card.inputs), (True, self.card.outputs)):
            for number, at in enumerate(ports):
                distance = (at - local).manhattanLength() * 0.8
                if distance < least:
                    best, least = (output, number), distance
        return best

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        scale = painter.worldTransform().m11()
        if scale < m.SIMPLE_BELOW:
            self._paint_simple(painter, scale)
            return
        style, card = self._style, self.card
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.shadow)
        painter.drawRoundedRect(card.rect.adjusted(0, 1.5, 0, 1.5), m.CORNER, m.CORNER)
        painter.setBrush(style.node_hover if self.hovered or self.target else style.node)
        painter.setPen(self._border_pen())
        if self.content.block:  # cards under the card: there is more below
            painter.setPen(style.hover_pen)
            for step in (2 * m.STACK, m.STACK):
                below = card.rect.adjusted(0.5 + step, 0.5 + step, step - 0.5, step - 0.5)
                painter.drawRoundedRect(below, m.CORNER, m.CORNER)
            painter.setPen(self._border_pen())
        painter.drawRoundedRect(card.rect.adjusted(0.5, 0.5, -0.5, -0.5), m.CORNER, m.CORNER)
        if self.content.bypassed:
            painter.setOpacity(0.45)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.family(self.content.family))
        painter.drawPath(card.stripe)
        painter.setPen(style.separator_pen)
        painter.drawLine(QPointF(10, m.HEADER), QPointF(card.width - 6, m.HEADER))
        self._paint_texts(painter)
        painter.setOpacity(1.0)
        self._paint_outline(painter)
        self._paint_ports(painter)
        for rect, badge in card.pills:
            self._paint_pill(painter, rect, badge)
        self._paint_marks(painter)
        for center, phase in card.chips:
            paint_chip(painter, center, phase, style, lit=self.lit in (-1, phase))

    def _relayout(self) -> None:
        self.prepareGeometryChange()
        self.card = Card(self.content, self.badges, self._style)
        self.update()

    def _border_pen(self) -> QPen:
        if self.content.bypassed:
            return self._style.bypass_pen
        return self._style.hover_pen if self.hovered else self._style.border_pen

    def _paint_texts(self, painter: QPainter) -> None:
        style, card = self._style, self.card
        painter.setPen(style.text_pen)
        painter.setFont(style.name_font)
        painter.drawStaticText(*card.name)
        painter.setFont(style.text_font)
        painter.drawStaticText(*card.shape)
        painter.setPen(style.muted_pen)
        painter.drawStaticText(*card.type)
        painter.setFont(style.small_font)
        for at, text in card.details:
            painter.drawStaticText(at, text)
        for at, text in card.port_labels:
            painter.drawStaticText(at, text)

    def _paint_outline(self, painter: QPainter) -> None:
        if self.selected or self.target:
            painter.setPen(self._style.selected_pen if self.selected else self._style.glow_pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(
                self.card.rect.adjusted(-2.5, -2.5, 2.5, 2.5), m.CORNER + 2.5, m.CORNER + 2.5
            )

    def _paint_ports(self, painter: QPainter) -> None:
        style = self._style
        painter.setBrush(style.port)
        for output, ports in ((False, self.card.inputs), (True, self.card.outputs)):
            for number, at in enumerate(ports):
                key = (output, number)
                if key in self.glowing:
                    painter.setPen(style.glow_pen)
                    painter.setBrush(style.glow)
                    painter.drawEllipse(at, m.PORT_RADIUS + 2, m.PORT_RADIUS + 2)
                    painter.setBrush(style.port)
                    continue
                painter.setPen(style.port_used_pen if key in self.used else style.port_pen)
                radius = m.PORT_RADIUS - 1.5 if not output and number in self.content.spare else m.PORT_RADIUS
                painter.drawEllipse(at, radius, radius)

    def _paint_pill(self, painter: QPainter, rect: QRectF, badge: Badge) -> None:
        fill, color = self._style.tone(badge.tone)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        left = rect.left() + 8
        if badge.symbol:
            draw_symbol(painter, badge.symbol, QPointF(left + 5, rect.center().y()), color, 0.85)
            left += 15
        painter.setPen(color)
        painter.setFont(self._style.small_font)
        height = self._style.small_metrics.height()
        painter.drawStaticText(
            QPointF(left, rect.center().y() - height / 2), self._style.static_small(badge.text)
        )

    def _paint_marks(self, painter: QPainter) -> None:
        style = self._style
        for index, (symbol, role) in enumerate(self.card.marks):
            center = QPointF(self.card.width - 16 - 22 * index, -2)
            color = {"failing": style.failing, "warning": style.warning}.get(role, style.text)
            if role == "failing":
                painter.setBrush(color)
                painter.setPen(QPen(style.canvas, 1.5))
            else:
                painter.setBrush(style.node)
                painter.setPen(QPen(color, 1.4) if role == "warning" else style.hover_pen)
            painter.drawEllipse(center, 9, 9)
            ink = style.theme.color("accent_text") if role == "failing" else color
            draw_symbol(painter, symbol, center - QPointF(0, 0.8 if symbol == "triangle" else 0), ink, 0.8)

    def _paint_simple(self, painter: QPainter, scale: float) -> None:
        style, card = self._style, self.card
        ground = style.node_hover if self.hovered else style.node
        if self.content.block and scale >= m.NAMES_BELOW:
            painter.setPen(style.hover_pen)
            painter.setBrush(ground)
            painter.drawRoundedRect(card.rect.translated(2 * m.STACK, 2 * m.STACK), m.CORNER, m.CORNER)
        if scale < m.NAMES_BELOW:
            painter.fillRect(card.rect, ground)
        else:
            painter.setPen(style.border_pen)
            painter.setBrush(ground)
            painter.drawRoundedRect(card.rect, m.CORNER, m.CORNER)
        painter.fillRect(
            QRectF(0, 0, max(m.STRIPE, 2.5 / scale), card.height), style.family(self.content.family)
        )
        if scale >= m.NAMES_BELOW:
            self._paint_far_texts(painter, scale)
        if self.selected:
            pen = QPen(style.accent, 2.0)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(card.rect)
        if scale >= m.SHAPES_BELOW:
            self._paint_ports(painter)
        self._paint_far_mark(painter, scale)
        for index, (_, phase) in enumerate(card.chips):
            size = min(6.0 / scale, 22.0)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(phase_color(style.theme, phase))
            painter.setOpacity(1.0 if self.lit in (-1, phase) else 0.3)
            painter.drawEllipse(QPointF(size * (0.9 + 1.1 * index), 0), size / 2, size / 2)
        painter.setOpacity(1.0)

    def _paint_far_texts(self, painter: QPainter, scale: float) -> None:
        style, card = self._style, self.card
        painter.setOpacity(0.5 if self.content.bypassed else 1.0)
        painter.setPen(style.text_pen)
        painter.setFont(style.name_font)
        if scale < m.SHAPES_BELOW:
            self._paint_scaled(painter, card.name[1], card.farthest_top, card.farthest_scale)
        else:
            self._paint_scaled(painter, card.name[1], card.far_top, card.far_scale)
            painter.setPen(style.muted_pen)
            painter.setFont(style.text_font)
            self._paint_scaled(painter, card.shape[1], card.far_shape_top, card.far_shape_scale)
        painter.setOpacity(1.0)

    @staticmethod
    def _paint_scaled(painter: QPainter, text: QStaticText, top: float, scale: float) -> None:
        painter.save()
        painter.translate(m.PADDING + 2, top)
        painter.scale(scale, scale)
        painter.drawStaticText(QPointF(0, 0), text)
        painter.restore()

    def _paint_far_mark(self, painter: QPainter, scale: float) -> None:
        """Mark a card from afar: a cross for what fails, a triangle for a warning."""
        tones = {badge.tone for badge in self.badges}
        size = min(max(1.6, 0.6 / scale), 3.5)
        center = QPointF(self.card.width - 6 * size, 6 * size - 12)
        if self.content.problem == "error" or "failing" in tones:
            draw_symbol(painter, "cross", center, self._style.failing, 1.4 * size)
        elif self.content.problem == "warning" or "warning" in tones:
            draw_symbol(painter, "triangle", center, self._style.warning, size)
