"""The whole window: how soon it is there, and what watching a training costs the training.

Start: seconds from the start of the process to the first window, and to everything in it. Training: steps per second
with every training view open against the same run without a window, one BLAS thread each, the two in turn; once with
the window left alone and once while the canvas is panned 60 times a second. Lateness: how late a 5 ms timer of the
event loop fires meanwhile. Off screen; with QT_QPA_PLATFORM=xcb and a display, on that.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import selectors
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView

ROOT = Path(__file__).resolve().parent.parent
STARTS = 7
ROUNDS = 5
SECONDS = 3.0
TEMPLATES = ("digits-cnn", "digits-mlp")
Row = tuple[str, float, float, bool]
"""What, value, limit, and whether the limit is the least (True) or the most (False) that is allowed."""


def start_times() -> dict[str, float]:
    """Return the median seconds from the start of the process to each stage of the start."""
    found: dict[str, list[float]] = {}
    environment = {**os.environ, "GRADLOOM_STARTUP_TIMES": "1"}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    for _ in range(STARTS):
        command = [sys.executable, str(ROOT / "main.py")]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
        assert process.stderr is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stderr, selectors.EVENT_READ)
            while selector.select(timeout=20):
                line = process.stderr.readline()
                told = re.match(r"(\w+) ([\d.]+) s", line)
                if told:
                    found.setdefault(told[1], []).append(float(told[2]))
                if not line or (told and told[1] == "file"):
                    break
        process.terminate()
        process.wait(timeout=20)
    return {stage: statistics.median(times) for stage, times in found.items()}


def headless(connection: Connection, template: str) -> None:
    """Train without a window, and answer each number of seconds with the steps per second over that time."""
    import engine
    from engine.design.templates import load

    design = load(template)
    assert design.data is not None
    data = engine.load_data(design.data)
    run = engine.fit(engine.compile(design), data, design.training.replace(epochs=10**6, patience=0))
    while seconds := connection.recv():
        begun, steps = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds:
            next(run)
            steps += 1
        connection.send(steps / (time.perf_counter() - begun))


class Lateness:
    """Milliseconds by which a 5 ms timer fires too late."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.late: list[float] = []
        self._last = time.perf_counter()
        self.timer = QTimer()
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self._on_timeout)

    def _on_timeout(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, 1000 * (now - self._last) - 5))
        self._last = now

    def start(self) -> None:
        """Begin to measure."""
        self.late, self._last = [], time.perf_counter()
        self.timer.start(5)

    def percentile(self) -> float:
        """Stop, and return the 99th percentile."""
        self.timer.stop()
        return sorted(self.late)[int(0.99 * len(self.late))]


class Headless:
    """The same training in a process without a window, which runs only while it is asked to."""

    def __init__(self, template: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, far = context.Pipe()
        self._process = context.Process(target=headless, args=(far, template), daemon=True)
        self._process.start()

    def steps_per_second(self) -> float:
        """Train for a while and return the speed."""
        self._pipe.send(SECONDS)
        _until(self._pipe.poll)
        return float(self._pipe.recv())

    def close(self) -> None:
        """End the process."""
        self._pipe.send(0)
        self._process.join(timeout=10)


class Panning:
    """A hand that moves the canvas to and fro, 60 times a second."""

    def __init__(self, canvas: CanvasView) -> None:
        from PySide6.QtCore import QTimer

        self._canvas, self._turn, self.timer = canvas, 0, QTimer()
        self.timer.timeout.connect(self._on_timeout)

    def _on_timeout(self) -> None:
        from PySide6.QtCore import QPoint

        self._turn += 1
        self._canvas.pan_by(QPoint(9 if self._turn // 30 % 2 else -9, 4 if self._turn // 20 % 2 else -4))


def _spend(seconds: float) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(int(1000 * seconds), loop.quit)
    loop.exec()


def _until(good: Callable[[], bool]) -> None:
    while not good():
        _spend(0.02)


def watched(template: str) -> list[Row]:
    """Return the rows for one template: steps with the window idle and panned, and the lateness of each."""
    from designer.offscreen import offscreen_application

    ratios: dict[str, list[float]] = {"window idle": [], "canvas panned": []}
    lateness: dict[str, list[float]] = {"window idle": [], "canvas panned": []}
    alone = Headless(template)
    with offscreen_application("dark", 1440, 900) as application:
        open_template(application, template)
        session, meter, panning = application.session, Lateness(), Panning(application.canvas)
        session.train()
        _until(lambda: session.state == "running" and session.progress.step > 50)
        _spend(1.0)
        for way in [*ratios] * ROUNDS:
            session.pause()
            _until(lambda: session.state == "paused")
            speed = alone.steps_per_second()
            session.resume()
            _until(lambda: session.state == "running")
            if way == "canvas panned":
                panning.timer.start(16)
            _spend(0.3)
            meter.start()
            begun, step = time.perf_counter(), session.progress.step
            _spend(SECONDS)
            steps = (session.progress.step - step) / (time.perf_counter() - begun)
            lateness[way].append(meter.percentile())
            panning.timer.stop()
            ratios[way].append(steps / speed)
        session.stop()
    alone.close()
    limits = {"window idle": 0.95, "canvas panned": 0.85}
    rows: list[Row] = [
        (f"{template}, {way}: steps against headless", statistics.median(found), limits[way], True)
        for way, found in ratios.items()
    ]
    return rows + [
        (f"{template}, {way}: lateness p99, ms", statistics.median(late), 33.0, False)
        for way, late in lateness.items()
    ]


def open_template(application: object, template: str) -> None:
    """Put a template in the window, to be trained for ever, with a layer selected and every training view open."""
    from designer.app import Application
    from engine.design.templates import load

    assert isinstance(application, Application)
    design = load(template)
    design.training = design.training.replace(epochs=10**6, patience=0)
    application.files.new(design)
    layer = next(node.id for node in design.nodes.values() if node.type in ("Conv2D", "Dense"))
    application.selection.set([layer])
    application.window.plots.show_these(("loss", "gradients", "activations", "weights"))


def main() -> int:
    """Measure and print; return 1 where a limit is broken."""
    times = start_times()
    rows: list[Row] = [("start to the first window, s", times["window"], 0.6, False)]
    rows.append(("start to everything, s", times["file"], 1.5, False))
    for template in TEMPLATES:
        rows += watched(template)
    failed = 0
    for what, value, limit, least in rows:
        good = value >= limit if least else value <= limit
        failed += not good
        print(
            f"  {'ok  ' if good else 'MISS'}  {what:<52} {value:7.3f}  ({'at least' if least else 'at most'} {limit:g})"
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
