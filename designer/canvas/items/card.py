"""Where the parts of a card lie: computed when its content changes, read when it is painted."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QStaticText

from designer.canvas import metrics as m
from designer.canvas.badges import Badge
from designer.canvas.node_content import NodeContent
from designer.canvas.style import CanvasStyle

PILL_HEIGHT = 18.0
LINE_ONE = 34.0
LINE_TWO = 54.0
MOST_CHIPS = 5
TextAt = tuple[QPointF, QStaticText]


class Card:
    """The geometry of one node's card."""

    def __init__(self, content: NodeContent, badges: tuple[Badge, ...], style: CanvasStyle) -> None:
        text, name, small = style.text_metrics, style.name_metrics, style.small_metrics
        self.left = m.STRIPE + m.PADDING - 2 + _label_width(_input_labels(content), style)
        right_inset = m.PADDING + _label_width([p.name for p in content.outputs], style)
        name_width, type_width = name.horizontalAdvance(content.name), text.horizontalAdvance(content.type)
        settings_width = small.horizontalAdvance(content.settings)
        parameters_width = small.horizontalAdvance(content.parameters)
        between = 16.0 if content.settings and content.parameters else 0.0
        head = m.STRIPE + m.PADDING - 2 + name_width + 16 + type_width + m.PADDING
        body = self.left + max(
            settings_width + between + parameters_width, text.horizontalAdvance(content.shape)
        )
        wanted = max(head, body + right_inset, m.NODE_WIDTH)
        self.width = ceil(wanted / m.GRID) * m.GRID
        ports = max(len(content.inputs), len(content.outputs))
        self.height = max(
            m.NODE_HEIGHT, ceil((m.PORT_TOP + (ports - 1) * m.PORT_STEP + 24) / m.GRID) * m.GRID
        )
        self.rect = QRectF(0, 0, self.width, self.height)
        self.stripe = _stripe(self.height)
        self.inputs = tuple(QPointF(0, m.PORT_TOP + i * m.PORT_STEP) for i in range(len(content.inputs)))
        self.outputs = tuple(
            QPointF(self.width, m.PORT_TOP + i * m.PORT_STEP) for i in range(len(content.outputs))
        )
        self.right = self.width - right_inset
        start = m.STRIPE + m.PADDING - 2
        self.name: TextAt = (
            QPointF(start, (m.HEADER - name.height()) / 2 + 1),
            style.static_name(content.name),
        )
        self.type: TextAt = (
            QPointF(self.width - m.PADDING - type_width, (m.HEADER - text.height()) / 2 + 1),
            style.static(content.type),
        )
        self.shape: TextAt = (QPointF(self.left, LINE_ONE), style.static(content.shape))
        self.details: list[TextAt] = []
        self.port_labels = self._port_labels(content, style)
        room = self.width - 2 * m.PADDING
        self.farthest_scale = min(2.7, room / max(1.0, name_width))
        self.far_scale = min(1.75, self.farthest_scale)
        self.far_shape_scale = min(1.4, room / max(1.0, text.horizontalAdvance(content.shape)))
        name_height, shape_height = name.height() * self.far_scale, text.height() * self.far_shape_scale
        self.far_top = (self.height - name_height - shape_height) / 2
        self.far_shape_top = self.far_top + name_height
        self.farthest_top = (self.height - name.height() * self.farthest_scale) / 2
        self.pills = self._pills(badges, style, self.left + text.horizontalAdvance(content.shape))
        crowded = any(rect.top() > LINE_ONE + 8 for rect, _ in self.pills)
        if content.settings:
            self.details.append((QPointF(self.left, LINE_TWO), style.static_small(content.settings)))
        if content.parameters and not crowded:
            self.details.append(
                (QPointF(self.right - parameters_width if content.settings else self.left, LINE_TWO),
                 style.static_small(content.parameters))
            )  # fmt: skip
        self.marks = _marks(content)
        self.chips = tuple(
            (QPointF(16 + 21 * index, -1), phase) for index, phase in enumerate(content.phases[:MOST_CHIPS])
        )
        self.bounds = self.rect.adjusted(-10, -14, 10, 10)

    def _pills(
        self, badges: tuple[Badge, ...], style: CanvasStyle, taken: float
    ) -> list[tuple[QRectF, Badge]]:
        """Return the pills: on the line of the shape where there is room, else on the one below."""
        placed: list[tuple[QRectF, Badge]] = []
        shown = badges[:1]
        for badge in shown:
            more = f" +{len(badges) - 1}" if len(badges) > 1 else ""
            badge = Badge(badge.text + more, badge.tone, badge.tooltip, badge.kind)
            width = style.small_metrics.horizontalAdvance(badge.text) + 16 + (15 if badge.symbol else 0)
            y = LINE_ONE if taken + 8 + width <= self.right else LINE_TWO - 1
            placed.append((QRectF(self.right - width, y, width, PILL_HEIGHT), badge))
        return placed

    def _port_labels(self, content: NodeContent, style: CanvasStyle) -> list[TextAt]:
        labels: list[TextAt] = []
        drop = style.small_metrics.height() / 2
        for label, at in zip(_input_labels(content), self.inputs, strict=False):
            labels.append((QPointF(11, at.y() - drop), style.static_small(label)))
        if len(content.outputs) > 1:
            for port, at in zip(content.outputs, self.outputs, strict=True):
                width = style.small_metrics.horizontalAdvance(port.name)
                labels.append((QPointF(self.width - 9 - width, at.y() - drop), style.static_small(port.name)))
        return labels


def _input_labels(content: NodeContent) -> list[str]:
    """Return what stands beside the inputs: nothing where there is one, or one and a spare one."""
    few = len(content.inputs) - len(content.spare) == 1 and len(content.inputs) < 3
    return [] if few else [port.name for port in content.inputs]


def _label_width(names: list[str], style: CanvasStyle) -> float:
    return max(style.small_metrics.horizontalAdvance(name) for name in names) + 10 if len(names) > 1 else 0.0


def _marks(content: NodeContent) -> list[tuple[str, str]]:
    """Return the round marks on the card's upper edge, from the right: (symbol, role of its colour)."""
    marks = []
    if content.problem == "error":
        marks.append(("error", "failing"))
    elif content.problem == "warning":
        marks.append(("triangle", "warning"))
    if content.frozen:
        marks.append(("frozen", "text"))
    if content.bypassed:
        marks.append(("bypassed", "text"))
    if content.shared:
        marks.append(("shared", "text"))
    return marks


def _stripe(height: float) -> QPainterPath:
    outline = QPainterPath()
    outline.addRoundedRect(QRectF(0.5, 0.5, 4 * m.CORNER, height - 1), m.CORNER, m.CORNER)
    band = QPainterPath()
    band.addRect(QRectF(0, 0, m.STRIPE, height))
    return outline.intersected(band)
