"""The inspector's view of a block: its name, what it is for, how often it stands in the design, and the way in."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from designer.common.forms.labels import HeadingLabel, ToneLabel
from designer.common.forms.line_field import LineField
from designer.common.forms.scrolling import ColumnScroll
from designer.common.text import count_noun
from designer.document.document import Document
from engine.core.errors import GradloomError
from engine.design import edits as e
from engine.design.blocks import Block, BlockInput, BlockLayer, BlockOutput
from engine.design.grouping import making_own

DESCRIPTION_TIP = "A sentence that tells what the block is for; the palette shows it"


class BlockSection(QWidget):
    """Shows one block and carries edits of its name and description to the document.

    Signals: enter_requested(node_id): the inside of this instance is to be shown.
    """

    enter_requested = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._block_id = self._node_id = ""
        self.heading = HeadingLabel("Block")
        self.name = LineField()
        self.name.setAccessibleName("block name")
        self.name.setToolTip("Name of the block: the same for all that stand in the design")
        self.name.committed.connect(self._on_name_committed)
        self.description = LineField()
        self.description.setAccessibleName("block description")
        self.description.setPlaceholderText("What it is for")
        self.description.setToolTip(DESCRIPTION_TIP)
        self.description.committed.connect(self._on_description_committed)
        self.facts = ToneLabel("", role="text_muted", wrap=True)
        self.message = ToneLabel("", role="failing_text", scale=0.92, wrap=True)
        self.message.hide()
        self.enter = QPushButton("Enter")
        self.enter.setToolTip("Show what is inside (Enter, or a double-click on it)")
        self.enter.clicked.connect(lambda _checked=False: self.enter_requested.emit(self._node_id))
        self.own = QPushButton("Make its own")
        self.own.setToolTip("Copy the block for this one alone: changes in it leave the others as they are")
        self.own.clicked.connect(self._on_make_own)
        buttons = QHBoxLayout()
        buttons.addWidget(self.enter)
        buttons.addWidget(self.own)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.heading, self.name, self.description, self.facts, self.message):
            column.addWidget(widget)
        column.addLayout(buttons)

    def show_node(self, node_id: str) -> bool:
        """Show the block that a node is an instance of; return whether it is one."""
        layer = self._document.design.nodes[node_id].layer
        block = self._document.design.blocks.get(layer.block) if isinstance(layer, BlockLayer) else None
        self.setVisible(block is not None)
        if block is None:
            return False
        self._node_id = node_id
        self.enter.show()
        self.own.setVisible(self._document.design.users_of(block.id) > 1)
        self._show(block)
        return True

    def show_block(self, block: Block) -> None:
        """Show a block from inside."""
        self._node_id = ""
        self.enter.hide()
        self.own.hide()
        self._show(block)

    def _show(self, block: Block) -> None:
        self._block_id = block.id
        self.message.hide()
        self.name.show_text(block.name)
        self.description.show_text(block.description)
        self.description.setCursorPosition(0)
        self.description.setToolTip(block.description or DESCRIPTION_TIP)
        uses = self._document.design.users_of(block.id)
        layers = [n for n in block.nodes if not isinstance(n.layer, BlockInput | BlockOutput)]
        used = "used once" if uses == 1 else f"used {uses} times: a change inside changes them all"
        self.facts.setText(f"{count_noun(len(layers), 'layer')} inside, {used}.")

    def _replace(self, label: str, **changes: str) -> None:
        block = self._document.design.blocks.get(self._block_id)
        if block is not None and block.with_(**changes) != block:
            self._document.push(label, [e.ReplaceBlock(block.with_(**changes))])

    def _on_name_committed(self, text: str) -> None:
        name = " ".join(text.split())
        if name:
            self._replace(f"Rename the block to {name}", name=name)
        elif self._block_id in self._document.design.blocks:
            self.name.show_text(self._document.design.blocks[self._block_id].name)

    def _on_description_committed(self, text: str) -> None:
        self._replace("Describe the block", description=" ".join(text.split()))

    def _on_make_own(self) -> None:
        design, node_id = self._document.design, self._node_id
        try:
            edits = making_own(design, node_id)
        except GradloomError as error:
            self.message.setText(f"▲ {error}")
            self.message.show()
            return
        self._document.push(f"Make {design.nodes[node_id].name} a block of its own", edits)


class BlockPage(ColumnScroll):
    """The page while one is inside a block and nothing is selected."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.section = BlockSection(document)
        self.add(self.section)
        self.column.addSpacing(8)
        hint = "BlockInput and BlockOutput are the ports, called what these nodes are called. Esc leads out."
        self.add(ToneLabel(hint, role="text_muted", wrap=True))
        self.add(ToneLabel("Select a layer to see and change its settings.", role="text_muted", wrap=True))
        self.add_stretch()
