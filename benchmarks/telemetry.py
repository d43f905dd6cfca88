"""What watching costs: steps per second of a bare fit() against the training process with everything watched.

Both run on one BLAS thread, in turn. The window of this measurement reads everything 30 times a second, as the real
one does. The limit: the watched run keeps 95 % of the bare one's speed, in steps per second of processor time where
the system tells that of another process (Linux), so that other programs do not enter; else per second of the clock.
"""

from __future__ import annotations

import gc
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

import engine
from engine.core.registry import family
from engine.data import DataSettings, load
from engine.training import fit
from engine.worker import Run, TrainingWorker, Watch
from engine.worker import protocol as p

LIMIT = 0.95
SECONDS, ROUNDS = 2.0, 5
WARM_UP = 0.5


class Case(NamedTuple):
    """A network to measure."""

    name: str
    design: engine.Design


class Watched(NamedTuple):
    """What a watched run showed."""

    speed: float
    per_cpu_second: float
    cost: float
    looks: int
    values: int
    own_load: float


def cases() -> list[Case]:
    """A tiny network, a deep one that is bound by Python, and one that is bound by matrix products."""
    tiny = _dense("moons", {}, [8, 8], 32)
    deep = _dense("moons", {}, [32] * 20, 16)
    wide = _dense("digits", {}, [512, 512], 128)
    return [
        Case("2-8-8-2, batch 32", tiny),
        Case("20 layers of 32, batch 16", deep),
        Case("64-512-512-10, batch 128", wide),
    ]


def _dense(source: str, options: dict[str, int], widths: list[int], batch: int) -> engine.Design:
    design = engine.Design(source)
    design.data = DataSettings(source=source, options=dict(options), validation_fraction=0.0)
    data = load(design.data)
    node = design.add("Input", shape=data.input_shape)
    if len(data.input_shape) > 1:
        node = design.add("Flatten", node)
    for units in widths:
        node = design.add("Dense", node, units=units, activation="relu", kernel_initializer="he_normal")
    design.add("Output", design.add("Dense", node, units=data.output_units, activation="softmax"))
    sgd = family("optimizer").to_value(engine.optimizers.SGD(learning_rate=1e-4))
    design.training = design.training.replace(epochs=10_000_000, batch_size=batch, optimizer=sgd)
    return design


def cpu_seconds(pid: int | str) -> float:
    """Return the processor time that a process has used, NaN where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return math.nan
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bare(design: engine.Design) -> tuple[float, float]:
    """Return the steps per second, and per second of processor time, of fit() alone."""
    assert design.data is not None
    network, data = engine.compile(design), load(design.data)
    begun, first, step = time.perf_counter(), 0, 0
    start, now, cpu = begun, begun, 0.0
    for snapshot in fit(network, data):
        now = time.perf_counter()
        step = snapshot.step
        if not first and now - begun > WARM_UP:
            first, start, cpu = step, now, cpu_seconds("self")
        if first and now - start > SECONDS:
            break
    return (step - first) / (now - start), (step - first) / (cpu_seconds("self") - cpu)


def watched(design: engine.Design) -> Watched:
    """Return the steps per second of the training process with every parameter and activation watched."""
    with TrainingWorker(threads=1) as worker:
        watches = [
            Watch(node_id, what)
            for node_id, node in design.nodes.items()
            if node.type == "Dense"
            for what in ("kernel", "bias", "activations")
        ]
        worker.watch(watches)
        worker.start(Run.of(design))
        pid = next(event.pid for event in _events(worker) if isinstance(event, p.Ready))
        rows, looks, values, cost, versions, busy = [], 0, 0, 0.0, {}, 0.0
        begun, marks = time.perf_counter(), []
        while time.perf_counter() - begun < SECONDS + WARM_UP + 1.0:
            tick = time.process_time()
            worker.poll()
            rows.append(worker.read_scalars())
            for seen in worker.read_observations():
                looks, cost = looks + 1, seen.cost
            for watch in watches:
                found = worker.read_watch(watch)
                if found is not None and versions.get(watch) != found[0]:
                    versions[watch] = found[0]
                    values += 1
            if len(rows[-1]):
                marks.append((rows[-1][-1, 0], cpu_seconds(pid)))
            busy += time.process_time() - tick
            time.sleep(1 / 30)
        elapsed = time.perf_counter() - begun
        table = np.concatenate(rows)
        worker.stop()
        while not any(isinstance(event, p.Finished | p.Died) for event in worker.poll()):
            time.sleep(0.01)
    seconds = table[:, 6]
    inside = table[(seconds > WARM_UP) & (seconds <= WARM_UP + SECONDS)]
    speed = (len(inside) - 1) / (inside[-1, 6] - inside[0, 6])
    # The first marks are those of the start: loading and compiling are not steps.
    (first, from_cpu), (last, to_cpu) = marks[len(marks) // 5], marks[-1]
    return Watched(speed, (last - first) / (to_cpu - from_cpu), cost, looks, values, busy / elapsed)


def _events(worker: TrainingWorker) -> Iterator[p.Event]:
    while True:
        yield from worker.poll()
        time.sleep(0.01)


def measure(case: Case, say: Callable[[str], None]) -> float:
    """Measure a case in turns and return the median ratio."""
    ratios, clock, last, speed = [], [], None, 0.0
    for _ in range(ROUNDS):
        gc.collect()
        speed, per_cpu_second = bare(case.design)
        last = watched(case.design)
        clock.append(last.speed / speed)
        ratios.append(last.per_cpu_second / per_cpu_second)
    ratio, by_clock = statistics.median(ratios), statistics.median(clock)
    if math.isnan(ratio):
        ratio = by_clock
    assert last is not None
    say(
        f"{case.name:28} bare {speed:8,.0f} steps/s   watched {last.speed:8,.0f}   ratio {ratio:.3f} "
        f"({min(ratios):.3f} to {max(ratios):.3f}; by the clock {by_clock:.3f})   told cost {last.cost:.1%}   "
        f"looks {last.looks}   values {last.values}   reading {last.own_load:.1%} of a core"
    )
    return ratio


def main() -> int:
    """Measure every case; return 1 where one is below the limit."""
    worst = min(measure(case, print) for case in cases())
    print(f"worst ratio {worst:.3f}, limit {LIMIT}")
    return 0 if worst >= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
