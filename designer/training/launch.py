"""What a run is made of, seen from the window: the worker and the run's value. Imported when asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from designer.training.watches import WatchKey
from engine.design.design import Design


class Launcher:
    """Makes workers and what they are given. Tests put another in its place."""

    def worker(self) -> Any:
        """Return a new worker, not started."""
        from engine.worker.client import TrainingWorker

        return TrainingWorker()

    def run(
        self,
        design: Design,
        *,
        weights: Mapping[str, Any] | None = None,
        state: Any = None,
        folder: str | None = None,
        paused: bool = False,
    ) -> Any:
        """Return the run of a design: from a held run's state, from weights, or afresh. Raises GradloomError."""
        from engine.worker.protocol import Run

        return Run.of(
            design, weights=dict(weights) if weights else None, state=state, folder=folder, paused=paused
        )

    def watches(self, keys: Iterable[WatchKey]) -> tuple[Any, ...]:
        """Return the worker's own values for what is watched."""
        from engine.worker.protocol import Watch

        return tuple(Watch(key.node_id, key.what) for key in sorted(keys))
