"""Run in a process of its own on a real X server: a pointer and a keyboard driven from outside edit a network.

Prints one line for each step that came out as it should; ends with "done".
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from PySide6.QtCore import QEventLoop, QPointF
from PySide6.QtWidgets import QApplication

from designer.canvas.canvas_view import CanvasView
from designer.common.theme import theme
from designer.document.document import Document
from designer.document.selection import Selection
from tests.designer.canvas.hands import Hands, network


def until(condition: Callable[[], object], what: str) -> None:
    """Let events through until something has come about; end the program where it doesn't within 20 s."""
    deadline = time.monotonic() + 20
    while not condition():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        if time.monotonic() > deadline:
            sys.exit(f"did not come about: {what}")
    sys.stdout.write(f"{what}\n")


def do(*arguments: object) -> None:
    """Let xdotool do something while events go through: it must never block the window."""
    process = subprocess.Popen(["xdotool", *map(str, arguments)])
    while process.poll() is None:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)


def drag(view: CanvasView, start: QPointF, stop: QPointF) -> None:
    """Drag with the real pointer from one point of the scene to another."""
    places = [
        view.viewport().mapToGlobal(view.mapFromScene(start + (stop - start) * (i / 8))) for i in range(9)
    ]
    do("mousemove", places[0].x(), places[0].y())
    do("mousedown", 1)
    for place in places[1:]:
        do("mousemove", place.x(), place.y())
    until(lambda: view.input.tool is not None, "a gesture began")
    do("mouseup", 1)
    until(lambda: view.input.tool is None, "and ended")


def main() -> None:
    application = QApplication(sys.argv[:1])
    theme().install()
    document = Document()
    view = CanvasView(document, Selection(document))
    view.setGeometry(0, 0, 1200, 700)
    view.show()
    view.activateWindow()
    until(view.isActiveWindow, "the window is active")
    document.set_design(network())
    view.zoom_reset()
    view.centerOn(500, 250)
    hands = Hands(view)
    design = document.design

    drag(view, hands.at("flat"), hands.at("flat") + QPointF(48, 112))
    until(lambda: design.node_named("flat").position == (48.0, 304.0), "a card was moved")
    drag(view, hands.port("first", output=True), hands.port("flat", output=False))
    until(lambda: hands.has_edge("first", "flat"), "a wire was drawn")
    place = view.viewport().mapToGlobal(view.mapFromScene(QPointF(760, 480)))
    do("mousemove", place.x(), place.y(), "click", "--repeat", 2, "--delay", 60, 1)
    until(lambda: view.popups.search is not None, "a double-click opened the search")
    do("type", "--delay", 30, "drop")
    do("key", "Return")
    until(lambda: len(design.nodes) == 8, "a layer was added")
    until(view.hasFocus, "the canvas has the focus again")
    do("key", "F2")
    do("type", "--delay", 30, "resty")
    do("key", "BackSpace", "Return")
    until(lambda: list(design.nodes.values())[-1].name == "rest", "it was renamed, and is still there")
    zoom = view.zoom
    do("click", 4)
    until(lambda: view.zoom > zoom, "the wheel zoomed")
    do("key", "ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z")
    until(lambda: not document.undo_stack.canUndo(), "all was undone")
    view.close()
    application.processEvents()
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main()
