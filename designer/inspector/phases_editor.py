"""The phases of the training: a card for each, and buttons that make them."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from designer.common.forms.bursts import Bursts
from designer.common.forms.labels import HeadingLabel, ToneLabel
from designer.document.document import Document
from designer.document.selection import Selection
from designer.inspector.phase_card import PhaseCard
from engine.design import edits as e
from engine.design.flatten import flatten
from engine.design.phases import MOST, Phase, adversarial_phases, changed, whole_phase

NONE = (
    "Without phases each step trains every layer on every Output. With phases they take turns: a discriminator, then a "
    "generator."
)
SOME = "On each batch the phases take their turns, from the first to the last."


class PhasesEditor(QWidget):
    """Adds, removes, orders and edits the phases of a document; each change is one undo step.

    `selection` is that of a design without blocks: the layers of a block stand there for it.
    """

    def __init__(
        self, document: Document, selection: Selection | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._selection = document, selection
        self._bursts = Bursts()
        self.cards: list[PhaseCard] = []
        self.note = ToneLabel(NONE, role="text_muted", wrap=True)
        self.add_button = QPushButton("Add a phase")
        self.add_button.setToolTip("Add a phase that trains every layer on every Output, to be narrowed down")
        self.add_button.clicked.connect(self.add)
        self.adversarial_button = QPushButton("Adversarial")
        self.adversarial_button.setToolTip(
            "Make the two phases of an adversarial network, as it is drawn: a Noise, real samples, and two branches "
            "that share weights"
        )
        self.adversarial_button.clicked.connect(self.make_adversarial)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(6)
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.adversarial_button)
        buttons.addStretch(1)
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(HeadingLabel("Phases"))
        column.addWidget(self.note)
        column.addLayout(self._column)
        column.addLayout(buttons)
        document.checked.connect(self.refresh)
        document.reset.connect(self.refresh)
        if selection is not None:
            selection.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the document's phases."""
        design = self._document.design
        phases, chosen = design.phases, bool(self._chosen())
        self._make_cards(len(phases))
        for card, phase in zip(self.cards, phases, strict=True):
            card.show_phase(design, phase, len(phases), selected=chosen)
        self.note.setText(SOME if phases else NONE)
        self.add_button.setEnabled(len(phases) < MOST and bool(design.nodes))
        proposed = () if phases else adversarial_phases(design, self._document.inference)
        self.adversarial_button.setVisible(bool(proposed))

    def add(self) -> None:
        """Add a phase: the first trains everything, a further one nothing yet, on every Output."""
        design = self._document.design
        names, number = {phase.name for phase in design.phases}, len(design.phases) + 1
        while f"phase {number}" in names:
            number += 1
        phase = whole_phase(design, self._document.inference, f"phase {number}")
        if design.phases:
            trained = {node_id for other in design.phases for node_id in other.trains}
            left = tuple(node_id for node_id in phase.trains if node_id not in trained)
            phase = changed(phase, trains=left)
        self._put((*design.phases, phase), f"Add {phase.name}")

    def make_adversarial(self) -> None:
        """Make the two phases of the adversarial network that is drawn."""
        phases = adversarial_phases(self._document.design, self._document.inference)
        self._put(phases, "Train generator against discriminator")

    def _chosen(self) -> tuple[str, ...]:
        """Return the selected layers that hold weights of the design: those of a shared set by their owner."""
        if self._selection is None:
            return ()
        design, found = self._document.design, dict[str, None]()
        able = set(whole_phase(design, self._document.inference, "all").trains)
        for flat_id in self._selection.nodes:
            # What is inside a block is trained with all of it.
            node_id = flat_id.partition("/")[0]
            if (node := design.nodes.get(node_id)) is not None:
                owner = node.shares or node_id
                if owner in able:
                    found[owner] = None
        return tuple(found)

    def _make_cards(self, count: int) -> None:
        while len(self.cards) > count:
            card = self.cards.pop()
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        while len(self.cards) < count:
            place = len(self.cards)
            card = PhaseCard(place, partial(self._change, place))
            card.moved.connect(lambda by, place=place: self._move(place, by))
            card.removed.connect(lambda place=place: self._remove(place))
            card.taken.connect(lambda place=place: self._take(place))
            card.shown.connect(lambda place=place: self._show_trained(place))
            self.cards.append(card)
            self._column.addWidget(card)

    def _change(self, place: int, phase: Phase, label: str, field: str, stepping: bool) -> None:
        phases = list(self._document.design.phases)
        if place < len(phases) and phases[place] != phase:
            phases[place] = phase
            self._put(tuple(phases), label, self._bursts.key(f"phases.{place}.{field}", stepping))

    def _move(self, place: int, by: int) -> None:
        phases = list(self._document.design.phases)
        if 0 <= place + by < len(phases):
            phases[place], phases[place + by] = phases[place + by], phases[place]
            self._put(tuple(phases), f"Move {phases[place + by].name}")
            card = self.cards[place + by]
            (card.earlier if by < 0 else card.later).setFocus()

    def _remove(self, place: int) -> None:
        phases = self._document.design.phases
        self._put(phases[:place] + phases[place + 1 :], f"Remove {phases[place].name}")
        self.add_button.setFocus()

    def _take(self, place: int) -> None:
        phase = self._document.design.phases[place]
        self._change(
            place, changed(phase, trains=self._chosen()), f"Choose what {phase.name} trains", "trains", False
        )

    def _show_trained(self, place: int) -> None:
        if self._selection is not None:
            named = self._document.design.phases[place].trains
            flat = flatten(self._document.design).design
            self._selection.set(i for i in flat.nodes if i in named or i.partition("/")[0] in named)

    def _put(self, phases: tuple[Phase, ...], label: str, merge: str = "") -> None:
        if phases != self._document.design.phases:
            self._document.push(label, [e.SetSection("phases", phases)], merge=merge)
