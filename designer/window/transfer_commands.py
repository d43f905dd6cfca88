"""What the menus do for transfer learning: weights from other files, a new head, and letting the rest move again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from designer.document.document import Document
from designer.document.file_session import FileSession
from designer.training.weights_command import WeightsCommand
from engine.core.errors import GradloomError
from engine.design import transfer

if TYPE_CHECKING:
    from designer.main_window import MainWindow
    from designer.training.session import TrainingSession
    from engine.export import Match

UNTRAINED = (
    "The network has learnt nothing yet: frozen layers would stay random. Train it or import weights first."
)


class TransferCommands(QObject):
    """Binds Import Weights, Transfer Learning and Unfreeze All. Each is one step of undo, weights included."""

    def __init__(
        self, window: MainWindow, document: Document, session: TrainingSession, files: FileSession
    ) -> None:
        super().__init__(window)
        self._window, self._document, self._session, self._files = window, document, session, files
        window.commands.bind(
            {
                "import": self.choose_file,
                "transfer": self.ask_for_head,
                "unfreeze": self.unfreeze,
            }
        )
        session.state_changed.connect(self._show_states)
        document.checked.connect(self._show_states)
        self._show_states()

    # ------------------------------------------------------------------ weights of other files

    def choose_file(self) -> None:
        """Ask for a file and show what of it fits."""
        from engine.export import importers

        patterns = [f"*.{name}" for name in importers.names()]
        filters = [f"Weights ({' '.join(patterns)})"]
        filters += [f"{cls.TITLE} (*.{name})" for name, cls in importers.classes.items()]
        folder = str(self._files.path.parent if self._files.path else Path.home())
        path, _ = QFileDialog.getOpenFileName(self._window, "Import Weights", folder, ";;".join(filters))
        if path:
            self.show_file(path)

    def show_file(self, path: str) -> None:
        """Show the table of what a file's weights would fill; nothing is changed yet."""
        from designer.window.import_dialog import ImportDialog
        from engine.export import match_weights, read_weights

        try:
            source = read_weights(path)
            matches = match_weights(self._document.design, source, inference=self._document.inference)
        except GradloomError as error:
            self._files.prompts.failed(f"Can't import {Path(path).name}", str(error))
            return
        dialog = ImportDialog(Path(path).name, matches, self._window)
        dialog.chosen.connect(self.take)
        dialog.open()

    def take(self, matches: Sequence[Match]) -> None:
        """Put the values of these lines into the network, as one step of undo."""
        from engine.export import matched_arrays

        arrays = matched_arrays(list(matches))
        if not arrays or self._session.is_alive:
            return
        kept = self._session.weights
        command = WeightsCommand(kept, "import weights", lambda: kept.put(arrays))
        self._document.undo_stack.push(command)
        self._window.messages.show_message(
            f"{len(arrays)} arrays are in the network; training starts from them."
        )

    # ------------------------------------------------------------------ a new head

    def ask_for_head(self) -> None:
        """Ask for the size of a new head; say why where the network has none to replace."""
        from designer.window.transfer_dialog import TransferDialog

        try:
            head = transfer.head_of(self._document.design, self._output(), self._document.inference)
        except GradloomError as error:
            self._window.messages.show_message(str(error), "error")
            return
        units = int(getattr(head.layer, "units", 1))
        warning = "" if self._session.weights else UNTRAINED
        dialog = TransferDialog(f"{head.name} ({head.type}, {units} units)", units, warning, self._window)
        dialog.chosen.connect(self.replace_head)
        dialog.open()

    def replace_head(self, units: int, freeze: bool = True) -> None:
        """Keep what was learnt as the start of every run, replace the head, and freeze the rest."""
        document, kept = self._document, self._session.weights
        try:
            edits = transfer.new_head(document.design, self._output(), units, document.inference)
            head = transfer.head_of(document.design, self._output(), document.inference)
        except GradloomError as error:
            self._window.messages.show_message(str(error), "error")
            return
        document.undo_stack.beginMacro("transfer learning")
        try:
            if kept:
                document.undo_stack.push(WeightsCommand(kept, "keep the weights", kept.keep_as_start))
            if freeze:
                document.push("freeze", transfer.frozen_but(document.design, [head.id], document.inference))
            document.push("replace the head", edits)
        finally:
            document.undo_stack.endMacro()
        self._window.messages.show_message(
            "The new layer has learnt nothing yet: choose its data, then Train."
        )

    def unfreeze(self) -> None:
        """Let every layer move again."""
        self._document.push("unfreeze all", transfer.unfrozen(self._document.design))

    def _output(self) -> str:
        outputs = [node.id for node in self._document.design.nodes.values() if node.type == "Output"]
        if not outputs:
            raise GradloomError("There is no Output node, so the network has no head.")
        return outputs[0]

    def _show_states(self) -> None:
        nodes, alive = self._document.design.nodes, self._session.is_alive
        self._window.commands.enable(
            **{"import": bool(nodes) and not alive},
            transfer=bool(nodes) and not alive,
            unfreeze=any(node.frozen for node in nodes.values()),
        )
