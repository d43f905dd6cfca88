"""Texts to be rewritten: tokens, ids, pairs from generators and from files, and how they are shown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.core.errors import DataError
from engine.data import DataSettings, load, preview
from engine.data.generators.text_pairs import WAYS, written
from engine.data.tokens import END, PADDING, join_tokens, number_tokens, split_text, text_of


@pytest.mark.parametrize(
    "text", ["j'ai vu l'homme.", "aujourd'hui ?", "où est-il ?", "va !", "a (b) c, d.", "il y a 2 chats…"]
)
def test_words_come_back_as_they_were(text: str) -> None:
    assert join_tokens(split_text(text, "word"), "word") == text
    assert join_tokens(split_text(text, "character"), "character") == text


def test_ids_come_back_as_text() -> None:
    names = ("<pad>", "<start>", "<end>", "a", "b")
    ids = number_tokens(["ab", "bxb", "abbbbb"], names, 5, end=True)
    assert ids.tolist() == [[3, 4, END, PADDING, PADDING], [4, 4, END, PADDING, PADDING], [3, 4, 4, 4, END]]
    assert [text_of(row, names, "character") for row in ids] == ["ab", "bb", "abbb"]
    assert text_of([1, 2, 0], ("a", "b"), "character", first=1) == "ab"


@pytest.mark.parametrize("name", ["reversed_letters", "sorted_letters", "dates"])
def test_pairs_are_what_they_say(name: str) -> None:
    data = load(DataSettings(source=name, options={"samples": 400}))
    x, y = data.train.x, data.train.y
    assert isinstance(x, np.ndarray)
    assert isinstance(y, np.ndarray)
    assert data.classes[:3] == ("<pad>", "<start>", "<end>")
    assert ((y == END).sum(axis=1) == 1).all(), "each target ends once"
    assert (np.argmax(y == END, axis=1) == (y != PADDING).sum(axis=1) - 1).all(), "and then comes padding"
    sources = [text_of(row, data.vocabulary, "character", first=1) for row in x]
    targets = [text_of(row, data.classes, "character") for row in y]
    right: dict[str, Any] = {
        "reversed_letters": lambda s: s[::-1],
        "sorted_letters": lambda s: "".join(sorted(s)),
    }
    if name in right:
        assert targets == [right[name](source) for source in sources]
    held_out = data.validation
    assert held_out is not None
    assert isinstance(held_out.x, np.ndarray)
    assert not {row.tobytes() for row in x} & {row.tobytes() for row in held_out.x}


def test_every_way_of_writing_a_date_can_be_told() -> None:
    date = dt.date(2026, 9, 5)
    texts = [written(date, way) for way in range(WAYS)]
    assert len(set(texts)) == WAYS
    assert "Saturday, 5 September 2026" in texts
    assert "9/5/26" in texts
    assert written(dt.date(1905, 11, 21), 8) == "21.11.1905", "of 05 one could not tell the century"


def test_a_preview_shows_texts() -> None:
    found = preview(DataSettings(source="sorted_letters", options={"samples": 50}), rows=5)
    assert [column.name for column in found.columns] == ["letters", "sorted letters"]
    assert all("".join(sorted(source)) == target for source, target in found.rows)
    assert preview(DataSettings(source="running_parity", options={"samples": 50})).row_count == 50


def test_pairs_are_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "pairs.tsv").write_text(
        "Go.\tVa !\tsomebody\nGo.\tMarche.\nI see.\tJe vois.\n", encoding="utf-8"
    )
    settings = DataSettings(source="phrases", options={"file": "pairs.tsv"}, validation_fraction=0.0)
    data = load(settings, folder=tmp_path)
    assert isinstance(data.train.y, np.ndarray)
    assert data.preprocessing.unit == "word"
    assert [text_of(row, data.classes, "word") for row in data.train.y] == ["va !", "je vois."]
    assert any("2 pairs of 3" in line for line in data.report)
    (tmp_path / "pairs.tsv").write_text("Go.\n", encoding="utf-8")
    with pytest.raises(DataError, match="pair 1 has no tab"):
        load(settings, folder=tmp_path)


def test_phrases_that_are_not_here_say_where_they_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADLOOM_DATA", raising=False)
    with pytest.raises(DataError, match="GRADLOOM_DATA"):
        load(DataSettings(source="phrases"))


def test_english_and_french(gradloom_data: object) -> None:
    data = load(DataSettings(source="phrases", options={"longest": 4}))
    assert len(data.train) > 1000
