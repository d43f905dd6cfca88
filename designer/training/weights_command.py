"""The undo command for weights: what the session keeps, before and after."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from designer.training.kept_weights import KeptWeights


class WeightsCommand(QUndoCommand):
    """Changes the kept weights by `change`, and takes it back."""

    def __init__(self, kept: KeptWeights, label: str, change: Callable[[], object]) -> None:
        super().__init__(label)
        self._kept = kept
        self._before = kept.state()
        change()
        self._after = kept.state()
        self._done = True

    def redo(self) -> None:
        if not self._done:
            self._kept.restore(self._after)
        self._done = True

    def undo(self) -> None:
        self._kept.restore(self._before)
        self._done = False
