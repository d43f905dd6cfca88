"""How fast the canvas draws: panning, dragging, zooming and the whole network, with 100 and 1,000 layers.

Run `python benchmarks/canvas.py` (off screen), or with QT_QPA_PLATFORM=xcb on an X server. The limits are those of a
display at 60 pictures a second for what follows the hand, and 30 for the whole network: 16 ms and 33 ms.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication

from designer.canvas.canvas_view import CanvasView
from designer.common.theme import theme
from designer.document.document import Document
from designer.document.selection import Selection
from engine.design import Design, Edge, Node
from engine.layers.base import layers

FRAMES = 40
LIMITS = {"pan": 16.0, "drag": 16.0, "zoom": 33.0, "whole network": 33.0}


def network(count: int) -> Design:
    """Return a chain of layers in which about every fourth has a shortcut to a later one."""
    random_source = random.Random(0)
    design = Design()
    dense, start = layers["Dense"](units=8), layers["Input"](shape=(8,))
    for index in range(count):
        node = Node(id=f"node_{index}", name=f"dense_{index}", layer=dense if index else start)
        design.nodes[node.id] = node
    for index in range(count - 1):
        design.edges.append(Edge(source=f"node_{index}", target=f"node_{index + 1}"))
        if index % 4 == 0 and index + 4 < count:
            design.edges.append(
                Edge(source=f"node_{index}", target=f"node_{index + random_source.randint(2, 4)}")
            )
    return design


def frame(view: CanvasView, change: Callable[[], object]) -> float:
    """Return the milliseconds from a change to its picture, drawing what the change made stale and no more."""
    begin = time.perf_counter()
    change()
    QApplication.processEvents()
    return 1000 * (time.perf_counter() - begin)


def median(view: CanvasView, change: Callable[[int], object]) -> tuple[float, float]:
    """Return the median and the 95th percentile of a run of frames."""
    times = sorted(frame(view, lambda step=step: change(step)) for step in range(FRAMES))
    return statistics.median(times), times[int(0.95 * len(times))]


def measure(view: CanvasView, count: int) -> dict[str, tuple[float, float]]:
    """Return (median, 95th percentile) for each thing that a person does."""
    scene = view.canvas_scene
    middle = scene.nodes[f"node_{count // 2}"]
    found: dict[str, tuple[float, float]] = {}
    view.zoom_reset()
    view.centerOn(middle.rect().center())
    QApplication.processEvents()
    found["pan"] = median(view, lambda step: view.pan_by(QPoint(-7 if step % 20 < 10 else 7, 3)))
    view.centerOn(middle.rect().center())
    edges = scene.wires_at([middle.node_id])
    home = QPointF(middle.pos())
    found["drag"] = median(
        view,
        lambda step: scene.preview({middle.node_id: home + QPointF(16 * (step % 9), 16 * (step % 5))}, edges),
    )
    scene.restore([middle.node_id])
    found["full repaint"] = median(view, lambda step: view.viewport().update())
    center = view.viewport().rect().center()
    found["zoom"] = median(view, lambda step: view.set_zoom(1.0 + 0.05 * (step % 12), center))
    found["zoom out"] = median(view, lambda step: view.set_zoom(0.3 + 0.02 * (step % 20), center))
    view.fit_all()
    QApplication.processEvents()
    found["whole network"] = median(view, lambda step: view.viewport().update())
    found["whole, pan"] = median(view, lambda step: view.pan_by(QPoint(-5 if step % 20 < 10 else 5, 2)))
    return found


def main() -> int:
    """Print the figures; return 1 where a limit is passed."""
    application = QApplication(sys.argv[:1])
    theme().install()
    passed = True
    for count in (100, 1000):
        document = Document()
        view = CanvasView(document, Selection(document))
        view.resize(1200, 800)
        view.show()
        application.processEvents()
        begin = time.perf_counter()
        document.set_design(network(count))
        application.processEvents()
        print(f"{count} layers, {len(view.canvas_scene.wires)} wires, {application.platformName()}")
        print(f"  {'open':14} {1000 * (time.perf_counter() - begin):7.1f} ms")
        for name, (middle, high) in measure(view, count).items():
            limit = LIMITS.get(name)
            verdict = "" if limit is None else f"limit {limit:.0f}: {'ok' if middle <= limit else 'TOO SLOW'}"
            passed = passed and (limit is None or middle <= limit)
            print(f"  {name:14} {middle:7.1f} ms   95 % {high:6.1f}   {verdict}")
        view.close()
        view.deleteLater()
        application.processEvents()
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
