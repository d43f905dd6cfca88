"""What training left and files brought: the weights in keeping, what runs start from, and what has gone stale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from designer.document.document import Document
from designer.training.run_record import RunRecord
from designer.training.trained_weights import TrainedWeights
from engine.worker import protocol


class KeptState(NamedTuple):
    """Everything that `KeptWeights` keeps, at one moment."""

    arrays: TrainedWeights
    start: TrainedWeights
    run_state: Any
    epochs: Any
    record: RunRecord | None
    ids_of_run: dict[str, str]


class KeptWeights(QObject):
    """The weights of the document's network, by node.

    `start` ("name/parameter") are what a run starts from instead of fresh random weights, as far as they fit the
    design: what they lack begins at random. `run_state` is everything
    needed to go on from the kept weights bit for bit (a RunState), None where that is not known. `epochs` (a History)
    and `record` tell of the run that the weights come from; both are None for those of a file.

    Signals: changed(): other weights are kept, or some went stale, or fit again.
    """

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._arrays = TrainedWeights()
        self._start = TrainedWeights()
        self._ids_of_run: dict[str, str] = {}
        self.run_state: Any = None
        self.epochs: Any = None
        self.record: RunRecord | None = None
        self.stale_nodes: frozenset[str] = frozenset()
        """The nodes whose kept weights no longer fit the design, or that have none."""
        self._moves: list[tuple[dict[str, str], Any]] = []
        document.checked.connect(self._on_checked)
        document.ids_changed.connect(self._on_ids_changed)

    def __bool__(self) -> bool:
        return bool(self._arrays)

    @property
    def start(self) -> dict[str, Any]:
        """What a run starts from, by "name/parameter"; empty where everything begins at random."""
        return self._start.named(self._document.design, self._document.inference, partly=True)

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

    def take_run(self, event: protocol.Weights, record: RunRecord) -> None:
        """Keep the weights of the run under way. The last good ones of a run that failed are none to go on from."""
        self._moves.clear()
        self._arrays.take(event.arrays, self._ids_of_run or self._ids_by_name(), event.step)
        state = event.run_state
        self.run_state = state if event.purpose != "last_good" else None
        self.epochs, self.record = state.history, record
        self._tell()

    def take_file(self, weights: Mapping[str, Any], run_state: Any = None) -> None:
        """Keep weights that came from a file; runs start from them. With its `run_state` that run can go on."""
        self._start.take(weights, self._ids_by_name())
        self._take_start(run_state)

    def put(self, weights: Mapping[str, Any]) -> None:
        """Put further weights, "name/parameter", over those kept; runs start from all of them."""
        kept = self._arrays.named(self._document.design, self._document.inference, partly=True)
        self._start.take({**kept, **weights}, self._ids_by_name())
        self._take_start(None)

    def keep_as_start(self) -> None:
        """Make runs start from the weights as they are kept."""
        self._start = self._arrays.copy()
        self._take_start(None)

    def state(self) -> KeptState:
        """Return all that is kept, to come back to."""
        return KeptState(
            self._arrays.copy(),
            self._start.copy(),
            self.run_state,
            self.epochs,
            self.record,
            self._ids_of_run,
        )

    def restore(self, state: KeptState) -> None:
        """Come back to what `state` gave."""
        self._arrays, self._start = state.arrays.copy(), state.start.copy()
        self.run_state, self.epochs, self.record, self._ids_of_run = state[2:]
        self._tell()

    def go_back(self) -> None:
        """Forget what was learnt: only what runs start from is left."""
        self._take_start(None)

    def clear(self) -> None:
        """Forget everything."""
        self._start = TrainedWeights()
        self.go_back()

    def _take_start(self, run_state: Any) -> None:
        self._moves.clear()
        self.run_state, self.epochs, self.record = run_state, None, None
        self._arrays = self._start.copy()
        self._tell()

    def _ids_by_name(self) -> dict[str, str]:
        return {node.name: node.id for node in self._document.design.nodes.values()}

    def _stale(self) -> frozenset[str]:
        return self._arrays.stale_nodes(self._document.design, self._document.inference)

    def _tell(self) -> None:
        self.stale_nodes = self._stale()
        self.changed.emit()

    def _on_ids_changed(self, mapping: dict[str, str]) -> None:
        """Follow layers into blocks and out. The run's state knows them by their old ids: it waits for an undo."""
        self._arrays.follow(mapping)
        self._start.follow(mapping)
        self._ids_of_run = {name: mapping.get(node_id, node_id) for name, node_id in self._ids_of_run.items()}
        back = {new: old for old, new in mapping.items()}
        if self._moves and self._moves[-1][0] == back:
            self.run_state = self._moves.pop()[1] or self.run_state
        else:
            self._moves.append((mapping, self.run_state))
            self.run_state = None

    def _on_checked(self) -> None:
        if self._stale() != self.stale_nodes:
            self._tell()
