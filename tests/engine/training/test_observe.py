"""What is seen in a step is what is there, and looking costs what it may."""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest

import engine
from engine.core.registry import family
from engine.training import fit, observe
from engine.training.activation_traits import traits_of
from engine.training.observe import Observer, first_samples, rms
from tests.engine.training.networks import classifier, points, whole_state

HIDDEN = (("Dense", {"units": 6, "activation": "relu"}), ("Dense", {"units": 5, "activation": "tanh"}))


def test_figures_of_one_step_against_the_numbers_themselves() -> None:
    design = classifier(
        hidden=HIDDEN, epochs=1, batching="full_batch", optimizer={"name": "sgd", "learning_rate": 0.5}
    )
    network, data = engine.compile(design), points()
    before = {name: array.copy() for name, array in network.parameters.items()}
    _, gradients = engine.compile(design).loss_and_gradients(data.x, data.y)
    observer = Observer(network, every=1, samples=len(data))
    (snapshot,) = fit(network, data, observer=observer)
    (seen,) = observer.take()
    assert observer.take() == []
    assert (seen.step, seen.loss) == (1, snapshot.loss)
    for node in ("dense_1", "dense_2", "dense_3"):
        both = [np.concatenate([arrays[f"{node}/{part}"].ravel() for part in ("kernel", "bias")])
                for arrays in (gradients, before, network.parameters)]  # fmt: skip
        gradient, weight, after = both
        assert seen.gradient_rms[node] == pytest.approx(np.sqrt(np.mean(gradient**2)), rel=1e-5)
        assert seen.weight_rms[node] == pytest.approx(np.sqrt(np.mean(weight**2)), rel=1e-5)
        moved = np.sqrt(np.mean((after - weight) ** 2)) / seen.weight_rms[node]
        assert seen.update_ratio[node] == pytest.approx(moved, rel=1e-4)
    hidden = np.maximum(data.x @ before["dense_1/kernel"] + before["dense_1/bias"], 0)
    statistics = seen.activations["dense_1"]
    assert statistics.mean == pytest.approx(hidden.mean(), rel=1e-5)
    assert statistics.std == pytest.approx(hidden.std(), rel=1e-4)
    assert statistics.dead == np.mean(~hidden.any(axis=0))
    assert math.isnan(statistics.saturated)
    pre = hidden @ before["dense_2/kernel"] + before["dense_2/bias"]
    low, high = traits_of(family("activation").get("tanh"))[:2]
    assert seen.activations["dense_2"].saturated == pytest.approx(np.mean((pre < low) | (pre > high)))
    # The wire into the loss carries dL/dlogits of softmax and cross-entropy: (p - t) / N.
    last = next(edge for edge in seen.edge_gradient_rms if edge.target == "dense_3")
    assert seen.edge_gradient_rms[last] > 0


def test_looking_changes_nothing() -> None:
    design = classifier(hidden=HIDDEN, clip="global_norm", clip_limit=0.01)
    plain, watched = engine.compile(design), engine.compile(design)
    expected = [s.loss for s in fit(plain, points())]
    assert [s.loss for s in fit(watched, points(), observer=Observer(watched, every=1))] == expected
    assert whole_state(plain) == whole_state(watched)


def test_looks_are_seldom_enough_to_pay_for(monkeypatch: pytest.MonkeyPatch) -> None:
    # A clock that goes on by one at each glance: what a busy machine does to time must not count.
    ticks = itertools.count()
    monkeypatch.setattr(observe, "time", SimpleNamespace(perf_counter=lambda: float(next(ticks))))
    design = classifier(hidden=HIDDEN, epochs=60)
    network = engine.compile(design)
    observer = Observer(network, interval=0.0, cost_target=0.05)
    steps = sum(1 for _ in fit(network, points(), observer=observer))
    assert 1 < len(observer.rows) < steps / 3
    assert observer.cost < 0.2  # 0.05, and the glances of the clock itself


def test_a_unit_is_dead_once_it_was_silent_for_the_whole_window() -> None:
    design = classifier(hidden=(("Dense", {"units": 4, "activation": "relu"}),), epochs=8, shuffle=False)
    design.training = design.training.replace(optimizer={"name": "sgd", "learning_rate": 0.0})
    network = engine.compile(design)
    network.weights["dense_1/kernel"][...] = 1.0
    network.weights["dense_1/bias"][...] = [0, -1e3, -1e3, 0]
    observer = Observer(network, every=1)
    shares = [0.0]
    for _ in fit(network, points(), observer=observer):
        shares += [seen.activations["dense_1"].dead for seen in observer.take()]
    known = [share for share in shares[1:] if not math.isnan(share)]
    assert math.isnan(shares[1])
    assert set(known) == {0.5}
    assert len(known) < len(shares) - Observer.WINDOW / 16


@pytest.mark.parametrize(
    ("name", "bounded", "dies"),
    [
        ("sigmoid", True, False), ("tanh", True, False), ("softsign", True, False), ("relu", False, True),
        ("leaky_relu", False, False), ("elu", False, False), ("softplus", False, False), ("linear", False, False),
        ("softmax", False, False), ("heaviside", False, False), ("swish", False, False),
    ],
)  # fmt: skip
def test_where_activations_are_flat(name: str, bounded: bool, dies: bool) -> None:
    traits = traits_of(family("activation").get(name))
    assert (traits.is_bounded, traits.can_die) == (bounded, dies)


def test_flat_ends() -> None:
    sigmoid, tanh = (traits_of(family("activation").get(name)) for name in ("sigmoid", "tanh"))
    assert sigmoid.high == pytest.approx(3.63, abs=0.02)
    assert tanh.low == pytest.approx(-1.82, abs=0.02)
    assert tanh.saturated_share(np.array([-3.0, 0.0, 0.5, 2.0])) == 0.5


def test_root_mean_square_of_extreme_values() -> None:
    assert rms(np.full((3, 4), 2.0, np.float32)) == 2.0
    assert rms(np.full(10, 1e25, np.float32)) == pytest.approx(1e25, rel=1e-6)
    assert rms(np.full(10, 1e-30, np.float32)) == pytest.approx(1e-30, rel=1e-6)
    assert rms(np.zeros((0, 2))) == 0.0
    assert math.isnan(rms(np.array([1.0, np.nan])))


def test_first_samples_are_whole() -> None:
    assert first_samples(np.zeros((10, 100)), 250).shape == (2, 100)
    assert first_samples(np.zeros((10, 100)), 5).shape == (1, 100)
    assert first_samples(np.zeros((3, 2)), 250).shape == (3, 2)


@pytest.mark.parametrize("direction", ["forward", "backward", "bidirectional"])
def test_the_gradient_through_time_is_that_at_the_states(direction: str) -> None:
    design = engine.Design()
    h = design.add("Input", shape=(100, 3))
    h = design.add("SimpleRNN", h, units=4, direction=direction, recurrent_initializer="orthogonal")
    design.add("Output", design.add("Dense", h, units=1), loss="mean_squared_error")
    network = engine.compile(design, dtype="float64")
    random = np.random.default_rng(0)
    x, y = random.standard_normal((8, 100, 3)), random.standard_normal((8, 1))
    observer = Observer(network, every=1)
    settings = engine.TrainingSettings(epochs=1, batch_size=8, shuffle=False, optimizer="sgd")
    for _ in engine.fit(network, (x, y), settings, observer=observer):
        pass
    (seen,) = observer.take()
    found = seen.through_time["simple_rnn_1"]
    assert found.steps[0] == 0
    assert found.steps[-1] == 99
    assert len(found.steps) == 64
    assert len(found.values) == (2 if direction == "bidirectional" else 1)
    first = found.values[0]
    fading = first if direction != "backward" else first[::-1]
    assert 0 < fading[0] < 1e-3 * fading[-1], "it fades with the distance from the output"
    if direction == "bidirectional":
        assert found.values[1][-1] < 1e-3 * found.values[1][0]
    # The last state's gradient is that of the output: its RMS is that of what flows through the wire behind.
    edge = next(e for e in seen.edge_gradient_rms if e.source == "simple_rnn_1")
    if direction == "forward":
        assert first[-1] == pytest.approx(seen.edge_gradient_rms[edge], rel=1e-9)
