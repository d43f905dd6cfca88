"""Texts of a decoder in the Predictions panel: right ones, wrong ones, and an end that comes too early."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import engine
from designer.common.theme import Theme
from designer.plots.predictions_table import table_of
from designer.plots.predictions_texts import TextsView, text_rows
from engine.data import DataSettings, load
from engine.training.predictions import Predictor
from tests.engine.training.test_writing import translator


def value(unit: str = "character") -> dict[str, Any]:
    classes = ["<pad>", "<start>", "<end>", "a", "b"]
    about = {
        "kind": "texts",
        "classes": classes,
        "vocabulary": ["x", "y"],
        "unit": unit,
        "features": ["letters"],
    }
    return {
        "about": about,
        "sources": np.array([[1, 2, 0], [2, 0, 0], [1, 1, 1]]),
        "truth": np.array([[3, 4, 2], [3, 2, 0], [4, 4, 2]]),
        "answers": np.array([[3, 4, 2], [4, 4, 2], [4, 2, 0]]),
        "exact": np.array([1, 0, 0]),
    }


def test_mistakes_are_told_token_by_token() -> None:
    right, wrong, short = text_rows(value())
    assert (right.source, right.truth, right.exact) == ("xy", "ab", True)
    assert [piece.right for piece in right.answer] == [True, True]
    assert [(piece.text, piece.right) for piece in wrong.answer] == [("b", False), ("b", False)]
    assert [(piece.text, piece.right) for piece in short.answer] == [("b", True), ("▪", False)]
    assert "".join(piece.text for piece in text_rows(value("word"))[0].answer) == "a b"
    assert table_of(value())[1][1] == ["y", "bb", "a", False]


@pytest.mark.parametrize("size", [(340, 200), (180, 90), (700, 300)])
@pytest.mark.parametrize("mode", ["dark", "light"])
def test_it_draws_at_every_size(qtbot: QtBot, size: tuple[int, int], mode: Any) -> None:
    theme = Theme()
    theme.set_mode(mode)
    view = TextsView(theme)
    qtbot.addWidget(view)
    view.resize(*size)
    view.show()
    view.show_value(value())
    assert view.note().startswith("33.3")
    assert "bb instead of a" in view.accessibleDescription()
    assert not view.grab().toImage().isNull()


def test_the_engine_gives_what_the_view_shows() -> None:
    data = load(DataSettings(source="reversed_letters", options={"samples": 60, "letters": 3, "longest": 3}))
    network = engine.compile(translator(data, units=4))
    predictor = Predictor(network, data)
    found = predictor.compute()
    assert predictor.about["kind"] == "texts"
    assert {name: (str(found[name].dtype), found[name].shape) for name in found} == predictor.fields
    free = np.asarray(network.predict(np.asarray(found["sources"]))).argmax(-1)
    assert np.array_equal(free, found["answers"])
    assert len(text_rows({"about": predictor.about, **found})) == len(found["exact"])
