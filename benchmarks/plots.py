"""How long each live plot takes to refresh: the figures that the 10 to 15 drawings a second have to be paid from.

    python benchmarks/plots.py [--json]

Milliseconds, medians: `draw` brings the items up to date, `ranges` the axes (twice a second), `refresh` draws and fills
the pixels, which is what each of the 12 drawings a second costs.
The runs are replayed, so the figures are those of the window alone.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtWidgets import QApplication

from designer.common.theme import theme
from designer.document.document import Document
from designer.document.selection import Selection
from designer.plots.activations_panel import ActivationsPanel
from designer.plots.gradients_panel import GradientsPanel
from designer.plots.loss_panel import LossPanel
from designer.plots.weights_panel import WeightsPanel
from designer.training.session import TrainingSession
from engine.design.design import Design
from tests.designer.training.fake_worker import FakeLauncher, Story

REPEATS = 15
SIZES = {"small": (340, 300), "large": (900, 420)}
LAYERS = 20


def deep_design() -> tuple[Design, Story]:
    """Return twenty dense layers on images, the first of them of 784 by 512."""
    design = Design("deep")
    x = design.add("Input", shape=(784,))
    shapes: dict[str, dict[str, tuple[int, ...]]] = {}
    before = 784
    for index in range(LAYERS):
        units = 512 if index == 0 else 64
        x = design.add("Dense", x, units=units, activation="tanh")
        shapes[x.id] = {"kernel": (before, units), "bias": (units,)}
        before = units
    design.add("Output", x, loss="mean_squared_error")
    return design, Story(layers=tuple(shapes), shapes=shapes, epochs=100, steps_per_epoch=1_000)


def median_ms(action: Callable[[], object]) -> float:
    """Return the median milliseconds of an action."""
    times = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        action()
        times.append(1e3 * (time.perf_counter() - begun))
    return round(statistics.median(times), 2)


def measured(session: TrainingSession, document: Document, selection: Selection) -> Iterator[dict[str, Any]]:
    """Yield one row of figures for each panel, view and size."""
    cases: list[tuple[str, Any, Callable[[Any], object]]] = [
        ("loss", LossPanel, lambda panel: None),
        ("gradients by layer", GradientsPanel, lambda panel: panel.show_view("layers")),
        ("gradients over time", GradientsPanel, lambda panel: panel.show_view("time")),
        ("update : weight", GradientsPanel, lambda panel: panel.show_view("ratio")),
        ("activations", ActivationsPanel, lambda panel: None),
        ("weights 784 x 512", WeightsPanel, lambda panel: None),
        ("weights 64 x 64", WeightsPanel, lambda panel: selection.set(["dense_2"])),
        ("weights over time", WeightsPanel, lambda panel: panel._over_time.setChecked(True)),
    ]
    for name, kind, prepare in cases:
        for size_name, size in SIZES.items():
            begun = time.perf_counter()
            panel = kind(session, document, selection, theme())
            build = 1e3 * (time.perf_counter() - begun)
            panel.resize(*size)
            panel.show()
            prepare(panel)
            session._on_polled()
            panel.draw_now()
            QApplication.processEvents()
            assert not panel.is_empty, name
            yield {
                "panel": name,
                "size": size_name,
                "draw": median_ms(panel.draw),
                "ranges": median_ms(panel.set_ranges),
                "refresh": median_ms(lambda shown=panel: (shown.draw(), shown.grab())),
                "build": round(build, 1),
            }
            panel.close()
            panel.deleteLater()
            selection.clear()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    as_json = parser.parse_args().json
    application = QApplication([])
    theme().install()
    design, story = deep_design()
    document = Document()
    document.set_design(design)
    selection = Selection(document)
    session = TrainingSession(document, FakeLauncher(story, pace=50))
    session.watch("benchmark", (("dense_1", "kernel"), ("dense_2", "kernel"), ("dense_1", "activations")))
    session.train()
    session._link._timer.stop()
    while session.history.step < 90_000:
        session._on_polled()
    if not as_json:
        print(f"{'panel':<22}{'size':<8}{'draw':>8}{'ranges':>8}{'refresh':>8}{'build':>8}   (ms)")
    for row in measured(session, document, selection):
        if as_json:
            print(json.dumps(row))
        else:
            figures = "".join(f"{row[key]:>8.2f}" for key in ("draw", "ranges", "refresh", "build"))
            print(f"{row['panel']:<22}{row['size']:<8}{figures}")
    session.close()
    application.quit()


if __name__ == "__main__":
    main()
