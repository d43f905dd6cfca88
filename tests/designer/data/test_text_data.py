"""Texts in the data panel: shown as texts, and an encoder-decoder fitted to them."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from designer.data.data_look import look_at
from designer.data.data_panel import DataPanel
from designer.data.fitting import fit_to_data
from designer.document.document import Document
from engine.data import DataSettings, load
from engine.design import templates
from engine.design.inference import infer


def test_the_first_rows_are_texts(qtbot: QtBot) -> None:
    document = Document()
    panel = DataPanel(document)
    qtbot.addWidget(panel)
    panel.show()
    with qtbot.waitSignal(panel.loader.loaded, timeout=20_000):
        panel.use_source("sorted_letters")
    look = panel.shown_look
    assert not panel.look.rows.isHidden()
    assert panel.look.balance.isHidden()
    assert "".join(sorted(look.rows[0][0])) == look.rows[0][1]
    assert "8 → 9 tokens of 13" in panel.look.facts.text()


@pytest.mark.parametrize("name", ["reverse-letters", "dates", "output-recurrent"])
def test_a_template_fits_its_own_data(name: str) -> None:
    design = templates.load(name)
    assert design.data is not None
    assert fit_to_data(design, look_at(load(design.data))).changes == ()


def test_an_encoder_decoder_is_fitted_to_longer_texts_of_more_letters() -> None:
    design = templates.load("reverse-letters")
    data = load(
        DataSettings(source="reversed_letters", options={"letters": 20, "longest": 12, "samples": 100})
    )
    fit = fit_to_data(design, look_at(data))
    for edit in fit.edits:
        design.apply(edit)
    assert [problem for problem in design.check() if problem.severity == "error"] == []
    assert getattr(design.node_named("previous").layer, "shape") == (13,)  # noqa: B009
    assert getattr(design.node_named("letter_vectors").layer, "input_dim") == 21  # noqa: B009
    assert getattr(design.node_named("previous_vectors").layer, "input_dim") == 23  # noqa: B009
    assert infer(design).inputs[design.node_named("reversed").id][0] == (13, 23)
