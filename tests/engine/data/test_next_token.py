"""Texts to be continued: at each step the target is what follows, and an id means the same on both sides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import DataError
from engine.data import DataSettings, load
from engine.data.generators.sentences import LONGEST, sentence
from engine.data.next_token import lines_to_continue, text_to_continue


def test_lines_begin_with_a_start_and_end_with_an_end() -> None:
    raw = lines_to_continue("here", ["ab", "c"])
    assert raw.vocabulary == ("<start>", "<end>", "a", "b", "c")
    assert raw.classes == ("<pad>", *raw.vocabulary)
    np.testing.assert_array_equal(raw.x, [[1, 3, 4], [1, 5, 0]])
    np.testing.assert_array_equal(raw.y, [[3, 4, 2], [5, 2, 0]])


def test_longer_lines_are_cut() -> None:
    raw = lines_to_continue("here", ["abcd", "a"], steps=3)
    np.testing.assert_array_equal(raw.x[0], [1, 3, 4])
    np.testing.assert_array_equal(raw.y[0], [3, 4, 2])


def test_windows_of_a_text_follow_one_another() -> None:
    raw = text_to_continue("here", "abcabcabca", 3)
    assert raw.vocabulary == ("a", "b", "c")
    np.testing.assert_array_equal(raw.x, [[1, 2, 3]] * 3)
    np.testing.assert_array_equal(raw.y, [[2, 3, 1]] * 3)
    with pytest.raises(DataError, match="too few"):
        text_to_continue("here", "abc", 3)


def test_sentences_agree_in_number() -> None:
    rng = np.random.default_rng(0)
    plural = {"cats", "dogs", "birds", "children", "kings"}
    for _ in range(300):
        text = sentence(rng)
        assert len(text) <= LONGEST
        words = text.rstrip(".").split()
        subject = next(word for word in words if word in plural or f"{word}s" in plural or word == "child")
        verb = next(w for w in words if w.rstrip("s") in ("see", "follow", "love", "hear"))
        assert verb.endswith("s") == (subject not in plural), text


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("one\n\ntwo\n" * 10, encoding="utf-8")
    data = load(DataSettings(source="names", options={"file": "mine.txt"}), folder=tmp_path)
    assert data.input_shape == (4,)
    assert set(data.vocabulary) == {"<start>", "<end>", *"onetw"}
    whole = load(
        DataSettings(source="shakespeare", options={"file": "mine.txt", "steps": 5}), folder=tmp_path
    )
    assert whole.train.x.shape[1] == 5
    np.testing.assert_array_equal(np.asarray(whole.train.x)[:, 1:], np.asarray(whole.train.y)[:, :-1])


def test_a_text_that_is_not_here_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADLOOM_DATA", raising=False)
    for source in ("names", "shakespeare"):
        with pytest.raises(DataError, match="GRADLOOM_DATA"):
            load(DataSettings(source=source))


def test_the_texts_beside_the_program(gradloom_data: Path) -> None:
    names = load(DataSettings(source="names"))
    assert len(names.vocabulary) == 28
    assert len(names.train) + len(names.validation or ()) == 32_033
    text = load(DataSettings(source="shakespeare", options={"samples": 100}))
    assert len(text.train) + len(text.validation or ()) == 100
