"""Training steps of recurrent networks against PyTorch's: batch 32, 64 steps of 128 features, 128 units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import engine

Step = Callable[[], object]
BATCH, STEPS, UNITS, CLASSES = 32, 64, 128, 10


def recurrent(kind: str, direction: str = "forward") -> tuple[Step, Step]:
    """Return (ours, PyTorch's): one recurrent layer, a class for each sequence, Adam."""
    import torch
    from torch import nn

    from benchmarks.engine import our_step, torch_step

    design = engine.Design()
    h = design.add("Input", shape=(STEPS, UNITS))
    h = design.add(kind, h, units=UNITS, direction=direction)
    design.add("Output", design.add("Dense", h, units=CLASSES, activation="softmax"))
    random = np.random.default_rng(0)
    samples = random.standard_normal((BATCH, STEPS, UNITS), np.float32)
    labels = random.integers(0, CLASSES, BATCH)
    targets = np.eye(CLASSES, dtype=np.float32)[labels]
    network = engine.compile(design, seed=0)
    ours = our_step(network, samples, targets, engine.optimizers.Adam())
    both = direction == "bidirectional"

    class Twin(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.recurrent: Any = getattr(nn, kind)(UNITS, UNITS, batch_first=True, bidirectional=both)
            self.head = nn.Linear(2 * UNITS if both else UNITS, CLASSES)

        def forward(self, x: Any) -> Any:
            outputs = self.recurrent(x)[0]
            if not both:
                return self.head(outputs[:, -1])
            return self.head(torch.cat((outputs[:, -1, :UNITS], outputs[:, 0, UNITS:]), dim=1))

    twin = Twin()
    adam = torch.optim.Adam(twin.parameters())
    return ours, torch_step(twin, nn.functional.cross_entropy, adam, samples, labels)
