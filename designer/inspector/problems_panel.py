"""The list of what is wrong with the design and of what training found, each with its cures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from designer.common.forms.labels import HeadingLabel, ToneLabel
from designer.common.forms.scrolling import ColumnScroll
from designer.common.text import count_noun
from designer.common.throttle import Throttle
from designer.document.document import Document
from designer.document.selection import Selection
from designer.inspector.card import CardFrame
from designer.inspector.card_content import CardContent, cards
from engine.core.errors import GradloomError
from engine.core.problems import Repair

if TYPE_CHECKING:
    from designer.training.session import TrainingSession

REFRESH_MS = 120


class ProblemsPanel(QWidget):
    """Cards of all problems and findings. Signals: node_requested(id): a card was clicked."""

    node_requested = Signal(str)

    def __init__(
        self,
        document: Document,
        selection: Selection,
        session: TrainingSession | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName("Problems and findings")
        self._document = document
        self._selection = selection
        self._session = session
        self.heading = HeadingLabel("Problems and findings")
        self.list = CardList(document)
        self.list.node_requested.connect(self._on_node_requested)
        self.empty = ToneLabel("", role="text_muted", wrap=True)
        page = ColumnScroll(spacing=8)
        page.add(self.heading)
        page.add(self.empty)
        page.add(self.list)
        page.add_stretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(page)
        self._refresh = Throttle(REFRESH_MS, self._show, self)
        document.checked.connect(self._refresh.call)
        document.reset.connect(self._refresh.call)
        if session is not None:
            session.findings_changed.connect(self._refresh.call)
        self._show()

    def cards(self) -> tuple[CardContent, ...]:
        """Return what the panel shows, from top to bottom."""
        self._refresh.flush()
        return self.list.contents

    def _show(self) -> None:
        findings = self._session.findings if self._session is not None else ()
        shown = cards(self._document, self._document.problems, findings)
        self.list.show_cards(shown)
        errors = sum(card.tone == "failing" for card in shown)
        self.heading.setText(f"Problems and findings · {len(shown)}" if shown else "Problems and findings")
        self.empty.setVisible(not shown)
        text = "✓ Nothing is wrong with the design: it can be trained."
        if self._session is not None and not findings:
            text += "\n\nWhile it trains, dead or saturated units and vanishing or exploding gradients are told here."
        self.empty.setText(text)
        self.setToolTip(f"{count_noun(errors, 'error')} keep the design from being trained" if errors else "")

    def _on_node_requested(self, node_id: str) -> None:
        if node_id in self._document.design.nodes:
            self._selection.set([node_id])
        self.node_requested.emit(node_id)


class CardList(QWidget):
    """Cards below each other. A cure is carried out at once, as one undo step. Signals: node_requested(id)."""

    node_requested = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._cards: list[CardFrame] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)

    @property
    def contents(self) -> tuple[CardContent, ...]:
        """What the cards say."""
        return tuple(card.content for card in self._cards)

    @property
    def frames(self) -> tuple[CardFrame, ...]:
        """The cards."""
        return tuple(self._cards)

    def show_cards(self, contents: list[CardContent]) -> None:
        """Show these; cards that say the same as before stay as they are, so that a click never misses."""
        if list(self.contents) == contents:
            return
        held = next((i for i, card in enumerate(self._cards) if holds_focus(card)), -1)
        # Compared one by one: a repair may hold settings that have no hash.
        left = list(self._cards)
        for card in left:
            self._column.removeWidget(card)
        self._cards = []
        for content in contents:
            known = next((card for card in left if card.content == content), None)
            if known is not None:
                left.remove(known)
            card = known or self._made(content)
            self._column.addWidget(card)
            card.show()
            self._cards.append(card)
        if held >= 0 and any(holds_focus(card) for card in left):
            self._keep_focus(held)
        for card in left:
            card.hide()
            card.deleteLater()

    def _keep_focus(self, place: int) -> None:
        """Move the focus to the card that took the place of one that goes, or to what stands around the list.

        Left to itself it would jump to the next widget in the ring, which may be a button that starts a run.
        """
        if self._cards:
            self._cards[min(place, len(self._cards) - 1)].setFocus()
        elif (around := self.parentWidget()) is not None:
            around.setFocus()

    def _made(self, content: CardContent) -> CardFrame:
        card = CardFrame(content)
        card.node_requested.connect(self.node_requested)
        card.repair_requested.connect(self._on_repair_requested)
        return card

    def _on_repair_requested(self, repair: Repair) -> None:
        try:
            self._document.push(repair.label, repair.edits)
        except GradloomError:
            # The document moved on between the finding and the click; the fresh list says what is true now.
            self._document.checked.emit()


def holds_focus(widget: QWidget) -> bool:
    """Return whether the keyboard's focus is on a widget or inside it."""
    focus = QApplication.focusWidget()
    return focus is not None and (focus is widget or widget.isAncestorOf(focus))
