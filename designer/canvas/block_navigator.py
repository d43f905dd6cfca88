"""Going into blocks and out of them, on the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF

from designer.canvas.breadcrumb import BreadcrumbBar
from designer.document.document import Document
from designer.document.scope import Scope

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView

Path = tuple[str, ...]


class BlockNavigator(QObject):
    """Goes into the blocks of a `Scope`; on a document that is none there is nowhere to go.

    On the way back the canvas lies as it lay before, and the instance that was left is selected.
    """

    def __init__(self, view: CanvasView, document: Document) -> None:
        super().__init__(view)
        self._view = view
        self.scope = document if isinstance(document, Scope) else None
        self.bar = None if self.scope is None else BreadcrumbBar(view, self.scope)
        self._looks: dict[Path, tuple[float, QPointF]] = {}

    def can_enter(self, node_id: str) -> bool:
        """Return whether a node can be gone into."""
        return self.scope is not None and self.scope.can_enter(node_id)

    @property
    def inside(self) -> bool:
        """Whether the canvas shows the inside of a block."""
        return self.scope is not None and bool(self.scope.path)

    def open_or_rename(self) -> None:
        """Go into the selected block; edit the name of what is none."""
        if not self.enter(self._view.selection.current):
            self._view.rename()

    def enter(self, node_id: str) -> bool:
        """Go into an instance of a block; return whether it is one."""
        return self.scope is not None and self.can_enter(node_id) and self.go((*self.scope.path, node_id))

    def leave(self) -> bool:
        """Go one step out of the block that is shown; return whether there was one."""
        return self.scope is not None and bool(self.scope.path) and self.go(self.scope.path[:-1])

    def go(self, path: Path) -> bool:
        """Go to a place: the canvas of the design, (), or the inside of an instance; return whether it is another."""
        if self.scope is None or path == self.scope.path:
            return False
        view, before = self._view, self.scope.path
        self._looks[before] = (view.zoom, view.visible_rect().center())
        if not self.scope.go(path):
            return False
        if before[: len(path)] == path:
            view.selection.set([before[len(path)]])
            if path in self._looks:
                zoom, center = self._looks[path]
                view.set_zoom(zoom)
                view.centerOn(center)
        view.setFocus()
        return True

    def go_to(self, path: Path) -> bool:
        """Go to where a node is, and select it; return whether there is such a node."""
        if self.scope is not None and path[:-1] != self.scope.path:
            self.go(path[:-1])
        if not path or (self.scope is not None and path[:-1] != self.scope.path):
            return False
        self._view.go_to(path[-1])
        return True
