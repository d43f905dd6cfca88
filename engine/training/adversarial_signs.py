"""What the epochs of an adversarial network tell: samples of few kinds, and a discriminator that has won."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from engine.core.problems import Repair
from engine.design import edits as e
from engine.design.design import Design
from engine.design.inference import infer
from engine.design.phases import changed, generated_at, trained_nodes
from engine.training.finding import Finding

COLLAPSED, GOOD = 0.4, 0.4
"""Coverage over precision below which samples are of few kinds, where so many of them are good: real samples have about
the same of both (Naeem et al. 2020), and a ring of eight of which one cloud is found has a ninth."""
ENOUGH = 3
"""Measurements that must agree."""
CERTAIN, EPOCHS = 0.98, 8
"""Share of verdicts that are right, in so many epochs in a row: then the generator is told next to nothing (Arjovsky
and Bottou 2017, Towards principled methods for training generative adversarial networks)."""
MOST_STEPS = 10


class AdversarialSigns:
    """Collects the figures of a run's epochs and finds what is wrong with them."""

    def __init__(self, design: Design) -> None:
        self._design = design
        found = generated_at(design, infer(design)) if design.phases else None
        self._node = "" if found is None else found[0]
        self._samples: deque[tuple[float, float]] = deque(maxlen=ENOUGH)
        self._verdicts: deque[float] = deque(maxlen=EPOCHS)

    def add_epoch(self, metrics: Mapping[str, float]) -> None:
        """Take in the figures at the end of an epoch."""
        if "sample_precision" in metrics and "sample_coverage" in metrics:
            self._samples.append((metrics["sample_precision"], metrics["sample_coverage"]))
        verdicts = [value for name, value in metrics.items() if name.endswith("_accuracy")]
        if len(verdicts) > 1:
            self._verdicts.append(min(verdicts))

    def findings(self, step: int) -> Iterator[Finding]:
        """Yield what is found now."""
        if not self._node:
            return
        if len(self._samples) == ENOUGH and all(p > GOOD and c < COLLAPSED * p for p, c in self._samples):
            precision, coverage = self._samples[-1]
            yield Finding(
                node=self._node, kind="mode_collapse", severity="warning", step=step,
                message=f"The samples are good but of few kinds: {precision:.0%} of them are near real ones, yet only "
                f"{coverage:.0%} of the real ones have one near them. The generator has collapsed to a part of them.",
                figures={"precision": precision, "coverage": coverage},
            )  # fmt: skip
        if len(self._verdicts) == EPOCHS and min(self._verdicts) >= CERTAIN:
            share = min(self._verdicts)
            yield Finding(
                node=self._node, kind="discriminator_certain", severity="warning", step=step,
                message=f"The discriminator has told real from made in at least {share:.0%} of the cases for {EPOCHS} "
                "epochs: what it is certain of teaches the generator next to nothing.",
                figures={"share": share},
            )  # fmt: skip


def steps_of_the_other(design: Design, finding: Finding) -> Iterator[Repair]:
    """More steps for the phases that the finding asks for: the discriminator's where the generator has collapsed, the
    generator's where the discriminator is certain."""
    made = generated_at(design, infer(design))
    if made is None:
        return
    upstream, waiting = {made[0]}, [made[0]]
    while waiting:
        for edge in design.incoming(waiting.pop()):
            if edge.source not in upstream:
                upstream.add(edge.source)
                waiting.append(edge.source)
    wants_generator = finding.kind == "discriminator_certain"
    for place, phase in enumerate(design.phases):
        makes = not upstream.isdisjoint(trained_nodes(design, phase))
        if makes == wants_generator and phase.steps < MOST_STEPS:
            steps = min(phase.steps * 2, MOST_STEPS)
            phases = (*design.phases[:place], changed(phase, steps=steps), *design.phases[place + 1 :])
            yield Repair(f"{steps} steps of {phase.name} in a turn", (e.SetSection("phases", phases),))
