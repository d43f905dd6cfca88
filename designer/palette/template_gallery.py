"""The gallery of templates: what an empty canvas offers, and what New from template shows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from designer.common.forms.flow_layout import FlowLayout
from designer.common.forms.labels import HeadingLabel, ToneLabel
from designer.common.forms.scrolling import ColumnScroll
from designer.palette.template_card import TemplateCard
from engine.core.errors import GradloomError
from engine.design import templates

CARD_WIDTH = 224


class TemplateGallery(ColumnScroll):
    """Cards of the templates, group by group, under a title where one is given.

    Signals: chosen(name): open this template. dismissed(): Esc was pressed.
    """

    chosen = Signal(str)
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None, *, title: str = "Start from a template") -> None:
        super().__init__(parent, spacing=10, margin=20)
        self.setAccessibleName("Templates")
        self.cards: list[TemplateCard] = []
        if title:
            self.add(ToneLabel(title, scale=1.4, bold=True, wrap=True))
            hint = "Each one trains as it opens: press Train."
            self.add(ToneLabel(hint, role="text_muted", wrap=True))
        groups: dict[str, QWidget] = {}
        for info in templates.names():
            try:
                design = templates.load(info.name)
            except GradloomError:
                # A template that this version can't read is left out rather than shown as broken.
                continue
            if info.group not in groups:
                self.column.addSpacing(8)
                self.add(HeadingLabel(info.group))
                groups[info.group] = self.add(QWidget())
                FlowLayout(groups[info.group], spacing=12, column_width=CARD_WIDTH)
            card = TemplateCard(info, design)
            card.chosen.connect(self.chosen)
            layout = groups[info.group].layout()
            assert layout is not None
            layout.addWidget(card)
            self.cards.append(card)
        self.add_stretch()

    def focus_first(self) -> None:
        """Put the focus on the first card."""
        if self.cards:
            self.cards[0].setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        else:
            super().keyPressEvent(event)
