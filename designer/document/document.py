"""The observable document: the one object that every view mirrors and every command changes.

It wraps an engine `Design` and its undo stack. Views connect to its signals and read; to change anything they call
`push` with a label and a list of edits. Signals carry ids; the values are read from `design`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack
from shiboken6 import isValid

from designer.document.edit_command import EditCommand
from engine.core.problems import Problem
from engine.design import edits as e
from engine.design.blocks import PORT_LAYERS
from engine.design.checks import problems_of
from engine.design.design import Design
from engine.design.elements import Node, Position
from engine.design.inference import Inference, infer

BLOCK_EDITS = (e.AddBlock, e.RemoveBlock, e.ReplaceBlock, e.EditBlock)


class Document(QObject):
    """A design that tells what changes.

    Signals:
        node_added(id), node_removed(id), node_replaced(id): after the design holds the change. Where
            nothing but the position differs, `node_moved(id)` is sent instead of `node_replaced`.
        edge_added(Edge), edge_removed(Edge); note_added(id), note_removed(id), note_replaced(id).
        section_changed(name): "name", "seed", "data", "training" or "phases".
        blocks_changed(): the definition of a block is another, came or went. performed(): every edit of a command is
            done, and told of; what follows from them is not worked out yet.
        ids_changed(mapping): layers went into a block or came out of one, and go by other flat ids now: old id -> new.
        place_wanted(path): a step was undone or redone that was made at this place (see `Scope`).
        checked(): shapes, parameter counts and problems are new; sent once after each command that may change them.
        reset(): another design was put in; views start over.
        undo_changed(): a step was made, undone or redone. clean_changed(clean): whether the saved state is reached.
            Connect to these rather than to `undo_stack`, which tells its receivers once more while it is destroyed.
    """

    node_added = Signal(str)
    node_removed = Signal(str)
    node_replaced = Signal(str)
    node_moved = Signal(str)
    edge_added = Signal(object)
    edge_removed = Signal(object)
    note_added = Signal(str)
    note_removed = Signal(str)
    note_replaced = Signal(str)
    section_changed = Signal(str)
    blocks_changed = Signal()
    ids_changed = Signal(object)
    performed = Signal()
    place_wanted = Signal(object)
    checked = Signal()
    reset = Signal()
    undo_changed = Signal()
    clean_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.design = Design()
        self.place: tuple[str, ...] = ()
        """Where the person stands: the instances of blocks, one in the other, that were entered."""
        self.undo_stack = self._own_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(1000)
        self.undo_stack.indexChanged.connect(self.undo_changed)
        self.undo_stack.cleanChanged.connect(self.clean_changed)
        self.inference: Inference = infer(self.design)
        self.problems: tuple[Problem, ...] = ()
        self._recheck()

    def set_design(self, design: Design) -> None:
        """Put another design in, with an empty undo history."""
        self.undo_stack.clear()
        self.design = design
        self._recheck()
        self.reset.emit()
        self.checked.emit()

    def push(self, label: str, edits: Iterable[e.Edit], *, merge: str = "") -> None:
        """Carry out `edits` as one undo step called `label`; nothing happens for no edits.

        Steps with the same `merge` key that follow each other become one (a spin box that is spun, a nudge).
        Raises DesignError where an edit does not fit; the document is unchanged then.
        """
        listed = [e.unwrapped(edit) for edit in edits]
        if not listed:
            return
        joined = self._step_to_join(merge)
        if joined is None:
            self.undo_stack.push(EditCommand(self, label, listed, merge))
        else:
            joined.extend(listed)
            self.undo_changed.emit()

    def perform(self, edits: Sequence[e.Edit]) -> list[e.Edit]:
        """Carry out edits and return their inverses, in the order that takes them back. For commands only."""
        inverses: list[e.Edit] = []
        quiet = True
        try:
            for edit in edits:
                quiet = self._carry_out(edit, inverses) and quiet
        except Exception:
            for inverse in inverses:
                self._carry_out(inverse, [])
            raise
        if not quiet:
            self._recheck()  # before anyone is told: who stands in a block that is gone now looks at the shapes outside
        self.performed.emit()
        if not quiet:
            self.checked.emit()
        return inverses

    def __del__(self) -> None:
        # The collector takes a cycle apart in any order. Where it comes upon a command before the stack, Python frees
        # the command that the stack still holds, and the stack frees it again. Finalizers run before all that.
        if isValid(self._own_stack):
            self._own_stack.blockSignals(True)
            self._own_stack.clear()

    @property
    def whole(self) -> Design:
        """The design as it is drawn and saved, whatever part or side of it is shown."""
        return self.design

    def flat_id(self, node_id: str) -> str:
        """Return the id that a node has once every block is taken apart: the one that training knows it by."""
        return node_id

    def holds(self, node_id: str, flat_id: str) -> bool:
        """Return whether a flat id is that of a node, or of one inside it."""
        own = self.flat_id(node_id)
        return flat_id == own or flat_id.startswith(f"{own}/")

    def set_positions(self, positions: Mapping[str, Position]) -> None:
        """Give places to nodes that have none. That is no step: there is nothing yet to undo."""
        for node_id, position in positions.items():
            self.design.apply(e.ReplaceNode(self.design.nodes[node_id].with_(position=position)))

    def problems_at(self, node_id: str) -> list[Problem]:
        """Return the problems that are marked at a node."""
        return [problem for problem in self.problems if problem.node == node_id]

    def _step_to_join(self, merge: str) -> EditCommand | None:
        """Return the last step where it takes further edits under this key; the saved state is never changed."""
        # QUndoStack would join commands by itself; but the wrapper of one that it swallows is never freed.
        stack, last = self.undo_stack, self.undo_stack.index() - 1
        if not merge or last < 0 or last != stack.count() - 1 or stack.index() == stack.cleanIndex():
            return None
        command = stack.command(last)
        return command if isinstance(command, EditCommand) and command.merge == merge else None

    def _recheck(self) -> None:
        self.inference = infer(self.design)
        self.problems = tuple(problems_of(self.design, self.inference))

    def _carry_out(self, edit: e.Edit, inverses: list[e.Edit]) -> bool:
        """Apply one edit, tell of it, and return whether it can't change shapes or problems: a comment, a move."""
        moved = self._is_move(edit)
        before = dict(self.design.nodes) if isinstance(edit, BLOCK_EDITS) else {}
        inverses.insert(0, self.design.apply(edit))
        self._tell(edit, moved)
        for node_id, node in before.items():  # instances take over the ports of their block
            if self.design.nodes[node_id] is not node:
                self.node_replaced.emit(node_id)
        inner = edit.edit if isinstance(edit, e.EditBlock) else edit
        if isinstance(inner, e.ReplaceNode) and inner.node.type in PORT_LAYERS:
            return False  # where its nodes lie decides the order of a block's ports
        return moved or isinstance(inner, e.AddNote | e.RemoveNote | e.ReplaceNote)

    def _is_move(self, edit: e.Edit) -> bool:
        nodes: Iterable[Node] = self.design.nodes.values()
        if isinstance(edit, e.EditBlock):
            block = self.design.blocks.get(edit.block_id)
            nodes, edit = () if block is None else block.nodes, edit.edit
        if not isinstance(edit, e.ReplaceNode):
            return False
        node = edit.node
        return any(one.id == node.id and one.with_(position=node.position) == node for one in nodes)

    def _tell(self, edit: e.Edit, moved: bool) -> None:
        match edit:
            case e.AddNode(node):
                self.node_added.emit(node.id)
            case e.RemoveNode(node_id):
                self.node_removed.emit(node_id)
            case e.ReplaceNode(node):
                (self.node_moved if moved else self.node_replaced).emit(node.id)
            case e.AddEdge(edge):
                self.edge_added.emit(edge)
            case e.RemoveEdge(edge):
                self.edge_removed.emit(edge)
            case e.AddNote(note):
                self.note_added.emit(note.id)
            case e.RemoveNote(note_id):
                self.note_removed.emit(note_id)
            case e.ReplaceNote(note):
                self.note_replaced.emit(note.id)
            case e.SetSection(section):
                self.section_changed.emit(section)
            case _:
                self.blocks_changed.emit()
