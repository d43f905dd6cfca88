"""Trains the network with ever more hidden units, in a process of its own, and tells of each as it is done."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from engine.analysis.widths import WIDTHS, WidthResult
from engine.design.design import Design

COMMAND = "import sys; from engine.cli import main; sys.exit(main(sys.argv[1:]))"


class WidthSweep(QObject):
    """Runs `gradloom widths` on a copy of the design.

    Signals: found(WidthResult), ended(message): "" where it went well or was stopped.
    """

    found = Signal(object)
    ended = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._stopped = False

    @property
    def is_running(self) -> bool:
        """Whether a process is at work."""
        return self._process is not None

    def start(self, design: Design) -> None:
        """Begin. Raises GradloomError where the design can't be written."""
        self.stop()
        self._folder = tempfile.TemporaryDirectory(prefix="gradloom-")
        path = Path(self._folder.name) / "design.json"
        design.save(path)
        process = self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            environment.insert(name, "1")
        process.setProcessEnvironment(environment)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._on_finished)
        self._stopped = False
        units = ",".join(map(str, WIDTHS))
        process.start(sys.executable, ["-c", COMMAND, "widths", str(path), "--units", units, "--json"])

    def stop(self) -> None:
        """End the process, if one is at work."""
        if self._process is not None:
            self._stopped = True
            self._process.kill()
            self._process.waitForFinished(2_000)

    def _read(self) -> None:
        process = self._process
        while process is not None and process.canReadLine():
            row = json.loads(bytes(process.readLine().data()))
            self.found.emit(WidthResult(**row))

    def _on_finished(self, code: int) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        message = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        process.deleteLater()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        self.ended.emit("" if code == 0 or self._stopped else message or "The training ended without a word.")
