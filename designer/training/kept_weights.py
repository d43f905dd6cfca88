"""What training left and files brought: the weights in keeping, what runs start from, and what has gone stale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from designer.document.document import Document
from designer.training.trained_weights import TrainedWeights


class KeptWeights(QObject):
    """The weights of the document's network, by node.

    `start` ("name/parameter") are what a run starts from instead of fresh random weights. `run_state` is everything
    needed to go on from the kept weights bit for bit (a RunState), None where that is not known.

    Signals: changed(): other weights are kept, or some went stale, or fit again.
    """

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._arrays = TrainedWeights()
        self._ids_of_run: dict[str, str] = {}
        self.start: dict[str, Any] = {}
        self.run_state: Any = None
        self.stale_nodes: frozenset[str] = frozenset()
        """The nodes whose kept weights no longer fit the design, or that have none."""
        document.checked.connect(self._on_checked)

    def __bool__(self) -> bool:
        return bool(self._arrays)

    @property
    def step(self) -> int:
        """The step after which the weights were as they are kept; 0 for those of a file."""
        return self._arrays.step

    def node(self, node_id: str) -> Mapping[str, Any]:
        """Return the arrays of one node by parameter name; empty where none are kept."""
        return self._arrays.node(node_id)

    def by_name(self) -> dict[str, Any]:
        """Return what fits the design as it is, by "name/parameter", as files hold it."""
        return self._arrays.named(self._document.design, self._document.inference)

    def begin_run(self) -> None:
        """Note the nodes' names: a run's weights come by the names that they had when it began."""
        self._ids_of_run = self._ids_by_name()

    def take_run(self, weights: Mapping[str, Any], step: int, run_state: Any) -> None:
        """Keep the weights of the run under way."""
        self._arrays.take(weights, self._ids_of_run or self._ids_by_name(), step)
        self.run_state = run_state
        self._tell()

    def take_file(self, weights: Mapping[str, Any], run_state: Any = None) -> None:
        """Keep weights that came from a file; runs start from them. With its `run_state` that run can go on."""
        self.start, self.run_state = dict(weights), run_state
        self._arrays.take(weights, self._ids_by_name())
        self._tell()

    def go_back(self) -> None:
        """Forget what was learnt: only what runs start from is left."""
        self.run_state = None
        self._arrays.take(self.start, self._ids_by_name())
        self._tell()

    def clear(self) -> None:
        """Forget everything."""
        self.start = {}
        self.go_back()

    def _ids_by_name(self) -> dict[str, str]:
        return {node.name: node.id for node in self._document.design.nodes.values()}

    def _stale(self) -> frozenset[str]:
        return self._arrays.stale_nodes(self._document.design, self._document.inference)

    def _tell(self) -> None:
        self.stale_nodes = self._stale()
        self.changed.emit()

    def _on_checked(self) -> None:
        if self._stale() != self.stale_nodes:
            self._tell()
