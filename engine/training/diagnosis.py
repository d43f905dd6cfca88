"""Why a run learns or fails to: findings from what was observed, each with its figures.

Every threshold stands here with its source. A finding needs several looks that agree (their median), so that one
unlucky batch says nothing.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.problems import Severity
from engine.design.design import Design
from engine.design.inference import infer
from engine.design.phases import generated_at, trained_nodes
from engine.training.adversarial_signs import AdversarialSigns
from engine.training.cures import with_cures
from engine.training.finding import Finding, FindingKind
from engine.training.observation import ObservationLayout
from engine.training.time_signs import fading_in

__all__ = ["Diagnosis", "Finding", "with_cures"]

Array = NDArray[Any]

LOOKS, ENOUGH = 24, 6
"""Looks that are kept, and how many it takes for a finding."""
VANISHING, VANISHED = 1e-3, 1e-6
"""Gradient RMS of a layer over the greatest of the layers after it. Where four hidden layers of sigmoids stand in a
row the first learns about a hundred times slower than the last (Nielsen 2015, Neural networks and deep learning,
chapter 5), which training overcomes; a thousand times is named, a million times leaves single precision nothing."""
EXPLODING, EXPLODED = 1e2, 1e4
"""Norm of the whole gradient. Clipping thresholds in use lie between 1 and 10 (Pascanu, Mikolov and Bengio 2013)."""
GROWTH = 100.0
"""A layer's gradient RMS over that of the layer nearest to the output: grows with depth instead of shrinking."""
DEAD, MOSTLY_DEAD = 0.4, 0.9
"""Share of units that give 0 for every sample. "As much as 40 % of your network can be dead" with too large a
learning rate (Stanford CS231n, Neural networks part 1)."""
SATURATED, MOSTLY_SATURATED = 0.5, 0.9
"""Share of values on the flat ends (Glorot and Bengio 2010, section 3, watch layers saturate in the same way)."""
LARGE_UPDATE = 0.1
"""Update over weight, RMS. About 1e-3 is healthy (CS231n, Neural networks part 3); a tenth rewrites the layer in ten
steps."""
RISEN = 2.0
"""Smoothed loss over its least so far: twice, and still rising, is not noise."""
FLAT_SHARE, FLAT_STEPS = 0.97, 400
"""After so many steps and an epoch the loss should be below this share of where it began."""
GENERALIZATION_LOSS = 0.05
"""GL of Prechelt 1998, Early stopping - but when?: validation loss over its least, minus 1; he tries 1 to 5 %."""
STRIPS = 3
"""Validations in a row without a better one, before overfitting is named (Prechelt's UP with s = 3)."""

LEARNT = 0.95
"""Training loss over what it was at the best epoch: below this the network has gone on learning."""


class Diagnosis:
    """Collects what is observed of one run and says what it means."""

    def __init__(self, design: Design, layout: ObservationLayout) -> None:
        self._design, self._layout = design, layout
        self._rows: deque[Array] = deque(maxlen=LOOKS)
        self._first_loss = self._smooth = self._least = math.nan
        self._least_step = self._first_step = 0
        self._seen = 0
        self._train: list[float] = []
        self._validation: list[tuple[int, float, float]] = []
        self._told: dict[tuple[str, str], Severity] = {}
        self._ratio = math.nan
        feeding = {edge.source for edge in design.edges if design.nodes[edge.target].type == "Output"}
        self._last = feeding
        # Each phase has a loss of its own: gradients are compared within it. What a generator gives is an end too.
        self.signs = AdversarialSigns(design)
        self._groups = [trained_nodes(design, phase) for phase in design.phases]
        generated = generated_at(design, infer(design)) if design.phases else None
        while generated is not None and generated[0] not in self._last:
            self._last.add(generated[0])
            # What only gives it another shape does not end it: the activation is that of the layer before.
            before = design.incoming(generated[0])
            if design.nodes[generated[0]].layer.ALIAS and before:
                generated = (before[0].source, generated[1])

    # ------------------------------------------------------------------ collecting

    def add_row(self, row: Array) -> None:
        """Take in an observation as its row of numbers."""
        self._rows.append(np.asarray(row))

    def add_loss(self, step: int, loss: float, count: int = 1) -> None:
        """Take in the mean loss of the last `count` steps."""
        if not math.isfinite(loss):
            return
        if not self._seen:
            self._first_loss = self._smooth = self._least = loss
            self._first_step = step
        self._seen += count
        share = 1.0 - 0.99**count
        self._smooth += share * (loss - self._smooth)
        if self._smooth < self._least:
            self._least, self._least_step = self._smooth, step

    def add_epoch(self, epoch: int, train_loss: float, validation: Mapping[str, float] | None) -> None:
        """Take in the losses at the end of an epoch."""
        self._train.append(train_loss)
        del self._train[:-2]
        if validation is not None:
            self._validation.append((epoch, train_loss, validation["loss"]))
            if len(self._validation) > 512:
                best = min(self._validation, key=lambda entry: entry[2])
                self._validation = [best, *self._validation[-256:]]

    # ------------------------------------------------------------------ telling

    def findings(self, step: int, *, ended: bool = False) -> tuple[Finding, ...]:
        """Return what is found now, the worst first.

        Of a run that has `ended` before there were enough looks, those there are tell of its gradients.
        """
        found: list[Finding] = []
        if ended and 0 < len(self._rows) < ENOUGH:
            table = known_median(np.stack(self._rows), enough=1)
            _, per_node, _, _ = self._layout.parts(table)
            gradient = dict(zip(self._layout.nodes, per_node[0].tolist(), strict=True))
            found += self._gradients_by_phase(gradient, step)
        if len(self._rows) >= ENOUGH:
            table = known_median(np.stack(self._rows))
            _, per_node, _, per_activation = self._layout.parts(table)
            gradient = dict(zip(self._layout.nodes, per_node[0].tolist(), strict=True))
            ratio = dict(zip(self._layout.nodes, per_node[1].tolist(), strict=True))
            found += self._activations(per_activation, step)
            found += self._gradients_by_phase(gradient, step)
            found += fading_in(self._design, self._layout, table, step)
            self._ratio = max((r for r in ratio.values() if math.isfinite(r)), default=math.nan)
            found += [] if self._groups else self._updates(ratio, step)
        found += self.signs.findings(step)
        if not self._groups:  # losses that pull against one another need not fall
            found += self._losses(step)
            found += self._overfitting(step)
        order = {"error": 0, "warning": 1, "hint": 2}
        return tuple(sorted(found, key=lambda finding: order[finding.severity]))

    def news(self, step: int, *, ended: bool = False) -> tuple[Finding, ...] | None:
        """Return the findings where they differ in kind, place or severity from those told before, else None."""
        found = self.findings(step, ended=ended)
        told = {finding.key: finding.severity for finding in found}
        if told == self._told:
            return None
        self._told = told
        return found

    def _gradients_by_phase(self, gradient: Mapping[str, float], step: int) -> Iterator[Finding]:
        if not self._groups:
            yield from self._gradients(gradient, step)
        for group in self._groups:
            yield from self._gradients({node: size for node, size in gradient.items() if node in group}, step)

    def _gradients(self, gradient: Mapping[str, float], step: int) -> Iterator[Finding]:
        nodes = [node for node in gradient if math.isfinite(gradient[node])]
        if not nodes:
            return
        sizes = [gradient[node] for node in nodes]
        total = max(sizes)
        for index, node in enumerate(nodes[:-1]):
            later = max(range(index + 1, len(nodes)), key=lambda i: sizes[i])
            share = sizes[index] / sizes[later] if sizes[later] > 0 else 1.0
            # No gradient at all is cut off (dead units, zero weights), not worn away; that is told elsewhere.
            if 0 < share < VANISHING:
                times = f"{1 / share:,.0f} times" if share > 1e-6 else f"{1 / share:.1e} times"
                yield self._finding(
                    "vanishing", node, "error" if share < VANISHED else "warning", step,
                    f"{self._name(node)} gets a gradient {times} smaller than {self._name(nodes[later])}: "
                    f"{sizes[index]:.2e} against {sizes[later]:.2e} (RMS). It hardly learns.",
                    {"gradient_rms": sizes[index], "largest_rms": sizes[later], "share": share},
                )  # fmt: skip
                break  # what lies before the first is told by its colour; one finding says it for all
        last = sizes[-1]
        for node, size in zip(nodes, sizes, strict=True):
            grown = last > 0 and size / last > GROWTH and size > 1.0
            if (size > EXPLODING or grown) and size == total:
                times = f", {size / last:,.0f} times that of {self._name(nodes[-1])}" if grown else ""
                yield self._finding(
                    "exploding", node, "error" if size > EXPLODED else "warning", step,
                    f"The gradient at {self._name(node)} is {size:.3g} (RMS){times}: steps of this size throw the "
                    "weights far off.",
                    {"gradient_rms": size, "last_rms": last},
                )  # fmt: skip

    def _activations(self, per_activation: Array, step: int) -> Iterator[Finding]:
        for node, (mean, std, saturated, dead) in zip(
            self._layout.activations, per_activation.tolist(), strict=True
        ):
            figures = {"mean": mean, "std": std}
            if dead >= DEAD:
                yield self._finding(
                    "dead", node, "error" if dead >= MOSTLY_DEAD else "warning", step,
                    f"{dead:.0%} of the units of {self._name(node)} are dead: they give 0 for every sample, "
                    "so no gradient reaches them.",
                    figures | {"dead": dead},
                )  # fmt: skip
            # A classifier that is sure of itself saturates its last layer; that is its purpose.
            if saturated >= SATURATED and node not in self._last:
                yield self._finding(
                    "saturated", node, "error" if saturated >= MOSTLY_SATURATED else "warning", step,
                    f"{saturated:.0%} of the outputs of {self._name(node)} lie on the flat ends of its activation, "
                    "where hardly any gradient passes.",
                    figures | {"saturated": saturated},
                )  # fmt: skip

    def _updates(self, ratio: Mapping[str, float], step: int) -> Iterator[Finding]:
        worst = max(
            (node for node in ratio if math.isfinite(ratio[node])), key=lambda n: ratio[n], default=""
        )
        settled = self._smooth < 0.9 * self._first_loss
        if worst and ratio[worst] > LARGE_UPDATE and not settled:
            yield self._finding(
                "learning_rate_too_high", worst, "warning", step,
                f"Each step changes the weights of {self._name(worst)} by {ratio[worst]:.0%} of their size, and the "
                "loss does not fall; about 0.1 % is healthy.",
                {"update_ratio": ratio[worst], "loss": self._smooth},
            )  # fmt: skip

    def _losses(self, step: int) -> Iterator[Finding]:
        steps = step - self._first_step
        if self._seen < FLAT_STEPS or not self._train:
            return
        risen = self._smooth / self._least if self._least > 0 else 1.0
        if (
            risen > RISEN
            and self._smooth > 0.5 * self._first_loss
            and step - self._least_step > FLAT_STEPS // 4
        ):
            yield self._finding(
                "learning_rate_too_high", "", "warning", step,
                f"The loss has risen to {self._smooth:.3g}, {risen:.1f} times its least ({self._least:.3g} at step "
                f"{self._least_step:,}): the steps are too large.",
                {"loss": self._smooth, "least": self._least, "least_step": float(self._least_step)},
            )  # fmt: skip
        elif self._least > FLAT_SHARE * self._first_loss > 0:
            yield self._finding(
                "loss_not_decreasing", "", "warning", step,
                f"In {steps:,} steps the loss has only come from {self._first_loss:.3g} to {self._smooth:.3g}: "
                "the network is not learning.",
                {
                    "first": self._first_loss,
                    "loss": self._smooth,
                    "steps": float(steps),
                    "update_ratio": self._ratio,
                },
            )  # fmt: skip

    def _overfitting(self, step: int) -> Iterator[Finding]:
        if len(self._validation) <= STRIPS:
            return
        best_epoch, best_train, best = min(self._validation, key=lambda entry: entry[2])
        _, train, now = self._validation[-1]
        later = [entry for entry in self._validation if entry[0] > best_epoch]
        if len(later) < STRIPS or not best > 0:
            return
        worse = now / best - 1.0
        if worse > GENERALIZATION_LOSS and train < LEARNT * best_train and now > train:
            yield self._finding(
                "overfitting", "", "warning", step,
                f"The validation loss was least in epoch {best_epoch} ({best:.3g}) and is {worse:.0%} higher now "
                f"({now:.3g}), while the training loss still falls ({train:.3g}): the network learns its samples by "
                "heart.",
                {"best_epoch": float(best_epoch), "best": best, "validation": now, "training": train},
            )  # fmt: skip

    def _finding(
        self,
        kind: FindingKind,
        node: str,
        severity: Severity,
        step: int,
        message: str,
        figures: dict[str, float],
    ) -> Finding:
        return Finding(node=node, kind=kind, severity=severity, message=message, figures=figures, step=step)

    def _name(self, node_id: str) -> str:
        return self._design.nodes[node_id].name


def known_median(rows: Array, enough: int = ENOUGH) -> Array:
    """Return the lower median of each column over its finite values; NaN where fewer than `enough` are."""
    ordered = np.sort(np.where(np.isfinite(rows), rows, np.nan), axis=0)  # NaN goes to the end
    known = np.count_nonzero(~np.isnan(ordered), axis=0)
    middle = np.maximum(known - 1, 0) // 2
    found = np.take_along_axis(ordered, middle[None], axis=0)[0]
    return np.where(known >= enough, found, np.nan)
