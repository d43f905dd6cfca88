"""Where a person stands in a design: on its canvas, or inside one of its blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Signal

from designer.document.document import Document
from designer.document.mirror import Mirror
from engine.design import edits as e
from engine.design.blocks import Block, BlockLayer
from engine.design.checks import problems_of
from engine.design.design import Design
from engine.design.elements import Position
from engine.design.flatten import Path, flat_id, inside_of
from engine.design.grouping import making_own
from engine.design.inference import Inference, infer
from engine.design.port_edits import with_following


class Scope(Mirror):
    """The document as it is seen from where a person stands; everything that edits layers works on this one.

    `path` leads there: the ids of the instances that were entered, one in the other, () for the design itself. Inside a
    block `design` is its definition, with the shapes that it has in the instance that was entered; an edit changes the
    definition, and so every instance.

    Signals: entered(path): the person stands elsewhere now, and what follows `reset` has followed it.
    """

    entered = Signal(object)

    def __init__(self, root: Document, parent: QObject | None = None) -> None:
        self.path: Path = ()
        super().__init__(root, parent)
        root.place_wanted.connect(self._on_place_wanted)
        self._show_all()
        self.remember()

    # ------------------------------------------------------------------ where one stands

    @property
    def block(self) -> Block | None:
        """The block that one is in, None on the canvas of the design."""
        return self.root.design.blocks.get(self.design.block)

    @property
    def trail(self) -> list[tuple[str, Path]]:
        """(name, path) of every place from the design to here, for the bar that leads back."""
        found = [(self.root.design.name, Path())]
        design = self.root.design
        for depth, node_id in enumerate(self.path, start=1):
            layer = design.nodes[node_id].layer
            assert isinstance(layer, BlockLayer)
            found.append((design.blocks[layer.block].name, self.path[:depth]))
            design = design.inside(layer.block)
        return found

    def can_enter(self, node_id: str) -> bool:
        """Return whether a node is an instance of a block of the design."""
        node = self.design.nodes.get(node_id)
        return (
            node is not None and isinstance(node.layer, BlockLayer) and node.layer.block in self.design.blocks
        )

    def enter(self, node_id: str) -> bool:
        """Go into an instance; return whether it is one."""
        return self.can_enter(node_id) and self.go((*self.path, node_id))

    def leave(self) -> str:
        """Go one step out; return the id of the instance that was left, "" where one is outside already."""
        left = self.path[-1] if self.path else ""
        self.go(self.path[:-1])
        return left

    def go(self, path: Path) -> bool:
        """Go to a place; return whether one stands there now."""
        if self._reachable(path) != path:
            return False
        if path != self.path:
            self._move(path)
        return True

    def flat_id(self, node_id: str) -> str:
        return flat_id((*self.path, node_id))

    # ------------------------------------------------------------------ edits

    def make_own(self) -> None:
        """Give the instance that one is in a block of its own: a copy that no other uses. Raises DesignError."""
        outer = inside_of(self.root.design, self.path[:-1])
        if self.block is not None and outer is not None:
            edits = [e.within(outer.block, edit) for edit in making_own(outer, self.path[-1])]
            self.root.push(f"Make {outer.nodes[self.path[-1]].name} a block of its own", edits)

    def rename_block(self, block_id: str, name: str) -> None:
        """Call a block something else."""
        block, wish = self.root.design.blocks[block_id], " ".join(name.split())
        if wish and wish != block.name:
            self.root.push(f"Rename {block.name}", [e.ReplaceBlock(block.with_(name=wish))])

    def in_root(self, edits: Iterable[e.Edit]) -> list[e.Edit]:
        meant = [e.unwrapped(e.within(self.design.block, edit)) for edit in edits]
        return with_following(self.root.design, meant)

    def set_positions(self, positions: Mapping[str, Position]) -> None:
        super().set_positions(positions)
        if self.path:
            for node_id in positions:
                self.root.design.apply(
                    e.EditBlock(self.design.block, e.ReplaceNode(self.design.nodes[node_id]))
                )
        self.remember()

    # ------------------------------------------------------------------ following

    def show(self) -> None:
        self.design, self._inner = self._found()

    def _show_all(self) -> None:
        self.show()
        if not self.path:
            self.inference, self.problems = self.root.inference, self.root.problems
        else:
            self.inference = self._inner or infer(self.design)
            self.problems = tuple(problems_of(self.design, self.inference))

    def _found(self) -> tuple[Design, Inference | None]:
        design, known = self.root.design, self.root.inference
        inner: Inference | None = known
        for node_id in self.path:
            layer = design.nodes[node_id].layer
            assert isinstance(layer, BlockLayer)
            inner = None if inner is None else inner.inner.get(node_id)
            design = design.inside(layer.block, None if inner is None else inner.arriving)
        return design, inner

    def _reachable(self, path: Path) -> Path:
        """Return as much of a path as leads somewhere."""
        depth = next((i for i in range(len(path), 0, -1) if inside_of(self.root.design, path[:i])), 0)
        return path[:depth]

    def _move(self, path: Path) -> None:
        self.path = self.root.place = path
        self._show_all()
        self.remember()
        self.reset.emit()
        self.checked.emit()
        self.entered.emit(path)

    def _on_performed(self) -> None:
        path = self._reachable(self.path)
        if path != self.path:
            self._move(path)
            return
        was = self.design.block
        self.show()
        if self.design.block != was:  # the instance that one is in was made one of another block
            self._move(path)
            return
        self.tell_difference()

    def _on_root_checked(self) -> None:
        self._show_all()
        self.checked.emit()

    def _on_root_reset(self) -> None:
        self.path = self.root.place = ()
        self._show_all()
        self.remember()
        self.reset.emit()
        self.entered.emit(())

    def _on_place_wanted(self, path: Path) -> None:
        self.go(self._reachable(path))
