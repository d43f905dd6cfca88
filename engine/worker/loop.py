"""The loop of a run in the training process: a row for every step, and now and then everything else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import nullcontext

from engine.compiler.network import Network
from engine.data.dataset import DataSet
from engine.training.arrays import pack_arrays
from engine.training.diagnosis import Diagnosis
from engine.training.finding import Finding
from engine.training.observe import Observer
from engine.training.phased_run import make_run
from engine.training.run import TrainingRun
from engine.training.snapshot import RunControl, Snapshot
from engine.worker import protocol as p
from engine.worker import shared
from engine.worker.closing import final_figures
from engine.worker.predicting import Predicting
from engine.worker.process import Line
from engine.worker.shared import SharedBlock, epoch_width, ring_rows, ring_writer, scalar_writer
from engine.worker.watching import Watching

TICK = 0.05
"""Seconds from one look at clocks, watches and checkpoints to the next."""
FINDINGS_EVERY = 0.5
OBSERVER_COST, WATCHING_COST, PREDICTING_COST = 0.01, 0.01, 0.02
"""Shares of the run's time that observations, watched tensors and watched predictions may take."""
CHECKPOINT_COST = 0.005


class Loop:
    """Carries out one run."""

    def __init__(self, run: p.Run, network: Network, data: DataSet, line: Line, block: SharedBlock) -> None:
        self._run, self._network, self._data, self._line = run, network, data, line
        self._observer = Observer(network, cost_target=OBSERVER_COST, samples=len(data.train))
        self.training = make_run(
            network,
            data.train,
            data.validation,
            network.design.training,
            seed=run.seed,
            observer=self._observer,
        )
        self._control = RunControl()
        predicting = Predicting(network, data, block, PREDICTING_COST)
        self._watching = Watching(network, block, WATCHING_COST, predicting)
        self._diagnosis = Diagnosis(network.design, self._observer.layout)
        labels, layout = self.training.meter.labels, self._observer.layout
        self._metrics = ("loss", *labels)
        self._label = labels[0] if labels else ""
        self._append_scalars = scalar_writer(block)
        width = epoch_width(len(self._metrics))
        self._append_epoch = ring_writer(block, shared.EPOCHS_AT, width, ring_rows(shared.EPOCHS_SIZE, width))
        rows = ring_rows(shared.OBSERVATIONS_SIZE, layout.width)
        self._append_observation = (
            ring_writer(block, shared.OBSERVATIONS_AT, layout.width, rows) if rows > 1 else None
        )
        self._paused = run.paused
        self._single = False
        self._next_findings = self._next_checkpoint = 0.0
        self._checkpoint_gap = min(1.0, run.checkpoint_seconds)
        self._loss_seen, self._loss_step = (0, 0.0), 0

    # ------------------------------------------------------------------ the run

    def carry_out(self, watches: p.SetWatches | None) -> None:
        """Train to the end, to a stop, or to an error, which is left to the caller."""
        self._tell_start()
        self._observer.begin_at(self.training.step)
        if watches is not None:
            self._watch(watches)
        now = time.perf_counter()
        self._next_checkpoint = now + self._checkpoint_gap
        if self._paused:
            self._hold(self.training.step)
        snapshot: Snapshot | None = None
        if self._line.has_command:
            self._obey(self.training.step)
        if not self._line.stop_asked:
            record, inbox = self._recorder(), self._line.inbox
            for snapshot in self.training.steps(self._control):
                record(snapshot)
                if inbox or self._single:
                    self._obey(snapshot.step)
                    if self._line.stop_asked:
                        break
        self._end(snapshot)

    def _recorder(self) -> Callable[[Snapshot], None]:
        """Return the function that takes in a step; everything that it needs is bound to it once."""
        label, append, next_tick = self._label, self._append_scalars, 0.0
        places = {phase.name: place for place, phase in enumerate(self._network.design.phases)}

        def record(s: Snapshot) -> None:
            nonlocal next_tick
            seconds = s.seconds
            if s.epoch_ended:
                self._record_epoch(s)
            append(
                s.step, s.epoch, s.loss, s.learning_rate, s.metrics.get(label, _NAN), s.gradient_norm, seconds,
                places.get(s.phase, 0),
            )  # fmt: skip
            if seconds >= next_tick:
                next_tick = seconds + TICK
                self._tick(s.step)

        return record

    def _record_epoch(self, snapshot: Snapshot) -> None:
        validation = snapshot.validation
        row = [snapshot.epoch, snapshot.step, snapshot.learning_rate, snapshot.seconds]
        row += [snapshot.metrics.get(name, _NAN) for name in self._metrics]
        row.append(0.0 if validation is None else 1.0)
        row += [_NAN if validation is None else validation.get(name, _NAN) for name in self._metrics]
        self._append_epoch(row)
        if (
            self.training.steps_per_epoch == 1
        ):  # the meter begins anew at each epoch's end, before anybody looks
            self._diagnosis.add_loss(snapshot.step, snapshot.loss)
        self._diagnosis.add_epoch(snapshot.epoch, snapshot.metrics["loss"], validation)
        if snapshot.phase:
            self._diagnosis.signs.add_epoch(snapshot.metrics)

    def last_findings(self) -> tuple[Finding, ...]:
        """Return what is found of a run that broke off."""
        self._take_looks()
        return self._diagnosis.findings(self.training.step, ended=True)

    def _take_looks(self) -> None:
        while self._observer.rows:
            row = self._observer.rows.popleft()
            if self._append_observation is not None:
                self._append_observation(row.tolist())
            self._diagnosis.add_row(row)

    def _tick(self, step: int, *, force: bool = False, ended: bool = False) -> None:
        """Everything that need not be done at every step."""
        now = time.perf_counter()
        self._take_looks()
        self._diagnose_loss(step)
        if self._watching.is_due(now) or force:
            self._observer.charge(self._watching.fill(step, self.training.taps(), force=force))
        if now >= self._next_findings or force:
            self._next_findings = now + FINDINGS_EVERY
            findings = self._diagnosis.news(step, ended=ended)
            if findings is not None:
                self._line.send(p.Findings(step, findings))
        if now >= self._next_checkpoint and self._line.is_clear:
            self._checkpoint(now)

    def _diagnose_loss(self, step: int) -> None:
        """Tell the diagnosis the mean loss of the steps since the last time (of the epoch, where a new one began)."""
        meter, (samples, total) = self.training.meter, self._loss_seen
        if meter.samples < samples:
            samples, total = 0, 0.0
        if meter.samples > samples:
            steps = max(step - self._loss_step, 1)
            self._diagnosis.add_loss(step, (meter.loss_sum - total) / (meter.samples - samples), steps)
            self._loss_step = step
        self._loss_seen = (meter.samples, meter.loss_sum)

    def _checkpoint(self, begun: float) -> None:
        """Send the state, so that a death costs only the steps since: soon at first, then at the run's interval."""
        self._line.send(weights_of(self.training, "checkpoint"))
        now = time.perf_counter()
        self._checkpoint_gap = max(
            min(2 * self._checkpoint_gap, self._run.checkpoint_seconds), (now - begun) / CHECKPOINT_COST
        )
        self._next_checkpoint = now + self._checkpoint_gap

    def _end(self, snapshot: Snapshot | None) -> None:
        training = self.training
        training.show_average()
        self._tick(training.step, force=True, ended=True)
        self._line.send(weights_of(training, "final"))
        reason = training.stopped or "stopped"
        restored = snapshot.restored_epoch if snapshot is not None else 0
        self._line.send(
            p.Finished(
                reason=reason,
                step=training.step,
                epoch=training.epoch,
                seconds=training.seconds,
                restored_epoch=restored,
                evaluation=final_figures(self._network, self._data, self._line, stopped=reason == "stopped"),
            )
        )

    # ------------------------------------------------------------------ commands

    def _obey(self, step: int) -> None:
        """Carry out what was asked for; hold where that was a pause or a single step."""
        hold, self._single = self._single, False
        while (command := self._line.take()) is not None:
            hold = self._carry_out_command(command, hold)
            if self._line.stop_asked:
                return
        if hold and not self.training.stopped:
            self._hold(step)

    def _carry_out_command(self, command: p.Command, hold: bool) -> bool:
        """Carry out a command and return whether the run is to hold."""
        match command:
            case p.Pause():
                return True
            case p.Step():
                self._single = not hold
                return hold
            case p.Resume():
                return False
            case p.SetLearningRate(learning_rate):
                self._control.learning_rate = learning_rate
                old = self.training.current_rate()
                self._line.send(p.LearningRateChanged(self.training.step + 1, old, learning_rate))
            case p.RequestWeights():
                self._line.send(weights_of(self.training, "request"))
            case p.SetWatches():
                self._watch(command)
            case _:
                pass
        return hold

    def _hold(self, step: int) -> None:
        """Wait for the word to go on, for a single step, or for the end; serve the views meanwhile."""
        begun = time.perf_counter()
        if self.training.step:
            self._tick(step, force=True, ended=True)  # nothing more is seen until somebody says so
        self._line.send(p.Paused(step))
        while not self._line.stop_asked:
            command = self._line.wait()
            if isinstance(command, p.Step):
                self._single = True
                break
            if isinstance(command, p.Resume):
                self._line.send(p.Resumed(step))
                break
            self._carry_out_command(command, True)
            if isinstance(command, p.SetWatches):
                self._watching.fill(step, self.training.taps())
        held = time.perf_counter() - begun
        self._observer.rest(held)
        self.training.rest(held)
        if self._single:
            self._observer.look_now()

    def _watch(self, command: p.SetWatches) -> None:
        self._line.send(self._watching.begin(command))
        self._observer.charge(self._watching.fill(self.training.step, self.training.taps()))

    # ------------------------------------------------------------------ the beginning

    def _tell_start(self) -> None:
        training, layout = self.training, self._observer.layout
        self._line.send(
            p.TableLayout(
                metrics=self._metrics,
                nodes=layout.nodes,
                edges=layout.edges,
                activations=layout.activations,
                recurrent=layout.recurrent,
            )
        )
        self._line.send(
            p.Started(
                epochs=training.epochs,
                steps_per_epoch=training.steps_per_epoch,
                total_steps=training.total_steps,
                batch_size=training.batch,
                samples=training.samples,
                layers=layers_of(self._network),
                edges=layout.edges,
                parameters=int(self._network.parameter_vector.size),
                threads=int(os.environ.get("OPENBLAS_NUM_THREADS", "0") or 0),
                metrics=self._metrics[1:],
                phases=tuple(phase.name for phase in self._network.design.phases),
                step=training.step,
                epoch=training.epoch + 1,
                report=self._data.report + _reconstruction(training) + _phases(training, self._data),
                preprocessing=self._data.preprocessing,
            )
        )


_NAN = float("nan")


def weights_of(training: TrainingRun, purpose: str) -> p.Weights:
    """Return the message that holds a run's weights (their average, where one is kept) and its state."""
    shown = nullcontext() if training.average is None or purpose == "last_good" else training.average.shown()
    with shown:
        return p.Weights(
            step=training.step,
            epoch=training.epoch,
            purpose=purpose,
            packed=pack_arrays(training.network.weights),
            state=training.capture().to_bytes(),
        )


def layers_of(network: Network) -> tuple[p.LayerInfo, ...]:
    """Return the nodes of a network in its order, with their parameters and activations."""
    found = []
    taps = network.plan(1, True).taps
    for node_id in network.inference.order:
        node = network.design.nodes[node_id]
        specs = network.inference.parameters.get(node_id, ())
        tap = taps.get(node_id)
        activation = tap.activation.NAME if tap is not None and tap.activation is not None else ""
        found.append(
            p.LayerInfo(
                node_id=node_id,
                name=node.name,
                type=node.type,
                parameters={spec.name: spec.shape for spec in specs},
                activation=activation,
                frozen=node.frozen,
            )
        )
    return tuple(found)


def _reconstruction(training: TrainingRun) -> tuple[str, ...]:
    if not training.data.reconstructed:
        return ()
    return ("The output has the shape of the input, so the network is trained to give its input back.",)


def _phases(training: TrainingRun, data: DataSet) -> tuple[str, ...]:
    phases = training.network.design.phases
    if not phases:
        return ()
    turns = ", ".join(f"{phase.name} {phase.steps}" for phase in phases)
    told = f"The phases take turns on each batch: {turns} (steps)."
    if data.validation is not None and len(data.validation):
        told += " The validation part is left out: a run in phases is not judged by its loss."
    return (told,)
