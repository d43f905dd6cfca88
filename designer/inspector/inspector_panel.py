"""The inspector: the selected layer, what several have in common, or the design as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from designer.common.throttle import Throttle
from designer.document.document import Document
from designer.document.mirror import Mirror
from designer.document.selection import Selection
from designer.inspector.block_page import BlockPage
from designer.inspector.multi_page import MultiPage
from designer.inspector.node_page import NodePage
from designer.inspector.overview_page import OverviewPage

if TYPE_CHECKING:
    from designer.training.session import TrainingSession

REFRESH_MS = 30
LIVE_MS = 90
OWNER = "inspector"


class InspectorPanel(QWidget):
    """Mirrors the selection; every edit goes to the document.

    Signals:
        data_requested(), training_requested(): the data or training panel is to be shown.
        node_requested(id): a card asks for another node to be shown, by its flat id.
        enter_requested(id): the inside of this instance of a block is to be shown.
    """

    data_requested = Signal()
    training_requested = Signal()
    node_requested = Signal(str)
    enter_requested = Signal(str)

    def __init__(
        self,
        document: Document,
        selection: Selection,
        session: TrainingSession | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName("Inspector")
        self._document = document
        self._selection = selection
        self._session = session
        self.overview = OverviewPage(document.root if isinstance(document, Mirror) else document)
        self.block_page = BlockPage(document)
        self.node_page = NodePage(document, session)
        self.multi_page = MultiPage(document)
        self._stack = QStackedLayout(self)
        for page in (self.overview, self.node_page, self.multi_page, self.block_page):
            self._stack.addWidget(page)
        self.overview.data_requested.connect(self.data_requested)
        self.overview.training_requested.connect(self.training_requested)
        self.node_page.node_requested.connect(self._on_node_requested)
        self.node_page.block.enter_requested.connect(self.enter_requested)
        self._refresh = Throttle(REFRESH_MS, self._show, self)
        self._live = Throttle(LIVE_MS, self._show_live, self)
        selection.changed.connect(self.refresh)
        document.checked.connect(self._refresh.call)
        document.reset.connect(self._refresh.call)
        if session is not None:
            session.watched.connect(self._on_watched)
            session.findings_changed.connect(self._refresh.call)
        self._show()

    def refresh(self) -> None:
        """Show the selection now, whatever is waiting."""
        self._refresh.cancel()
        self._show()

    def edit_name(self) -> None:
        """Put the cursor into the name of the selected layer (F2), or of the design."""
        field = (
            self.node_page.header.name
            if self._stack.currentWidget() is self.node_page
            else self.overview.name
        )
        field.setFocus()
        field.selectAll()

    def show_field(self, name: str) -> None:
        """Put the cursor into a field of the selected layer."""
        form = self.node_page.form
        if self._stack.currentWidget() is self.node_page and form is not None and name in form.rows:
            if not form.rows[name].spec.basic:
                form.set_unfolded(True)
            form.rows[name].editor.setFocus()

    def _show(self) -> None:
        nodes = [node_id for node_id in self._selection.nodes if node_id in self._document.design.nodes]
        if len(nodes) == 1:
            self.node_page.show_node(nodes[0])
            self._stack.setCurrentWidget(self.node_page)
        elif nodes:
            self.multi_page.show_nodes(nodes)
            self._stack.setCurrentWidget(self.multi_page)
        elif (block := self._document.design.blocks.get(self._document.design.block)) is not None:
            self.block_page.section.show_block(block)
            self._stack.setCurrentWidget(self.block_page)
        else:
            self.overview.show_design()
            self._stack.setCurrentWidget(self.overview)
        self._watch()

    def _watch(self) -> None:
        """Ask for the selected activation's inputs, and for nothing while nobody looks."""
        if self._session is None:
            return
        wanted = (
            self.isVisible()
            and self._stack.currentWidget() is self.node_page
            and self.node_page.has_activation
        )
        self._session.watch(OWNER, [self.node_page.activation_key] if wanted else [])

    def _show_live(self) -> None:
        if (
            self._stack.currentWidget() is self.node_page
            and self.node_page.node_id in self._document.design.nodes
        ):
            self.node_page.show_live()

    def _on_watched(self, key: object) -> None:
        if self.isVisible() and key == self.node_page.activation_key:
            self._live.call()

    def _on_node_requested(self, node_id: str) -> None:
        if node_id in self._document.design.nodes and self._document.flat_id(node_id) == node_id:
            self._selection.set([node_id])
        self.node_requested.emit(node_id)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._watch()
