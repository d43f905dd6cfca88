"""A worker that trains nothing: it has the real one's interface and replays plausible telemetry, always the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from designer.training.launch import Launcher
from engine.design.design import Design
from engine.design.elements import Edge
from engine.worker import protocol
from engine.worker.protocol import Watch

Array = NDArray[Any]


@dataclass
class FakeObservation:
    """What a worker observes at the layers: see `engine.worker`."""

    step: int
    gradient_rms: dict[str, float]
    edge_gradient_rms: dict[Edge, float]
    update_ratio: dict[str, float]
    weight_rms: dict[str, float]
    activations: dict[str, dict[str, float]]
    cost: float = 0.02


@dataclass
class Story:
    """What the replayed run is like."""

    layers: tuple[str, ...] = ("conv2d_1", "conv2d_2", "dense_1", "dense_2")
    epochs: int = 20
    steps_per_epoch: int = 100
    shapes: dict[str, dict[str, tuple[int, ...]]] = field(default_factory=dict)
    activations: dict[str, str] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    depth_decades: float = 2.0
    """How many decades the gradient falls from the last layer to the first."""
    not_finite_at: int = -1
    best_epoch: int = 14

    @property
    def total(self) -> int:
        return self.epochs * self.steps_per_epoch

    def rows(self, first: int, last: int) -> Array:
        """The scalars of steps `first` to `last`, both included."""
        step = np.arange(first, last + 1, dtype=float)
        noise = np.random.default_rng(5).standard_normal(max(self.total, last) + 1)[first : last + 1]
        share = step / self.total
        loss = (2.3 * np.exp(-9 * share) + 0.03) * np.exp(0.25 * noise)
        if self.not_finite_at > 0:
            loss = np.where(
                step >= self.not_finite_at, np.nan, loss * np.exp(np.maximum(0, 12 * (share - 0.5)))
            )
        metric = np.clip(1 - 0.9 * np.exp(-8 * share) - 0.02 + 0.015 * noise, 0, 1)
        norm = (3 * np.exp(-3 * share) + 0.1) * np.exp(0.3 * noise)
        epoch = np.floor((step - 1) / self.steps_per_epoch) + 1
        rate = np.full_like(step, 1e-3)
        return np.column_stack((step, epoch, loss, rate, metric, norm, step * 0.004))

    def epoch(self, number: int) -> protocol.EpochEnded:
        share = number / self.epochs
        best = self.best_epoch / self.epochs
        validation = 2.0 * np.exp(-7 * share) + 0.05 + 0.12 * max(share - best, 0) + 0.004 * (number % 3)
        return protocol.EpochEnded(
            epoch=number,
            step=number * self.steps_per_epoch,
            metrics={"loss": 2.3 * np.exp(-9 * share) + 0.03, "accuracy": 1 - 0.9 * np.exp(-8 * share)},
            validation={"loss": float(validation), "accuracy": float(0.97 - 0.9 * np.exp(-7 * share))},
            learning_rate=1e-3,
            seconds=number * 0.4,
        )

    def observation(self, step: int) -> FakeObservation:
        generator = np.random.default_rng(step)
        count = len(self.layers)
        depth = np.linspace(-self.depth_decades, 0, count) if count > 1 else np.zeros(1)
        jitter = generator.normal(0, 0.18, (2, count))
        fade = -0.8 * step / self.total
        gradient = 10 ** (-1.2 + fade + depth + jitter[0])
        ratio = 10 ** (-2.8 + 0.5 * depth + jitter[1])
        by_layer = dict(zip(self.layers, gradient.tolist(), strict=True))
        statistics = {
            layer: {
                "mean": 0.1 * i - 0.2,
                "std": 0.6 + 0.1 * i,
                "dead": 0.31 if i == count - 2 else 0.02,
                "saturated": 0.04,
            }
            for i, layer in enumerate(self.layers)
        }
        return FakeObservation(
            step,
            gradient_rms=by_layer,
            edge_gradient_rms={edge: by_layer.get(edge.target, 1e-3) for edge in self.edges},
            update_ratio=dict(zip(self.layers, ratio.tolist(), strict=True)),
            weight_rms=dict.fromkeys(self.layers, 0.1),
            activations=statistics,
        )

    def watched(self, watch: Watch, step: int) -> dict[str, Any]:
        generator = np.random.default_rng(abs(hash((watch.node_id, watch.what))) % 1000)
        share = min(step / self.total, 1.0)
        if watch.what == protocol.ACTIVATIONS:
            values = generator.normal(-0.6 + 0.3 * share, 1.2 + share, 20_000)
            counts, edges = np.histogram(values, 48)
            return {
                "counts": counts,
                "edges": edges,
                "dead": 0.31,
                "saturated": 0.05,
                "mean": -0.5,
                "std": 1.4,
            }
        shape = self.shapes.get(watch.node_id, {}).get(watch.what, (16, 10))
        values = generator.normal(0, 0.1 + 0.1 * share, shape).astype(np.float32)
        if values.ndim >= 2 and values.shape[0] in (64, 784):
            side = int(values.shape[0] ** 0.5)
            y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
            for unit in range(values.shape[1]):
                angle, phase = generator.uniform(0, np.pi), generator.uniform(0, 6)
                wave = np.cos(5 * (x * np.cos(angle) + y * np.sin(angle)) + phase) * np.exp(
                    -2 * (x * x + y * y)
                )
                values[:, unit] += (0.5 * share * wave).ravel().astype(np.float32)
        counts, edges = np.histogram(values, 48, range=(-0.8, 0.8))
        return {"values": values, "counts": counts, "edges": edges}


class FakeWorker:
    """Takes `pace` steps at each poll. What it was told is kept in `commands`."""

    def __init__(self, story: Story, pace: int = 50) -> None:
        self.story, self.pace = story, pace
        self.commands: list[str] = []
        self.step_done = 0
        self.closed = False
        self.watches: tuple[Watch, ...] = ()
        self.findings: tuple[Any, ...] = ()
        self.next_events: list[Any] = []
        self._paused = False
        self._over = False
        self._rows: list[Array] = []
        self._observations: list[FakeObservation] = []

    def start(self, run: Any) -> None:
        self.commands.append("start")
        story = self.story
        self._paused = getattr(run, "paused", False)
        layers = tuple(
            protocol.LayerInfo(
                node_id=layer,
                name=layer,
                type="Dense",
                parameters=story.shapes.get(layer, {"kernel": (16, 10)}),
                activation=story.activations.get(layer, ""),
            )
            for layer in story.layers
        )
        self.next_events.append(
            protocol.Started(
                epochs=story.epochs,
                steps_per_epoch=story.steps_per_epoch,
                total_steps=story.total,
                batch_size=32,
                samples=32 * story.steps_per_epoch,
                layers=layers,
                edges=story.edges,
                parameters=1234,
                threads=1,
                metrics=("accuracy",),
            )
        )
        if self._paused:
            self.next_events.append(protocol.Paused(0))

    def pause(self) -> None:
        self.commands.append("pause")
        self._paused = True
        self.next_events.append(protocol.Paused(self.step_done))

    def resume(self) -> None:
        self.commands.append("resume")
        self._paused = False
        self.next_events.append(protocol.Resumed(self.step_done))

    def step(self) -> None:
        self.commands.append("step")
        self.advance(1)
        self.next_events.append(protocol.Paused(self.step_done))

    def stop(self) -> None:
        self.commands.append("stop")
        self._finish("stopped")

    def set_learning_rate(self, learning_rate: float) -> None:
        self.commands.append(f"rate {learning_rate:g}")
        self.next_events.append(protocol.LearningRateChanged(self.step_done, 1e-3, learning_rate))

    def request_weights(self) -> None:
        self.commands.append("weights")

    def watch(self, watches: Any) -> None:
        self.watches = tuple(watches)

    def waitables(self) -> list[int]:
        return []

    def poll(self) -> list[Any]:
        if "start" in self.commands and not self._paused and not self._over:
            self.advance(self.pace)
        events, self.next_events = self.next_events, []
        return events

    def read_scalars(self) -> Array:
        rows, self._rows = self._rows, []
        return np.concatenate(rows) if rows else np.zeros((0, len(protocol.SCALARS)))

    def read_observations(self) -> list[FakeObservation]:
        found, self._observations = self._observations, []
        return found

    def read_watch(self, watch: Watch) -> tuple[int, Any] | None:
        if watch not in self.watches or not self.step_done:
            return None
        return self.step_done, self.story.watched(watch, self.step_done)

    def close(self) -> None:
        self.closed = True

    def advance(self, steps: int) -> None:
        """Take steps, as if they had been trained."""
        first, last = self.step_done + 1, min(self.step_done + steps, self.story.total)
        if first > last:
            return
        self._rows.append(self.story.rows(first, last))
        self._observations.append(self.story.observation(last))
        per_epoch = self.story.steps_per_epoch
        for number in range(self.step_done // per_epoch + 1, last // per_epoch + 1):
            self.next_events.append(self.story.epoch(number))
        if self.findings:
            self.next_events.append(protocol.Findings(last, self.findings))
        self.step_done = last
        if last >= self.story.total:
            self._finish("epochs")

    def _finish(self, reason: str) -> None:
        self._over = True
        self.next_events.append(
            protocol.Finished(reason=reason, step=self.step_done, epoch=self.story.epochs, seconds=1.0)
        )


class FakeLauncher(Launcher):
    """Hands out fake workers that tell one story; the latest is `last`."""

    def __init__(self, story: Story | None = None, pace: int = 50) -> None:
        self.story, self.pace = story or Story(), pace
        self.workers: list[FakeWorker] = []
        self.runs: list[Any] = []

    @property
    def last(self) -> FakeWorker:
        return self.workers[-1]

    def worker(self) -> FakeWorker:
        self.workers.append(FakeWorker(self.story, self.pace))
        return self.workers[-1]

    def run(self, design: Design, **settings: Any) -> Any:
        run = super().run(design, **settings)
        self.runs.append(run)
        return run
