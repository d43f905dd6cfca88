"""A person's first five minutes, in a real window: run as a program on an X server, driven by real input.

    python -m tests.app.session_script draw FOLDER      draw, train, pause, go on, save, export
    python -m tests.app.session_script reopen FOLDER    open what was saved, in another process

What was seen is printed as one JSON object. Input comes from xdotool, which stands for a person's hands; it runs
beside the program, never inside its event loop.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QPoint, QSettings
from PySide6.QtWidgets import QApplication, QWidget

from designer.app import Application, make_qt_application, use_theme
from designer.window.quiet_prompts import QuietPrompts

TIMEOUT = 40.0
LAYERS = ("Input", "Flatten", "Dense", "Dense", "Output")


class Prompts(QuietPrompts):
    """Names the file when it is asked."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def save_path(self, suggestion: str) -> str:
        return str(self.path)


def until(condition: Callable[[], object], what: str) -> None:
    """Let the program run until a condition holds."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {TIMEOUT:.0f} s for: {what}")
        QCoreApplication.processEvents()


def hands(*arguments: object) -> None:
    """Carry out xdotool commands while the program runs."""
    process = subprocess.Popen(["xdotool", *map(str, arguments)])
    until(lambda: process.poll() is not None, f"xdotool {arguments}")
    if process.returncode:
        raise RuntimeError(f"xdotool {arguments} ended with {process.returncode}")


def place(widget: QWidget, point: QPoint) -> tuple[int, int]:
    """Return where a point of a widget is on the screen."""
    found = widget.mapToGlobal(point)
    return found.x(), found.y()


def drag(start: tuple[int, int], end: tuple[int, int]) -> None:
    """Press, move in steps as a hand does, release."""
    moves: list[object] = ["mousemove", *start, "mousedown", 1]
    for step in range(1, 9):
        x = start[0] + (end[0] - start[0]) * step // 8
        y = start[1] + (end[1] - start[1]) * step // 8
        moves += ["mousemove", x, y, "sleep", 0.03]
    hands(*moves, "mouseup", 1)


def click(widget: QWidget) -> None:
    """Click the middle of a widget."""
    hands("mousemove", *place(widget, widget.rect().center()), "click", 1)


def open_application(folder: Path) -> Application:
    """Show the window and wait until everything is in it."""
    make_qt_application()
    use_theme("dark")
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    application = Application(None, settings, folder / "state")
    application.make_prompts = lambda window: Prompts(folder / "mine.gradloom")
    application.window.resize(1900, 1000)
    application.window.move(0, 0)
    application.window.show()
    until(lambda: application.is_ready, "the window is complete")
    application.window.activateWindow()
    return application


def drop_layers(application: Application) -> None:
    """Drag layers from the palette onto the canvas, one beside the other."""
    canvas, view = application.canvas, application.palette.view
    for number, kind in enumerate(LAYERS):
        model = view.model()
        rows = [model.index(row, 0) for row in range(model.rowCount())]
        index = next(index for index in rows if index.data() == kind)
        view.scrollTo(index)
        start = place(view.viewport(), view.visualRect(index).center())
        target = place(canvas.viewport(), QPoint(130 + 260 * number, 180))
        count = len(application.document.design.nodes)
        drag(start, target)
        until(lambda count=count: len(application.document.design.nodes) == count + 1, f"{kind} is dropped")


def draw_wires(application: Application) -> None:
    """Drag a wire from each layer to the next."""
    canvas = application.canvas
    ids = list(application.document.design.nodes)
    for source, target in itertools.pairwise(ids):
        items = canvas.canvas_scene.nodes
        ends = (items[source].port_position(True, 0), items[target].port_position(False, 0))
        start, end = (place(canvas.viewport(), canvas.mapFromScene(at)) for at in ends)
        count = len(application.document.design.edges)
        drag(start, end)
        until(
            lambda count=count: len(application.document.design.edges) == count + 1,
            f"{source} feeds {target}",
        )


def choose_data(application: Application) -> None:
    """Use the digits, and fit Input and Output to them."""
    application.palette.data_activated.emit("digits")
    button = application.data.fit_button
    until(lambda: button.isVisible() and button.isEnabled(), "the data panel offers to fit the network")
    application.data.page.ensureWidgetVisible(button)
    click(button)
    document = application.document
    until(lambda: not [p for p in document.problems if p.severity == "error"], "the network has no errors")


def digest(weights: dict[str, Any]) -> str:
    """Return a fingerprint of weights."""
    parts = [
        f"{name}:{hashlib.sha256(array.tobytes()).hexdigest()}" for name, array in sorted(weights.items())
    ]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def draw(folder: Path) -> dict[str, Any]:
    """Do everything that a first session holds, and return what was seen."""
    application = open_application(folder)
    window, session = application.window, application.session
    drop_layers(application)
    draw_wires(application)
    choose_data(application)
    design = application.document.design
    seen: dict[str, Any] = {
        "layers": [node.type for node in design.nodes.values()],
        "wires": len(design.edges),
    }
    application.edit.select_all()
    application.training._set_field("epochs", 100_000, stepping=False)
    application.selection.set(["dense_1"])
    click(window.top_bar.train)
    until(lambda: session.state == "running" and session.progress.epoch > 3, "it trains")
    names = ("loss", "gradients", "activations", "weights")
    window.plots.settle()
    until(lambda: set(names) <= window.plots.shown(), "the four views are shown")
    panels = {name: window.plots.panel(name) for name in names}
    until(lambda: all(p is not None and not p.is_empty for p in panels.values()), "all four views fill")
    seen["filled"] = sorted(names)
    hands("key", "F6")
    until(lambda: session.state == "paused", "it pauses")
    held = session.progress.step
    hands("key", "F6")
    until(lambda: session.state == "running" and session.progress.step > held, "it goes on")
    hands("key", "F6")
    until(lambda: session.state == "paused", "it pauses again")
    until(lambda: session.weights.step >= held, "the weights arrive")
    hands("key", "shift+F5")
    until(lambda: session.state == "finished", "it stops")
    click(application.canvas.viewport())
    hands("key", "ctrl+s")
    until(lambda: not application.files.modified, "it is saved")
    weights = session.weights.by_name()
    application.file_commands.export_to(str(folder / "mine.safetensors"), weights)
    seen.update(title=window.windowTitle(), weights=digest(weights), arrays=len(weights))
    seen["loss"] = float(session.history.epochs[-1].metrics["loss"])
    window.grab().save(str(folder / "trained.png"))
    window.close()
    return seen


def reopen(folder: Path) -> dict[str, Any]:
    """Open what was saved and return what it holds."""
    application = open_application(folder)
    application.files.open(folder / "mine.gradloom")
    weights = application.session.weights.by_name()
    seen = {
        "layers": [node.type for node in application.document.design.nodes.values()],
        "weights": digest(weights),
        "arrays": len(weights),
        "modified": application.files.modified,
        "recent": [path.name for path in application.files.recent.paths()],
    }
    application.window.close()
    return seen


if __name__ == "__main__":
    result = {"draw": draw, "reopen": reopen}[sys.argv[1]](Path(sys.argv[2]))
    QApplication.processEvents()
    sys.stdout.write(json.dumps(result) + "\n")
