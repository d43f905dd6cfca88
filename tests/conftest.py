"""Fixtures for all tests. The environment is set before anything imports NumPy or Qt."""

from __future__ import annotations

import atexit
import gc
import os
import select
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from scripts import system_packages
from tests.leaks import LeakWatch

ROOT = Path(__file__).resolve().parent.parent


def _isolate_the_environment() -> None:
    """One BLAS thread, no screen; home, settings and caches of this session alone, nothing of the user's."""
    home = Path(tempfile.mkdtemp(prefix="gradloom-tests-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    places = {
        "HOME": ".",
        "XDG_CONFIG_HOME": "config",
        "XDG_CACHE_HOME": "cache",
        "XDG_DATA_HOME": "data",
        "XDG_STATE_HOME": "state",
        "XDG_RUNTIME_DIR": "runtime",
        "APPDATA": "appdata",
        "LOCALAPPDATA": "localappdata",
    }
    for variable, folder in places.items():
        path = home / folder
        path.mkdir(mode=0o700, exist_ok=True)
        os.environ[variable] = str(path)
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.pop("QT_SCALE_FACTOR", None)
    os.environ.pop("QT_STYLE_OVERRIDE", None)


_isolate_the_environment()

# The same examples on every machine and in every run; no limit on time, which a busy machine would break.
hypothesis.settings.register_profile("gradloom", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("gradloom")

_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves threads, processes or, where it uses Qt, widgets and timers behind."""
    qt = "qapp" in request.fixturenames
    if qt:
        request.getfixturevalue("qapp")
    watch = LeakWatch(qt=qt)
    yield
    if request.node.stash.get(_FAILED, False):
        return  # a failed test's traceback keeps its objects alive
    if left := watch.left_behind():
        pytest.fail("left behind: " + "; ".join(left), pytrace=False)


@pytest.fixture(scope="module", autouse=True)
def only_what_is_new_is_searched() -> None:
    """Keep what is alive when a module begins out of the search for leaks, which looks at every object twice a test."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Collect what was kept out while Qt is still there."""
    gc.unfreeze()
    gc.collect()


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def gradloom_data() -> Path:
    """The folder that GRADLOOM_DATA names, for tests on the full public data sets."""
    folder = os.environ.get("GRADLOOM_DATA")
    if not folder:
        pytest.skip("GRADLOOM_DATA is not set: it names the folder with the full data sets (mnist, ...)")
    if not Path(folder).is_dir():
        pytest.skip(f"GRADLOOM_DATA names {folder}, which is not a folder")
    return Path(folder)


@pytest.fixture(scope="session")
def xvfb_display() -> Iterator[str]:
    """A real X server of this session's own, for a program run in a process of its own; yields its DISPLAY."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("Xvfb is not installed: `make test` shows the command that installs it")
    qt = system_packages.qt_folder()
    if qt and (libraries := system_packages.missing_libraries(qt, system_packages.X11)):
        pytest.skip(f"Qt lacks {', '.join(libraries)}: `make test` shows the command that installs them")
    reader, writer = os.pipe()
    command: list[Any] = [
        program,
        "-displayfd",
        str(writer),
        "-screen",
        "0",
        "1920x1080x24",
        "-nolisten",
        "tcp",
    ]
    server = subprocess.Popen(
        command,
        pass_fds=(writer,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        ready, _, _ = select.select([reader], [], [], 30)
        number = os.read(reader, 16).decode().strip() if ready else ""
        if not number:
            pytest.fail("Xvfb did not start: it named no display within 30 s")
        yield f":{number}"
    finally:
        os.close(reader)
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture
def screen_environment(xvfb_display: str) -> dict[str, str]:
    """The environment for a program that shows a real window on the X server of the tests."""
    environment = {k: v for k, v in os.environ.items() if k not in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return environment | {"DISPLAY": xvfb_display, "QT_QPA_PLATFORM": "xcb"}


@pytest.fixture(scope="session")
def xdotool() -> str:
    """The program that presses keys and moves the pointer on a real X server."""
    program = shutil.which("xdotool")
    if program is None:
        pytest.skip("xdotool is not installed: `make test` shows the command that installs it")
    return program
