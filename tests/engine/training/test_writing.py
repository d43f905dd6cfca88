"""Writing: greedy, drawn and beam search against loops by hand; decoders, windows of text, and what can't write."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import engine
from engine.core.errors import DataError, SettingError
from engine.data import DataSettings, load
from engine.data.preprocessing import Preprocessing
from engine.training.decoding import Next, Sentence, beam_search, choose
from engine.training.writing import generate, generating

END, CLASSES, LENGTH = 0, 3, 4


def chain(seed: int = 0) -> Next:
    """A small language: the probabilities depend on everything before, through a hash."""

    def following(ids: Any) -> Any:
        rows = []
        for row in ids:
            random = np.random.default_rng([seed, len(row), *map(int, row)])
            rows.append(np.log(random.dirichlet(np.full(CLASSES, 0.6)) + 1e-12))
        return np.array(rows)

    return following


def log_of(following: Next, tokens: tuple[int, ...]) -> float:
    rows = [following(np.array([tokens[:n]], np.int64))[0, token] for n, token in enumerate(tokens)]
    return float(sum(rows))


def last(steps: Any) -> list[Sentence]:
    found: list[Sentence] = []
    for sentences in steps:
        found = sentences
    return found


@pytest.mark.parametrize("seed", range(6))
def test_a_beam_of_one_is_greedy(seed: int) -> None:
    (greedy,) = last(choose(chain(seed), 1, LENGTH, ends=[END], temperature=0))
    (beam,) = last(beam_search(chain(seed), 1, LENGTH, ends=[END]))
    assert beam.ids == greedy.ids
    assert beam.ended == greedy.ended
    assert beam.log_probability == pytest.approx(greedy.log_probability)
    by_hand: list[int] = []
    while len(by_hand) < LENGTH:
        token = int(chain(seed)(np.array([by_hand], np.int64)).argmax())
        if token == END:
            break
        by_hand.append(token)
    assert list(greedy.ids) == by_hand


@pytest.mark.parametrize("seed", range(6))
def test_a_full_beam_is_an_exhaustive_search(seed: int) -> None:
    every: list[Sentence] = []
    for length in range(LENGTH):
        ended = itertools.product([1, 2], repeat=length)
        every += [Sentence(tokens, log_of(chain(seed), (*tokens, END)), True) for tokens in ended]
    cut = itertools.product([1, 2], repeat=LENGTH)
    every += [Sentence(tokens, log_of(chain(seed), tokens), False) for tokens in cut]
    best = max(every, key=lambda s: s.score)
    found = last(beam_search(chain(seed), CLASSES**LENGTH, LENGTH, ends=[END]))
    assert found[0].ids == best.ids
    assert found[0].score == pytest.approx(best.score)
    assert len(found) == len(every)
    narrow = last(beam_search(chain(seed), 2, LENGTH, ends=[END]))
    assert len(narrow) <= 2
    assert narrow[0].score <= best.score + 1e-12


def test_draws_follow_the_probabilities() -> None:
    logs = np.log(np.array([0.7, 0.2, 0.1]))

    def following(ids: Any) -> Any:
        return np.tile(logs, (len(ids), 1))

    def shares(**settings: Any) -> Any:
        drawn = last(choose(following, 20_000, 1, random=np.random.default_rng(1), **settings))
        return np.bincount([s.ids[0] for s in drawn], minlength=3) / 20_000

    np.testing.assert_allclose(shares(), [0.7, 0.2, 0.1], atol=0.01)
    np.testing.assert_allclose(
        shares(temperature=2.0), np.sqrt([0.7, 0.2, 0.1]) / np.sqrt([0.7, 0.2, 0.1]).sum(), atol=0.01
    )
    np.testing.assert_allclose(shares(top_k=2), [7 / 9, 2 / 9, 0], atol=0.01)
    assert shares(temperature=0.0).tolist() == [1, 0, 0]
    assert shares(forbidden=[0])[0] == 0


@pytest.mark.parametrize(
    "settings", [{"length": 0}, {"temperature": -1.0}, {"top_k": -1}, {"temperature": np.nan}]
)
def test_settings_that_mean_nothing_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingError):
        last(choose(chain(), 1, **{"length": 2, **settings}))


# ---------------------------------------------------------------------- networks


def translator(data: Any, units: int = 24) -> engine.Design:
    design = engine.Design("translator")
    x = design.add("Input", shape=data.input_shape, dtype="int")
    h = design.add("Embedding", x, input_dim=len(data.vocabulary) + 1, output_dim=8, mask_zero=True)
    encoder = design.add("LSTM", h, units=units)
    previous = design.add("PreviousOutput", shape=data.train.y.shape[1:])
    h = design.add("Embedding", previous, input_dim=len(data.classes), output_dim=8, mask_zero=True)
    h = design.add("LSTM", [h, (encoder, "hidden"), (encoder, "cell")], units=units, return_sequences=True)
    y = design.add("Dense", h, units=len(data.classes), activation="softmax")
    design.add("Output", y, loss="sparse_categorical_crossentropy")
    return design


@pytest.fixture(scope="module")
def reversing() -> tuple[engine.Network, Any]:
    data = load(DataSettings(source="reversed_letters", options={"samples": 600, "letters": 4, "longest": 4}))
    network = engine.compile(translator(data))
    settings = engine.TrainingSettings(
        epochs=30, optimizer={"name": "adam", "learning_rate": 0.02}, metrics=("sequence_accuracy",)
    )
    for _ in engine.fit(network, data, settings):
        pass
    return network, data


def test_a_trained_network_reverses(reversing: tuple[engine.Network, Any]) -> None:
    network, data = reversing
    (found,) = generate(network, "abcd", data=data)
    assert found.text == "dcba"
    assert found.ended
    assert found.log_probability < 0
    (searched,) = generate(network, "abcd", data=data, beam=3)
    assert searched.text == "dcba"
    assert searched.log_probability == pytest.approx(found.log_probability, rel=1e-4)
    assert [len(texts[0].ids) for texts in generating(network, "abcd", data=data)] == [1, 2, 3, 4, 4]


def test_greedy_is_the_free_run(reversing: tuple[engine.Network, Any]) -> None:
    network, data = reversing
    samples = data.validation.x[:20]
    free = np.asarray(network.predict(samples)).argmax(-1)
    for row, answers in zip(samples, free, strict=True):
        (found,) = generate(network, row.astype(int), data=data)
        assert list(found.ids) == [n for n in answers.tolist() if n > 2]


def test_the_seed_decides_what_is_drawn(reversing: tuple[engine.Network, Any]) -> None:
    network, data = reversing
    first = generate(network, "ab", data=data, temperature=5.0, count=6, seed=1)
    assert first == generate(network, "ab", data=data, temperature=5.0, count=6, seed=1)
    assert first != generate(network, "ab", data=data, temperature=5.0, count=6, seed=2)
    assert len({found.text for found in first}) > 2


def test_prompts_that_can_t_be_answered_say_why(reversing: tuple[engine.Network, Any]) -> None:
    network, data = reversing
    with pytest.raises(DataError, match="was never shown"):
        generate(network, "XYZ", data=data)
    with pytest.raises(DataError, match="may have 4 tokens"):
        generate(network, "abcda", data=data)
    with pytest.raises(DataError, match="pass `data`"):
        generate(network, "ab")
    with pytest.raises(SettingError, match="count"):
        generate(network, "ab", data=data, count=0)
    with pytest.raises(SettingError, match="temperature"):
        generate(network, "ab", data=data, temperature=-1.0)


def alphabet_network(answers: int) -> tuple[engine.Network, Preprocessing]:
    """A network that has learnt to go on with the alphabet: after a comes b."""
    letters = tuple("abcdef")
    design = engine.Design()
    x = design.add("Input", shape=(4,), dtype="int")
    h = design.add("Embedding", x, input_dim=7, output_dim=6)
    design.add(
        "Output",
        design.add("Dense", h, units=answers, activation="softmax"),
        loss="sparse_categorical_crossentropy",
    )
    network = engine.compile(design)
    shift = answers - 6
    ids = np.random.default_rng(0).integers(1, 7, (300, 4))
    following = (ids % 6) + shift
    settings = engine.TrainingSettings(epochs=30, optimizer={"name": "adam", "learning_rate": 0.05})
    for _ in engine.fit(network, (ids, following), settings):
        pass
    return network, Preprocessing(vocabulary=letters, steps=4)


@pytest.mark.parametrize("answers", [6, 7], ids=["without padding", "with padding"])
def test_a_text_goes_on_beyond_the_window(answers: int) -> None:
    network, prepared = alphabet_network(answers)
    (found,) = generate(network, "cd", data=prepared, length=9, temperature=0)
    assert found.text == "efabcdefa"
    assert not found.ended
    (drawn,) = generate(network, "a", data=prepared, length=5)
    assert len(drawn.text) == 5
    (again,) = generate(network, [3, 4], length=2, temperature=0)
    assert again.text == ""
    assert len(again.ids) == 2


def test_other_networks_do_not_write() -> None:
    design = engine.Design()
    design.add(
        "Output", design.add("Dense", design.add("Input", shape=(3,)), units=2), loss="mean_squared_error"
    )
    with pytest.raises(SettingError, match="does not write"):
        generate(engine.compile(design), "a")
