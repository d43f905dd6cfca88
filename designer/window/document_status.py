"""The network in figures, in the status line, and the number of problems and findings on their tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from designer.common.text import count_noun, format_amount
from designer.common.throttle import Throttle
from designer.document.document import Document
from engine.core.errors import GradloomError

if TYPE_CHECKING:
    from designer.main_window import MainWindow
    from designer.training.session import TrainingSession

REFRESH_MS = 80


class DocumentStatus(QObject):
    """Mirrors the document in the status line."""

    def __init__(self, window: MainWindow, document: Document, session: TrainingSession) -> None:
        super().__init__(window)
        self._window, self._document, self._session = window, document, session
        self._refresh = Throttle(REFRESH_MS, self._show, self)
        document.checked.connect(self._refresh.call)
        document.section_changed.connect(self._refresh.call)
        session.findings_changed.connect(self._refresh.call)
        window.status.problems.on_click = lambda: window.show_panel("problems")
        self._show()

    def _show(self) -> None:
        design, known = self._document.design, self._document.inference
        errors = sum(problem.severity == "error" for problem in self._document.problems)
        warnings = sum(problem.severity == "warning" for problem in self._document.problems)
        findings = sum(finding.node in design.nodes for finding in self._session.findings)
        if not design.nodes:
            self._window.status.network.setText("empty network")
            self._window.status.show_problems(0, 0, 0)
        else:
            parameters = sum(known.parameter_count(node_id) for node_id in design.nodes)
            parts = [
                count_noun(len(design.nodes), "layer"),
                count_noun(parameters, "parameter"),
                f"{format_amount(multiply_adds(self._document))} multiply-adds",
                f"seed {design.seed}",
            ]
            self._window.status.network.setText(" · ".join(parts))
            self._window.status.show_problems(errors, warnings, findings)
        count = errors + warnings + findings if design.nodes else 0
        self._window.docks["problems"].setWindowTitle(f"Problems {count}" if count else "Problems")


def multiply_adds(document: Document) -> int:
    """Return the multiply-add operations of one sample's forward pass through every layer whose input is known."""
    total = 0
    for node_id, shapes in document.inference.inputs.items():
        if node_id in document.inference.outputs:
            try:
                total += document.design.nodes[node_id].layer.multiply_adds(shapes)
            except GradloomError:
                continue
    return total
