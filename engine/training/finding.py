"""What the diagnosis says: a value that travels from the training process to the window."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.core.problems import Repair, Severity

FindingKind = Literal[
    "vanishing",
    "vanishing_through_time",
    "exploding",
    "dead",
    "saturated",
    "not_finite",
    "loss_not_decreasing",
    "overfitting",
    "learning_rate_too_high",
    "mode_collapse",
    "discriminator_certain",
]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that training showed. `node` is the id of the node that it is marked at ("" for the run as a whole).

    `message` says it in plain words with its figures; `figures` are those numbers by name. `cures` are edits of the
    design that was trained; `engine.training.diagnosis.with_cures` makes them afresh for a design as it is now.
    """

    node: str
    kind: FindingKind
    severity: Severity
    message: str
    figures: dict[str, float] = {}
    step: int = 0
    # Edits hold layers, which do not travel; whoever shows a finding makes its cures from the design at hand.
    cures: tuple[Repair, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What makes two findings the same one at different times."""
        return self.kind, self.node
