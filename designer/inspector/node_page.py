"""The inspector's page for one node: its settings, its flags, its activation, its problems and its help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from designer.common.forms.bursts import Bursts
from designer.common.forms.declared_form import DeclaredForm
from designer.common.forms.labels import HeadingLabel
from designer.common.forms.scrolling import ColumnScroll
from designer.common.text import format_percent
from designer.document.document import Document
from designer.document.sharing import sharing_candidates
from designer.inspector.activation_plot import ActivationPlot
from designer.inspector.block_page import BlockSection
from designer.inspector.card_content import cards
from designer.inspector.help_section import HelpSection
from designer.inspector.node_edits import (
    edit_label,
    field_edits,
    flag_edits,
    rename_edits,
)
from designer.inspector.node_flags import FlagsForm
from designer.inspector.node_header import NodeHeader
from designer.inspector.problems_panel import CardList
from engine.core.errors import GradloomError, SettingError
from engine.core.registry import family
from engine.design.blocks import BlockLayer
from engine.design.elements import Node, UnknownLayer

if TYPE_CHECKING:
    from designer.training.session import TrainingSession


class ActivationKey(NamedTuple):
    """What the page asks the training session to look at: the inputs of a node's activation."""

    node_id: str
    what: str = "activations"


class NodePage(ColumnScroll):
    """Shows one node and carries its edits to the document.

    Signals: node_requested(id): a card wants another node shown; unfolded_changed(bool).
    """

    node_requested = Signal(str)
    unfolded_changed = Signal(bool)

    def __init__(
        self, document: Document, session: TrainingSession | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session
        self._bursts = Bursts()
        self._node_id = ""
        self.unfolded = False
        self.header = NodeHeader()
        self.header.rename_requested.connect(self._on_rename_requested)
        self.form: DeclaredForm | None = None
        self.block = BlockSection(document)
        self.flags = FlagsForm(self._set_flag)
        self.activation_heading = HeadingLabel("Activation")
        self.plot = ActivationPlot()
        self.cards_heading = HeadingLabel("Problems and findings")
        self.cards = CardList(document)
        self.cards.node_requested.connect(self.node_requested)
        self.help_heading = HeadingLabel("What it does")
        self.help = HelpSection()
        parts: tuple[QWidget, ...] = (self.header, self.block, self.flags, self.activation_heading, self.plot)
        parts += (self.cards_heading, self.cards, self.help_heading, self.help)
        for widget in parts:
            self.add(widget)
        self.add_stretch()

    @property
    def node_id(self) -> str:
        """The node that is shown."""
        return self._node_id

    def show_node(self, node_id: str) -> None:
        """Show this node as the document has it."""
        node = self._document.design.nodes[node_id]
        another = node_id != self._node_id
        self._node_id = node_id
        self.header.show_node(self._document.design, node, self._document.inference)
        self._show_form(node)
        self.block.show_node(node_id)
        candidates = sharing_candidates(self._document.design, node, self._document.inference.parameters)
        self.flags.show_node(node, candidates, bool(self._document.inference.parameters.get(node_id)))
        self._show_activation(node, another)
        self.show_cards()
        self.help.show_layer(node.layer)
        if another:
            self.verticalScrollBar().setValue(0)

    def show_cards(self) -> None:
        """Show the problems and findings of the node."""
        findings: list[Any] = []
        if self._session is not None:
            findings = [f for f in self._session.findings if self._document.holds(self._node_id, f.node)]
        problems = self._document.problems_at(self._node_id)
        shown = cards(self._document, problems, findings)
        self.cards.show_cards(shown)
        self.cards.setVisible(bool(shown))
        self.cards_heading.setVisible(bool(shown))

    def show_live(self) -> None:
        """Show what arrives at the activation, as last seen by the training session."""
        watched = self._session.latest(*self.activation_key) if self._session is not None else None
        if watched is None or watched.counts is None:
            self.plot.show_histogram(None, None)
            return
        note, role = _activation_note(watched)
        self.plot.show_histogram(watched.counts, watched.edges, note, role)

    @property
    def activation_key(self) -> ActivationKey:
        """What the training session is asked for."""
        return ActivationKey(self._document.flat_id(self._node_id))

    @property
    def has_activation(self) -> bool:
        """Whether the node has an activation to look at."""
        return not self.plot.isHidden()

    # ------------------------------------------------------------------ parts

    def _show_form(self, node: Node) -> None:
        layer = node.layer
        if self.form is not None and self.form.declared is not type(layer):
            self.column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        if isinstance(layer, UnknownLayer | BlockLayer):
            return
        if self.form is None:
            self.form = DeclaredForm(type(layer), self._set_field)
            self.form.set_unfolded(self.unfolded)
            self.form.unfolded_changed.connect(self._on_unfolded_changed)
            self.column.insertWidget(1, self.form)
            self.form.setVisible(bool(self.form.rows))
        self.form.show_values({name: getattr(layer, name) for name in layer.__struct_fields__})
        for problem in self._document.problems_at(node.id):
            if problem.field:
                self.form.show_message(problem.field, problem.message)

    def _show_activation(self, node: Node, another: bool) -> None:
        field = node.layer.ACTIVATION_FIELD
        value = getattr(node.layer, field, None) if field else None
        activation = None
        if value is not None:
            try:
                activation = family("activation").get(value)
            except GradloomError:
                activation = None
        for widget in (self.activation_heading, self.plot):
            widget.setVisible(activation is not None)
        if activation is not None:
            self.plot.show_activation(activation)
        if another:
            self.show_live()

    # ------------------------------------------------------------------ edits

    def _set_field(self, name: str, value: object, stepping: bool) -> str:
        design, node_id = self._document.design, self._node_id
        try:
            edits = field_edits(design, [node_id], name, value)
        except SettingError as error:
            return _plain(error)
        key = self._bursts.key(f"{node_id}.{name}", stepping)
        self._document.push(edit_label(name, [design.nodes[node_id]]), edits, merge=key)
        return ""

    def _set_flag(self, name: str, value: object, stepping: bool) -> str:
        design, node_id = self._document.design, self._node_id
        label = edit_label(name, [design.nodes[node_id]])
        self._document.push(label, flag_edits(design, [node_id], **{name: value}))
        return ""

    def _on_rename_requested(self, text: str) -> None:
        edits, message = rename_edits(self._document.design, self._node_id, text)
        if message:
            self.header.show_message(message)
            return
        name = self._document.design.nodes[self._node_id].name
        if edits:
            self._document.push(f"Rename {name}", edits)
        else:
            self.header.name.show_text(name)

    def _on_unfolded_changed(self, unfolded: bool) -> None:
        self.unfolded = unfolded
        self.unfolded_changed.emit(unfolded)


def _plain(error: SettingError) -> str:
    """Drop the class's name from the front: at the field it is clear what is spoken of."""
    head, colon, tail = str(error).partition(": ")
    return tail if colon and head.isidentifier() else str(error)


def _activation_note(watched: Any) -> tuple[str, str]:
    """Return the note for the corner of the plot and its colour: 31 % at zero gradient."""
    shares = [share for share in (watched.dead, watched.saturated) if share == share]
    share = max(shares, default=0.0)
    if share < 0.005:
        return "", "text_muted"
    return f"{format_percent(share, 2)} at zero gradient", "warning_text" if share >= 0.2 else "text_muted"
