"""However the training process ends, the window hears of it, and nothing is left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import engine
from engine.core.errors import WorkerError
from engine.data import load
from engine.training import fit
from engine.worker import Run, TrainingWorker, client, spawning
from engine.worker import protocol as p
from engine.worker.hints import hint_for
from tests.engine.worker.driving import DEADLINE, SHARED, driven, moons, shared_block

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc are not those of Windows")
LONG = {"epochs": 1_000_000}


@pytest.mark.parametrize(
    ("number", "hint"),
    [(signal.SIGKILL, "memory"), (signal.SIGSEGV, "crashed"), (signal.SIGTERM, "from outside")],
)
def test_a_killed_worker_is_noticed_at_once(number: int, hint: str) -> None:
    with driven(Run.of(moons(**LONG))) as driver:
        driver.until_true(lambda: driver.rows)
        os.kill(driver.pid(), number)
        begun = time.monotonic()
        died = driver.until(p.Died)
        assert time.monotonic() - begun < 2
        assert died.exitcode == -number
        assert hint in died.hint
        assert not driver.worker.is_alive
        assert driver.worker.poll() == []


def test_a_death_costs_only_the_steps_since_the_checkpoint() -> None:
    design = moons(**LONG)
    with driven(Run.of(design, checkpoint_seconds=0.01)) as driver:
        checkpoint = driver.until(p.Weights)
        assert checkpoint.purpose == "checkpoint"
        os.kill(driver.pid(), signal.SIGKILL)
        died = driver.until(p.Died)
        kept = driver.worker.last_checkpoint
        assert kept is not None
        assert died.last_checkpoint_step == kept.step >= checkpoint.step > 0

    # What was kept goes on as if nothing had happened.
    until = kept.epoch + 1
    assert design.data is not None
    data = load(design.data)
    straight, resumed = (engine.compile(design) for _ in range(2))
    settings = design.training.replace(epochs=until)
    list(fit(straight, data, settings.replace(restore_best=False)))
    list(fit(resumed, data, settings.replace(restore_best=False), state=kept.run_state))
    assert straight.parameter_vector.tobytes() == resumed.parameter_vector.tobytes()


def test_a_worker_that_hangs_is_ended_within_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TERMINATE_AFTER", 0.2)
    monkeypatch.setattr(client, "KILL_AFTER", 0.4)
    with driven(Run.of(moons(**LONG))) as driver:
        driver.until_true(lambda: driver.rows)
        os.kill(driver.pid(), signal.SIGSTOP)  # a stopped process ignores everything but SIGKILL
        for _ in range(20):
            driver.worker.stop()
        died = driver.until(p.Died)
        assert died.exitcode == -signal.SIGKILL
        assert "did not answer" in died.hint
    assert client.KILL_AFTER < 5


def test_closing_ends_a_hanging_worker_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spawning, "PATIENCE", 0.2)
    with driven(Run.of(moons(**LONG))) as driver:
        driver.until_true(lambda: driver.rows)
        pid, block = driver.pid(), shared_block(driver.worker)
        os.kill(pid, signal.SIGSTOP)
        driver.worker.close()
        assert not Path(f"/proc/{pid}").exists()  # gone, and waited for: no zombie
        assert block is None or not block.exists()


def test_a_worker_that_nobody_closed_goes_with_its_object() -> None:
    worker = TrainingWorker(threads=1)
    worker.prepare()
    assert worker._spawned is not None
    pid, block = worker._spawned.process.pid, shared_block(worker)
    del worker
    assert not Path(f"/proc/{pid}").exists()
    assert block is None or not block.exists()


ORPHAN = """
import sys
from engine.worker import Run, TrainingWorker
from tests.engine.worker.driving import moons
worker = TrainingWorker(threads=1)
worker.start(Run.of(moons(epochs=1_000_000)))
while not len(worker.read_scalars()):
    worker.poll()
print(worker._spawned.process.pid, worker._spawned.block.name, flush=True)
sys.stdin.read()
"""


def test_a_worker_ends_when_its_window_is_killed(root: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN], cwd=root, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as window:  # fmt: skip
        assert window.stdout is not None
        pid, name = window.stdout.readline().split()
        worker = os.pidfd_open(int(pid))
        try:
            window.kill()
            ready, _, _ = select.select([worker], [], [], DEADLINE)
            assert ready
            # The resource tracker of the killed window gives the memory back; it is the last to hold stderr.
            assert window.stderr is not None
            window.stderr.read()
        finally:
            os.close(worker)
    assert not (SHARED / name.lstrip("/")).exists()


UNGUARDED = """
from engine.worker import Run, TrainingWorker
from engine.worker import protocol as p
from tests.engine.worker.driving import Driver, moons
worker = TrainingWorker(threads=1)
worker.start(Run.of(moons(epochs=1)))
print(Driver(worker).until(p.Finished).reason)
"""


def test_a_script_without_a_guard_that_closes_nothing_leaves_no_warning(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONWARNINGS": "always"}
    result = subprocess.run(
        [sys.executable, str(script)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.stdout, result.stderr, result.returncode) == ("epochs\n", "", 0)


def test_a_system_that_gives_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(spawning, "SharedBlock", refuse)
    with pytest.raises(WorkerError, match="could not be started"):
        TrainingWorker().start(Run.of(moons()))


def test_hints() -> None:
    assert "smaller batch" in hint_for(1)
    assert "smaller batch" in hint_for(-9)
    assert "before its work was done" in hint_for(3)
    assert "signal 99" in hint_for(-99)
    assert "no longer answers" in hint_for(None)
    assert "did not answer" in hint_for(-15, forced=True)


@pytest.mark.skipif(sys.platform != "linux", reason="another process's limits can only be set on Linux")
def test_a_worker_out_of_memory_says_so() -> None:
    import resource

    design = moons(epochs=1)
    design.nodes["dense_1"] = design.nodes["dense_1"].with_(
        layer=design.nodes["dense_1"].layer.replace(units=20_000_000)
    )
    with driven() as driver:
        driver.worker.prepare()
        driver.until(p.Ready)
        resource.prlimit(driver.pid(), resource.RLIMIT_AS, (2**30, 2**30))
        driver.worker.start(Run.of(design))
        failed = driver.until(p.Failed)
        assert failed.kind == "memory"
        assert "smaller batch" in failed.message
