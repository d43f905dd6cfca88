"""The training process: a run in a process of its own, steered over a connection, watched through shared memory.

    worker = TrainingWorker()
    worker.start(Run.of(design))
    ...                                  # 30 times a second:
    rows, events = worker.read_scalars(), worker.poll()
    worker.close()

Nothing here loads Qt or the command line, in neither process.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.worker.client import TrainingWorker
    from engine.worker.protocol import SCALARS, Run, Watch

_HOMES = {
    "TrainingWorker": "engine.worker.client",
    "Run": "engine.worker.protocol",
    "Watch": "engine.worker.protocol",
    "SCALARS": "engine.worker.protocol",
}

__all__ = ["SCALARS", "Run", "TrainingWorker", "Watch"]


def __getattr__(name: str) -> Any:
    """Load a part when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'engine.worker' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
