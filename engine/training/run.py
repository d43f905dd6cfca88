"""A run under way: the loop over epochs and steps, and everything that it keeps between them."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.network import Network
from engine.compiler.plan import Plan, Tap
from engine.core.errors import TrainingError
from engine.core.random import restore, state_of, stream
from engine.core.registry import family
from engine.data.dataset import Split
from engine.design.settings import TrainingSettings
from engine.optimizers.base import Updater
from engine.schedules.base import Response
from engine.training.averaging import WeightAverage
from engine.training.best import BestWeights
from engine.training.class_weights import class_weights_of
from engine.training.evaluation import Evaluator
from engine.training.free_figures import free_labels
from engine.training.history import History
from engine.training.meter import Meter, choose_metrics
from engine.training.snapshot import RunControl, Snapshot
from engine.training.state import RunState
from engine.training.stepping import Step, StepObserver, first_not_finite, gradient_not_finite, make_step
from engine.training.targets import bind_data

Array = NDArray[Any]
GOOD_EVERY = 32
"""Steps from one copy of the weights to the next; a run that blows up goes back to the last copy."""


class TrainingRun:
    """One run of a network over a split. `steps` yields; between two yields the run can be captured.

    Attributes:
        step, epoch: steps taken, and epochs completed.
        steps_per_epoch, total_steps, epochs, batch: what the run sets out to do.
        history: one row for each epoch.
        plan: that of the latest step, whose buffers still hold it; None before the first.
    """

    def __init__(
        self,
        network: Network,
        train: Split,
        validation: Split | None,
        settings: TrainingSettings,
        *,
        seed: int | None = None,
        observer: StepObserver | None = None,
    ) -> None:
        if not network.segments:
            raise TrainingError("Nothing can be trained: no layer has weights that are not frozen.")
        self.network, self.settings, self.observer = network, settings, observer
        self.data = bind_data(network, train)
        network.weigh_classes(class_weights_of(network, self.data, settings))
        self.samples = self.data.samples
        sizes = {"mini_batch": settings.batch_size, "full_batch": self.samples, "single_sample": 1}
        self.batch = min(sizes[settings.batching], self.samples)
        self.epochs = settings.epochs
        self.steps_per_epoch = -(-self.samples // self.batch)
        self.total_steps = self.epochs * self.steps_per_epoch
        self.optimizer = family("optimizer").get(settings.optimizer)
        self.schedule = family("schedule").get(settings.schedule)
        self.response = Response()
        self._turns_momentum = self.schedule.momentum(0, 1, 1) is not None
        self.average = WeightAverage(network, settings) if settings.use_ema else None
        self.learning_rate: float = self.optimizer.learning_rate
        self.updaters = self._make_updaters()
        self.meter = self._make_meter()
        self._evaluator: Evaluator | None = None
        if validation is not None and len(validation):
            self._evaluator = Evaluator(
                network, bind_data(network, validation), settings.metrics, self.batch * 2
            )
        self.history = History()
        self.best = BestWeights(network, settings, validated=self._evaluator is not None)
        self.step = self.epoch = self.position = 0
        self.stopped = ""
        self.seconds = self._begun = 0.0
        self._norm_squares = 0.0
        self._shuffle = stream(network.seed if seed is None else seed, "run", "shuffle")
        self._shuffle_state = state_of(self._shuffle)
        self._shuffles = settings.shuffle and self.batch < self.samples
        self._order = np.arange(self.samples)
        self._ready: dict[int, tuple[Plan, Step]] = {}
        self.plan: Plan | None = None
        self._copies = [
            (0, network.parameter_vector.copy(), network.store.statistics.copy()) for _ in range(2)
        ]

    def _make_updaters(self) -> dict[str, Updater]:
        """Return what moves the weights, by what the names of their slots begin with."""
        return {"": self.network.updater(self.optimizer)}

    def _make_meter(self) -> Meter:
        chosen = choose_metrics(self.network, self.data, self.settings.metrics)
        return Meter(chosen, free_labels(self.network, chosen))

    # ------------------------------------------------------------------ running

    def steps(self, control: RunControl | None = None) -> Iterator[Snapshot]:
        """Yield a snapshot after every step, to the end of the run."""
        self._begun = time.perf_counter() - self.seconds
        while self.epoch < self.epochs and not self.stopped:
            self._draw_order()
            try:
                yield from self._run_epoch(control)
            except GeneratorExit:
                self.show_average()
                raise

    def show_average(self) -> None:
        """End with the average of the weights where one is kept; `capture` still holds the weights themselves."""
        if self.average is not None:
            self.average.show()

    def rest(self, seconds: float) -> None:
        """Leave out time in which the run was held: it does not age meanwhile."""
        self._begun += seconds

    def _draw_order(self) -> None:
        """Draw the epoch's order from the stream as it was when the epoch began, also in the middle of one."""
        if self._shuffles:
            restore(self._shuffle, self._shuffle_state)
            self._order = self._shuffle.permutation(self.samples)

    def _run_epoch(self, control: RunControl | None) -> Iterator[Snapshot]:
        samples, batch, meter, clock = self.samples, self.batch, self.meter, time.perf_counter
        average, response, turns = self.average, self.response.factor, self._turns_momentum
        factor, constant = self.schedule.factor, self.schedule.NAME == "constant"
        order, epoch, per_epoch, total = self._order, self.epoch + 1, self.steps_per_epoch, self.total_steps
        while self.position < samples:
            start = self.position
            stop = min(start + batch, samples)
            if control is not None and control.learning_rate is not None:
                self._change_rate(control)
            rate = self.learning_rate * response
            if not constant:
                rate *= factor(self.step, per_epoch, total)
            if turns:
                self._turn_momentum()
            plan, take_step = self._ready.get(stop - start) or self._make_ready(stop - start)
            self.plan = plan
            if not self.step % GOOD_EVERY:
                self.keep_good()
            loss, norm = take_step(order[start:stop], rate)
            if not math.isfinite(norm):
                raise self._failure(plan, loss, rate)
            if average is not None:
                average.update()
            self.step += 1
            self.position = stop
            self._norm_squares += norm * norm
            meter.add(loss, plan)
            self.seconds = clock() - self._begun
            if stop < samples:
                metrics = {"loss": meter.loss_sum / meter.samples, **meter.values}
                yield Snapshot(
                    self.step, epoch, per_epoch, total, loss, rate, norm, metrics, False, self.seconds
                )
            else:
                yield self._end_epoch(loss, rate, norm)
                return

    def _make_ready(self, batch: int) -> tuple[Plan, Step]:
        plan = self.network.plan(batch, True)
        step = make_step(self.network, plan, self.data, self.updaters[""], self.settings, self.observer)
        self._ready[batch] = (plan, step)
        return self._ready[batch]

    def _end_epoch(self, loss: float, rate: float, norm: float) -> Snapshot:
        settings = self.settings
        metrics = self.meter.result()
        self.epoch += 1
        self.position = 0
        last = self.epoch >= self.epochs
        epoch_norm = math.sqrt(self._norm_squares / self.steps_per_epoch)
        if settings.gradient_norm_threshold and epoch_norm < settings.gradient_norm_threshold:
            self.stopped, last = "gradient_norm", True
        validation = None
        self.show_average()
        metrics |= self._closing_figures(last)
        if self._evaluator is not None and (last or not self.epoch % settings.validate_every):
            validation = self._evaluator()
        if self._evaluator is None or validation is not None:
            score = metrics["loss"] if validation is None else validation["loss"]
            self.best.consider(score, self.epoch)
            self.response = self.schedule.respond(self.response, score)
            if settings.patience and self.epoch - self.best.epoch >= settings.patience and not last:
                self.stopped = "patience"
        if last and not self.stopped:
            self.stopped = "epochs"
        self._norm_squares = 0.0
        self.meter.reset()
        if self._shuffles:
            self._shuffle_state = state_of(self._shuffle)
        self.seconds = time.perf_counter() - self._begun
        self.history.add_epoch(self.epoch, self.step, metrics, validation, rate, self.seconds)
        restored = self.best.restore(self.epoch) if self.stopped else 0
        if self.average is not None and not self.stopped:
            self.average.hide()
        return Snapshot(
            self.step, self.epoch, self.steps_per_epoch, self.total_steps, loss, rate, norm, metrics, True,
            self.seconds, validation, self.stopped, restored,
        )  # fmt: skip

    def _closing_figures(self, last: bool) -> dict[str, float]:
        """Return further figures of an epoch that has ended; `last` says that it is the run's."""
        return {}

    def _turn_momentum(self) -> None:
        momentum = self.schedule.momentum(self.step, self.steps_per_epoch, self.total_steps)
        if momentum is not None:
            for updater in self.updaters.values():
                updater.turn_momentum(momentum)

    def current_rate(self) -> float:
        """Return the learning rate of the next step."""
        return self.learning_rate * self._factor()

    def _factor(self) -> float:
        planned: float = self.schedule.factor(self.step, self.steps_per_epoch, self.total_steps)
        return planned * self.response.factor

    def _change_rate(self, control: RunControl) -> None:
        """Make the effective rate what was asked for; the schedule's later factors are relative to this one."""
        wanted, control.learning_rate = control.learning_rate, None
        if wanted is None or not (math.isfinite(wanted) and wanted >= 0):
            return
        factor = self._factor()
        self.learning_rate = wanted / factor if factor > 0 else wanted

    # ------------------------------------------------------------------ when a number is not finite

    def keep_good(self) -> None:
        """Copy the weights over the older of two copies. The newer one is good once a step from it has succeeded."""
        _, vector, statistics = self._copies.pop(0)
        np.copyto(vector, self.network.parameter_vector)
        np.copyto(statistics, self.network.store.statistics)
        self._copies.append((self.step, vector, statistics))

    def _batch_number(self) -> int:
        return self.position // self.batch + 1

    def taps(self) -> dict[str, Tap]:
        """Return what views can read of the latest step, by node."""
        return {} if self.plan is None else self.plan.taps

    def _failure(self, plan: Plan, loss: float, rate: float) -> TrainingError:
        with np.errstate(all="ignore"):
            if math.isfinite(loss):
                node, what = gradient_not_finite(self.network)
            else:
                node, what = first_not_finite(self.network, plan)
        name = self.network.design.nodes[node].name if node else "the network"
        failed = "gradient" if math.isfinite(loss) else "loss"
        batch = self._batch_number()
        kept, vector, statistics = next(
            (copy for copy in reversed(self._copies) if copy[0] < self.step), self._copies[0]
        )
        self.network.parameter_vector[...] = vector
        self.network.store.statistics[...] = statistics
        error = TrainingError(
            f"The {failed} is not a finite number in epoch {self.epoch + 1}, batch {batch} (step {self.step + 1}): "
            f"at {name}, {what}. The learning rate was {rate:.3g}; a smaller one, or clipped gradients, may help. "
            f"The weights of step {kept} were kept.",
            node=node,
            step=self.step + 1,
        )
        self.step = kept
        return error

    # ------------------------------------------------------------------ holding and going on

    def capture(self) -> RunState:
        """Return everything that the run needs to go on from here bit for bit."""
        from engine.training.restoring import capture_run

        return capture_run(self)

    def slots(self) -> dict[str, Array]:
        """Return every vector that the optimizers keep, by name."""
        return {
            f"{prefix}{name}": slot
            for prefix, updater in self.updaters.items()
            for name, slot in updater.slots.items()
        }

    @property
    def optimizer_names(self) -> str:
        """The optimizers by name: a held run only goes on with the same."""
        return ", ".join(f"{prefix}{updater.optimizer.NAME}" for prefix, updater in self.updaters.items())

    def restore(self, state: RunState) -> None:
        """Go back to a captured state. Raises TrainingError, before anything is changed, where it does not fit."""
        from engine.training.restoring import restore_run

        restore_run(self, state)
