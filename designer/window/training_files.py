"""Carries what was trained between the session and the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from designer.document.document import Document
from designer.document.file_session import FileSession
from designer.document.storage import TrainedParts
from designer.training.stored_history import stored_steps

if TYPE_CHECKING:
    from designer.data.data_panel import DataPanel
    from designer.training.session import TrainingSession


class TrainingFiles(QObject):
    """Puts a file's weights into the session, the session's into the file, and says when there are new ones."""

    def __init__(
        self,
        document: Document,
        session: TrainingSession,
        files: FileSession,
        data: DataPanel,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._document, self._session, self._files, self._data = document, session, files, data
        self._kept = TrainedParts()
        files.collect = self.collect
        files.loaded.connect(self._on_loaded)
        files.state_changed.connect(self._on_state_changed)
        session.weights_changed.connect(self._on_weights_changed)
        self._on_state_changed()

    def collect(self) -> TrainedParts:
        """Return what a file should hold beside the design."""
        kept = self._session.weights
        weights = kept.by_name()
        if not weights:
            return TrainedParts()
        source = self._kept if kept.record is None else kept
        # A run can't go on where the network is another one by now.
        state = None if kept.stale_nodes else source.run_state
        if kept.record is None:
            return self._kept._replace(weights=weights, run_state=state)
        history = kept.epochs
        history.steps = stored_steps(kept.record.history, kept.step)
        return TrainedParts(weights, state, history, kept.record.preprocessing or self._kept.preprocessing)

    def _on_loaded(self, parts: TrainedParts) -> None:
        self._kept = parts
        self._session.preprocessing = parts.preprocessing
        self._session.take_file(parts.weights or {}, parts.run_state, parts.history)

    def _on_state_changed(self) -> None:
        path = self._files.path
        self._session.folder = None if path is None else str(path.parent)
        self._data.set_folder(None if path is None else path.parent)

    def _on_weights_changed(self) -> None:
        # Step 0: they came from a file, and are in it already.
        if self._session.weights.step > 0:
            self._files.mark_trained()
