"""Training: `fit` as a plain generator of snapshots, evaluation, files with weights, and the diagnosis of a run."""

from __future__ import annotations

from engine.training.evaluation import evaluate
from engine.training.fitting import fit
from engine.training.history import History
from engine.training.snapshot import RunControl, Snapshot
from engine.training.state import RunState
from engine.training.targets import prepare_targets

__all__ = ["History", "RunControl", "RunState", "Snapshot", "evaluate", "fit", "prepare_targets"]
