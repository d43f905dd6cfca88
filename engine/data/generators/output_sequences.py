"""Sequences whose next output follows from the output before: what a network fed its own outputs learns."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from engine.data.dataset import Kind
from engine.data.generators.common import Samples, Seed
from engine.data.raw import RawData, ReadContext
from engine.data.source import Source, register


@register
class RunningParity(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bits come in one by one; after each, tell whether the number of ones so far is even or odd.

    Every answer is the one before it, turned round by a 1 and kept by a 0: an exclusive or of two numbers. So a
    network that is fed its previous output needs no other memory, and one mistake makes every later answer wrong.
    """

    name: ClassVar[str] = "running_parity"
    title: ClassVar[str] = "Running parity"
    kind: ClassVar[Kind] = "sequence"
    order: ClassVar[int] = 46

    samples: Samples = 600
    seed: Seed = 0
    steps: Annotated[int, Meta(ge=2, le=1000, description="Length of each sequence.")] = 20

    def read(self, context: ReadContext) -> RawData:
        rng = np.random.default_rng(self.seed)
        bits = rng.integers(0, 2, (self.samples, self.steps))
        return RawData(
            x=bits[..., None].astype(np.float64),
            y=(bits.cumsum(axis=1) % 2).astype(np.int64),
            task="classification",
            place=self.name,
            kind="sequence",
            classes=("even", "odd"),
            feature_names=("bit",),
            target_names=("parity so far",),
        )
