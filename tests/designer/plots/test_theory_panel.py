"""Theory in the window: the network taken apart before a run, while it is trained, and for every width."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from designer.common.theme import theme
from designer.document.document import Document
from designer.document.selection import Selection
from designer.plots.theory_panel import TheoryPanel
from designer.training.session import TrainingSession
from engine.design import edits as e
from engine.design import templates


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[TheoryPanel]:
    document = Document()
    session = TrainingSession(document)
    made = TheoryPanel(session, document, Selection(document), theme())
    qtbot.addWidget(made)
    made.resize(420, 300)
    made.show()
    yield made
    made.sweep.stop()
    session.close()


def open_template(panel: TheoryPanel, name: str) -> None:
    panel.document.set_design(templates.load(name))
    panel.draw_now()


def test_an_empty_design_teaches(panel: TheoryPanel) -> None:
    panel.draw_now()
    assert panel.is_empty
    assert "templates under Theory" in panel._empty.teaching.text


def test_a_line_shows_its_knots_before_anything_is_trained(panel: TheoryPanel) -> None:
    open_template(panel, "polygon")
    assert panel.model.kind == "line"
    names, rows = panel.table()
    assert names == ["x", "unit"]
    assert 10 <= len(rows) <= 12
    assert str(rows[0][1]).startswith("bends, unit ")
    assert all(0 <= float(str(x)) <= 1 for x, _ in rows)
    heading, readout = panel.line.describe(0.5, 0.0, None)
    assert heading == "x 0.5"
    assert [row.name for row in readout][:2] == ["network", "slope here"]


def test_other_weights_move_the_knots(panel: TheoryPanel) -> None:
    open_template(panel, "polygon")
    before = [knot.x for knot in panel.model.line().knots]
    panel.session.weights.put({"bends/bias": np.full(12, -2.0), "bends/kernel": np.full((1, 12), 4.0)})
    panel.draw_now()
    after = [knot.x for knot in panel.model.line().knots]
    assert before != after
    assert after == [0.5] * 12


def test_regions_are_counted_beside_their_bounds(panel: TheoryPanel) -> None:
    open_template(panel, "regions")
    assert panel.model.kind == "regions"
    key = {row.name: row.value for row in panel.regions.key()}
    assert key["one layer"] == "172"
    assert int(key["regions"]) > 10
    assert panel.regions.describe(0.1, 0.1, None)[1]


def test_linear_layers_are_one_matrix(panel: TheoryPanel) -> None:
    open_template(panel, "linear-stack")
    assert panel.model.kind == "map"
    assert panel.model.linear_map().rank == 6
    assert panel.matrix.picture is not None
    assert panel.matrix.picture.values.shape == (64, 10)


def test_a_network_of_bent_pieces_says_why_there_is_nothing(panel: TheoryPanel) -> None:
    open_template(panel, "xor")
    design = panel.document.design
    hidden = next(node for node in design.nodes.values() if node.type == "Dense")
    edit = e.ReplaceNode(hidden.with_(layer=hidden.layer.replace(activation="tanh")))
    panel.document.push("tanh", [edit])
    panel.draw_now()
    assert panel.is_empty
    assert "tanh" in panel._empty.teaching.text


def test_widths_are_trained_in_a_process_of_their_own_and_can_be_stopped(
    panel: TheoryPanel, qtbot: QtBot
) -> None:
    open_template(panel, "approximation")
    panel.tabs.choose("widths")
    with qtbot.waitSignal(panel.sweep.found, timeout=30_000):
        panel.toggle_sweep()
    panel.draw_now()
    assert panel.table()[1][0][0] == 1
    with qtbot.waitSignal(panel.sweep.ended, timeout=10_000):
        panel.toggle_sweep()
    assert not panel.sweep.is_running
