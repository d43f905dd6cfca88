"""A run in phases: on each batch one phase after the other has its turn, each with an optimizer of its own."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from engine.compiler.network import Network
from engine.compiler.plan import Plan, Tap
from engine.core.errors import TrainingError
from engine.core.registry import family
from engine.data.dataset import Split
from engine.design.settings import TrainingSettings
from engine.optimizers.base import Optimizer, Updater
from engine.training.meter import Meter
from engine.training.phase_meter import PhaseMeter
from engine.training.run import GOOD_EVERY, TrainingRun
from engine.training.sample_figures import LABELS, MODE_LABELS, SampleFigures, sample_figures
from engine.training.snapshot import RunControl, Snapshot
from engine.training.state import RunState
from engine.training.stepping import Step, StepObserver, make_step


class Turn(NamedTuple):
    """One step of a phase: on the samples from `start` to `stop` of the epoch's order."""

    phase: int
    start: int
    stop: int


def turns_of(reads: Sequence[bool], steps: Sequence[int], samples: int, batch: int) -> list[Turn]:
    """Return the steps of an epoch, which passes over the samples once.

    The phases take turns of their numbers of steps. A phase that reads the data takes the next batch at each step; one
    that does not (a generator's, whose samples are made of noise) takes none, and its steps are of the same size.
    Where the samples run out in the middle of a round, the phases that need none still have their turn.
    """
    found: list[Turn] = []
    position = 0
    while position < samples:
        for phase, count in enumerate(steps):
            for _ in range(count):
                if not reads[phase] and any(reads):
                    found.append(Turn(phase, 0, batch))
                elif position < samples:
                    stop = min(position + batch, samples)
                    found.append(Turn(phase, position, stop))
                    position = stop
    return found


class PhasedRun(TrainingRun):
    """A run of a design with phases.

    There is no validation: what a network that is trained against another should reach is not told by its loss. Where
    the network generates samples, figures of them come every `validate_every` epochs instead.

    Attributes:
        turns: the steps of every epoch, in order; `position` is a place among them.
    """

    def __init__(
        self,
        network: Network,
        train: Split,
        settings: TrainingSettings,
        *,
        seed: int | None = None,
        observer: StepObserver | None = None,
    ) -> None:
        self.phases = network.design.phases
        self._places = range(len(self.phases))
        self._optimizers: list[Optimizer] = [
            family("optimizer").get(settings.optimizer if phase.optimizer is None else phase.optimizer)
            for phase in self.phases
        ]
        for place, phase in enumerate(self.phases):
            if not network.segments_of(place):
                raise TrainingError(f"Nothing can be trained in the phase {phase.name}.")
        self._train = train
        self._by_turn: dict[tuple[int, int], tuple[Plan, Step]] = {}
        super().__init__(network, train, None, settings.replace(patience=0), seed=seed, observer=observer)
        reads = [bool(network.plan(1, True, phase=place).inputs) for place in self._places]
        self.turns = turns_of(reads, [phase.steps for phase in self.phases], self.samples, self.batch)
        self.steps_per_epoch = len(self.turns)
        self.total_steps = self.epochs * self.steps_per_epoch

    def _make_updaters(self) -> dict[str, Updater]:
        return {
            f"{place}/": self.network.updater(optimizer, place)
            for place, optimizer in enumerate(self._optimizers)
        }

    def _make_meter(self) -> Meter:
        self._figures: SampleFigures | None = sample_figures(self.network, self._train, self.data)
        further: tuple[str, ...] = ()
        if self._figures is not None:
            further = (*(MODE_LABELS if self._figures.has_modes else ()), *LABELS)
        return PhaseMeter(self.network, further)

    def _run_epoch(self, control: RunControl | None) -> Iterator[Snapshot]:
        meter, clock, turns, order = self.meter, time.perf_counter, self.turns, self._order
        assert isinstance(meter, PhaseMeter)
        epoch, per_epoch, total = self.epoch + 1, self.steps_per_epoch, self.total_steps
        while self.position < per_epoch:
            turn = turns[self.position]
            phase, start, stop = turn
            if control is not None and control.learning_rate is not None:
                self._change_rate(control)
            rate = self._rate_of(phase)
            if self._turns_momentum:
                self._turn_momentum()
            plan, take_step = self._by_turn.get((phase, stop - start)) or self._make_turn(turn)
            self.plan = plan
            if not self.step % GOOD_EVERY:
                self.keep_good()
            loss, norm = take_step(order[start:stop], rate)
            if not math.isfinite(norm):
                raise self._failure(plan, loss, rate)
            if self.average is not None:
                self.average.update()
            self.step += 1
            self.position += 1
            self._norm_squares += norm * norm
            meter.add_turn(loss, plan, phase)
            self.seconds = clock() - self._begun
            if self.position < per_epoch:
                metrics = {"loss": meter.total, **meter.values}
                snapshot = Snapshot(
                    self.step, epoch, per_epoch, total, loss, rate, norm, metrics, False, self.seconds
                )
                snapshot.phase = self.phases[phase].name
                yield snapshot
            else:
                snapshot = self._end_epoch(loss, rate, norm)
                snapshot.phase = self.phases[phase].name
                yield snapshot
                return

    def _rate_of(self, phase: int) -> float:
        """Return the learning rate of the next step of a phase; one that is changed by hand changes all alike."""
        given = self.optimizer.learning_rate
        changed = self.learning_rate / given if given > 0 else 1.0
        return self._optimizers[phase].learning_rate * changed * self._factor()

    def _make_turn(self, turn: Turn) -> tuple[Plan, Step]:
        batch = turn.stop - turn.start
        plan = self.network.plan(batch, True, phase=turn.phase)
        step = make_step(
            self.network,
            plan,
            self.data,
            self.updaters[f"{turn.phase}/"],
            self.settings,
            self.observer,
            self.network.segments_of(turn.phase),
            self.phases[turn.phase].clip_weights,
        )
        self._by_turn[turn.phase, batch] = (plan, step)
        return plan, step

    def _closing_figures(self, last: bool) -> dict[str, float]:
        if self._figures is None or not (last or self.epoch % self.settings.validate_every == 0):
            return {}
        return self._figures.compute()

    def capture(self) -> RunState:
        state = super().capture()
        state.facts["turns"] = len(self.turns)
        return state

    def restore(self, state: RunState) -> None:
        if state.facts.get("turns") != len(self.turns):
            raise TrainingError(
                "The held run took other turns: its phases, their steps or the size of a batch have changed since. "
                "Start a new run from its weights."
            )
        super().restore(state)

    def _batch_number(self) -> int:
        return self.turns[self.position].start // self.batch + 1

    def taps(self) -> dict[str, Tap]:
        """Return the taps of every phase's latest step, by node; those of the latest step of all come first."""
        found = dict(self.plan.taps) if self.plan is not None else {}
        for plan, _ in self._by_turn.values():
            for node, tap in plan.taps.items():
                found.setdefault(node, tap)
        return found


def make_run(
    network: Network,
    train: Split,
    validation: Split | None,
    settings: TrainingSettings,
    *,
    seed: int | None = None,
    observer: StepObserver | None = None,
) -> TrainingRun:
    """Return the run of a design, in phases where it has some."""
    if network.design.phases:
        return PhasedRun(network, train, settings, seed=seed, observer=observer)
    return TrainingRun(network, train, validation, settings, seed=seed, observer=observer)
