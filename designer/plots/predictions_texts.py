"""Texts that a decoder writes, beside their sources and what they should be: a row for each, mistakes marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from designer.common.text import format_percent, scaled
from designer.common.theme import Theme
from engine.data.tokens import END, join_tokens, text_of

GAP = 16.0
MARK = 20.0
AIR = 7.0


class Piece(NamedTuple):
    """A token as it is written, and whether it is right."""

    text: str
    right: bool


class TextRow(NamedTuple):
    """One source, what the network makes of it, and what it should be."""

    source: str
    answer: tuple[Piece, ...]
    truth: str
    exact: bool


def text_rows(value: Mapping[str, Any]) -> list[TextRow]:
    """Return the rows of what a `Predictor` of kind "texts" computed."""
    about = value["about"]
    classes, unit = about["classes"], about["unit"]
    rows = []
    for source, truth, answer, exact in zip(
        value["sources"], value["truth"].tolist(), value["answers"].tolist(), value["exact"], strict=True
    ):
        rows.append(
            TextRow(
                text_of(source, about["vocabulary"], unit, first=1),
                _pieces(answer, truth, classes, unit),
                text_of(truth, classes, unit),
                bool(exact),
            )
        )
    return rows


def _pieces(
    answer: Sequence[int], truth: Sequence[int], classes: Sequence[str], unit: str
) -> tuple[Piece, ...]:
    """Return the tokens up to the end, each with the blank before it; an end that comes too early is marked as one."""
    pieces: list[Piece] = []
    said: list[str] = []
    for own, wanted in zip(answer, truth, strict=True):
        if own in (0, END):
            if wanted not in (0, END):
                pieces.append(Piece("▪", False))
            break
        before = join_tokens(said, unit)  # type: ignore[arg-type]
        said.append(classes[own])
        pieces.append(Piece(join_tokens(said, unit)[len(before) :], own == wanted))  # type: ignore[arg-type]
    return tuple(pieces)


class TextsView(QAbstractScrollArea):
    """Rows of source, answer and truth."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[TextRow] = []
        self._heads = ("source", "network", "truth")
        self._font = QFont(self.font())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName("Texts that the network writes")

    @property
    def rows(self) -> list[TextRow]:
        """What is shown."""
        return self._rows

    def show_value(self, value: Mapping[str, Any]) -> None:
        """Show what a `Predictor` of kind "texts" computed."""
        self._rows = text_rows(value)
        about = value["about"]
        names = [*about["features"], "source"]
        self._heads = (names[0], "network", "truth")
        if about["unit"] == "character":
            fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
            fixed.setPointSizeF(max(self.font().pointSizeF(), 7.0))
            self._font = fixed
        else:
            self._font = QFont(self.font())
        wrong = [row for row in self._rows if not row.exact][:3]
        told = "; ".join(
            f"{r.source}: {''.join(p.text for p in r.answer)} instead of {r.truth}" for r in wrong
        )
        self.setAccessibleDescription(told or "Every text is exactly right.")
        self._set_range()
        self.viewport().update()

    def note(self) -> str:
        """Return the share of texts that are exactly right, in words."""
        share = sum(row.exact for row in self._rows) / max(len(self._rows), 1)
        return f"{format_percent(share)} exactly right, running free"

    # ------------------------------------------------------------------ drawing

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_range()

    def _row_height(self) -> float:
        return QFontMetricsF(self._font).height() + AIR

    def _head_height(self) -> float:
        return QFontMetricsF(scaled(self.font(), 0.88)).height() + AIR

    def _set_range(self) -> None:
        room = self.viewport().height() - self._head_height()
        total = len(self._rows) * self._row_height()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, round(total - room)))
        bar.setPageStep(max(1, round(room)))
        bar.setSingleStep(round(self._row_height()))

    def _columns(self) -> list[tuple[float, float]]:
        """Return (left, width) of source, answer and truth."""
        metrics = QFontMetricsF(self._font)
        room = self.viewport().width() - MARK - 2 * GAP
        small = QFontMetricsF(scaled(self.font(), 0.88))
        wanted = [
            max([small.horizontalAdvance(head), *(metrics.horizontalAdvance(text) for text in texts)]) + 2
            for head, texts in zip(
                self._heads,
                (
                    [r.source for r in self._rows],
                    ["".join(p.text for p in r.answer) for r in self._rows] + [r.truth for r in self._rows],
                    [r.truth for r in self._rows],
                ),
                strict=True,
            )
        ]
        # Where there is little room the source gives way first: what was made of it is to be compared.
        wanted[0] = max(wanted[0] - max(sum(wanted) - room, 0.0), min(wanted[0], 0.28 * room))
        share = min(1.0, room / max(sum(wanted), 1.0))
        left, found = MARK, []
        for width in wanted:
            found.append((left, width * share))
            left += width * share + GAP
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        theme, columns = self._theme, self._columns()
        head, height = self._head_height(), self._row_height()
        top = head - self.verticalScrollBar().value()
        painter.save()
        painter.setClipRect(QRectF(0, head, self.viewport().width(), self.viewport().height() - head))
        for row in self._rows:
            if top + height > head and top < self.viewport().height():
                self._paint_row(painter, row, top, height, columns)
            top += height
        painter.restore()
        painter.setFont(scaled(self.font(), 0.88))
        painter.setPen(theme.color("text_muted"))
        for (left, width), text in zip(columns, self._heads, strict=True):
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(width + GAP - 6))
            area = QRectF(left, 0, width + GAP, head)
            painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.setPen(QPen(theme.color("separator"), 1))
        painter.drawLine(QPointF(0, head - 0.5), QPointF(self.viewport().width(), head - 0.5))

    def _paint_row(
        self,
        painter: QPainter,
        row: TextRow,
        top: float,
        height: float,
        columns: Sequence[tuple[float, float]],
    ) -> None:
        theme = self._theme
        painter.setFont(self.font())
        painter.setPen(theme.color("healthy_text" if row.exact else "failing_text"))
        painter.drawText(
            QRectF(0, top, MARK, height),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            "✓" if row.exact else "✗",
        )
        painter.setFont(self._font)
        metrics = QFontMetricsF(self._font)
        painter.setPen(theme.color("text_muted"))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for (x, width), text in ((columns[0], row.source), (columns[2], "" if row.exact else row.truth)):
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRectF(x, top, width + 2, height), left, shown)
        x, width = columns[1]
        end = x + width + 2
        for piece in row.answer:
            advance = metrics.horizontalAdvance(piece.text)
            if x + advance > end:
                painter.setPen(theme.color("text_muted"))
                painter.drawText(QRectF(x, top, GAP, height), left, "…")
                return
            painter.setPen(theme.color("text" if piece.right else "failing_text"))
            painter.drawText(QRectF(x, top, advance + 2, height), left, piece.text)
            if not piece.right:
                below = top + (height + metrics.ascent()) / 2 + 1.5
                painter.drawLine(QPointF(x, below), QPointF(x + advance - 1, below))
            x += advance
