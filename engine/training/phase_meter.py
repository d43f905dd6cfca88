"""The figures of an epoch in phases: the loss of each phase, and how well real and made-up samples are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.compiler.plan import Plan
from engine.core.registry import family
from engine.design.phases import Phase
from engine.training.meter import Meter

Array = NDArray[Any]


class _Side(NamedTuple):
    """An Output whose predictions should lie on one side of `middle`: above it, or below."""

    output: str
    label: str
    middle: float
    above: bool


def loss_label(phase: Phase) -> str:
    """Return what the loss of a phase is called in the history."""
    return f"{phase.name}_loss"


class PhaseMeter(Meter):
    """Running means over one epoch: the loss of each phase, "loss" as their sum, and shares told rightly.

    Where a phase has objectives with different numbers as targets (1 for real samples, 0 for generated ones), each of
    its Outputs gets an accuracy: the share of predictions that are nearer to its own number than to the others'.
    A critic's score has no such middle, so a Wasserstein loss gives none. `further` are labels of figures that others
    add at the end of an epoch.
    """

    def __init__(self, network: Network, further: tuple[str, ...] = ()) -> None:
        self._phases = network.design.phases
        self._sides = [_sides_of(network, phase) for phase in self._phases]
        accuracies = tuple(dict.fromkeys(side.label for sides in self._sides for side in sides))
        # The first is measured at every step; the next are those that views have room for.
        self.labels = (*accuracies[:1], *further, *accuracies[1:], *map(loss_label, self._phases))
        self.reset()

    def reset(self) -> None:
        """Begin an epoch."""
        count = len(self._phases)
        self._rows, self._losses = [0] * count, [0.0] * count
        self._told: dict[str, list[int]] = {}
        self.values: dict[str, float] = {}
        self.samples, self.loss_sum = 0, 0.0

    def add_turn(self, loss: float, plan: Plan, phase: int) -> None:
        """Take in a step of a phase."""
        rows = plan.batch
        self._rows[phase] += rows
        self._losses[phase] += loss * rows
        self.values[loss_label(self._phases[phase])] = self._losses[phase] / self._rows[phase]
        for output, label, middle, above in self._sides[phase]:
            predictions = plan.predictions[output]
            count = int(np.count_nonzero(predictions > middle if above else predictions < middle))
            told = self._told.setdefault(label, [0, 0])
            told[0] += count
            told[1] += predictions.size
            self.values[label] = told[0] / told[1]
        self.samples += rows
        self.loss_sum = self.total * self.samples

    @property
    def total(self) -> float:
        """The sum over the phases of their mean losses."""
        pairs = zip(self._losses, self._rows, strict=True)
        return sum(total / rows for total, rows in pairs if rows)

    def result(self) -> dict[str, float]:
        """Return the means over what the epoch has seen so far, "loss" first."""
        return {
            "loss": self.total,
            **{name: self.values[name] for name in self.labels if name in self.values},
        }

    def state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Return what the epoch has gathered, as facts; there are no arrays."""
        facts = {"samples": self.samples, "rows": self._rows, "losses": self._losses, "told": self._told}
        return {name: _copied(value) for name, value in facts.items()}, {}

    def restore(self, facts: Mapping[str, Any], arrays: Mapping[str, Array], plan: Plan) -> None:
        """Take back what `state` gave."""
        self.reset()
        rows, losses = [int(n) for n in facts["rows"]], [float(n) for n in facts["losses"]]
        if len(rows) != len(self._phases) or len(losses) != len(self._phases):
            raise ValueError("other phases")
        self._rows, self._losses = rows, losses
        self._told = {
            str(label): [int(n) for n in told]
            for label, told in facts["told"].items()
            if label in self.labels and len(told) == 2
        }
        for phase, total, count in zip(self._phases, losses, rows, strict=True):
            if count:
                self.values[loss_label(phase)] = total / count
        self.values |= {label: right / count for label, (right, count) in self._told.items() if count}
        self.samples = int(facts["samples"])
        self.loss_sum = self.total * self.samples


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return list(value) if isinstance(value, list) else value


def _sides_of(network: Network, phase: Phase) -> list[_Side]:
    numbers = {o.output: float(o.target) for o in phase.objectives if o.target != "data"}
    found = []
    for objective in phase.objectives:
        own = numbers.get(objective.output)
        others = [number for number in numbers.values() if number != own]
        loss = family("loss").get(objective.loss) if objective.loss else network.losses[objective.output]
        if own is None or not others or loss.NAME == "wasserstein":
            continue
        nearest = min(others, key=lambda number: abs(number - own))
        name = network.design.nodes[objective.output].name
        found.append(_Side(objective.output, f"{name}_accuracy", (own + nearest) / 2, own > nearest))
    return found
