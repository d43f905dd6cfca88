"""Runs in phases: whose turn it is, what moves in it, and that a run goes on where it was held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.core.errors import TrainingError
from engine.data.dataset import Split
from engine.design.phases import changed
from engine.training import RunControl, evaluate, fit
from engine.training.archive import load_archive, save_archive
from engine.training.diagnosis import Diagnosis
from engine.training.observe import Observer
from engine.training.phased_run import PhasedRun, Turn, make_run, turns_of
from engine.training.sampling import draw_samples
from engine.training.state import RunState
from tests.engine.adversarial import adversarial, ring

LOSSES = ("binary_crossentropy", "mean_squared_error", "wasserstein")


def test_a_phase_that_reads_the_data_takes_the_next_batch_at_each_step() -> None:
    assert turns_of((True, False), (1, 1), 5, 2) == [
        Turn(0, 0, 2), Turn(1, 0, 2), Turn(0, 2, 4), Turn(1, 0, 2), Turn(0, 4, 5), Turn(1, 0, 2),
    ]  # fmt: skip
    assert turns_of((True, False), (3, 1), 8, 2) == [
        Turn(0, 0, 2), Turn(0, 2, 4), Turn(0, 4, 6), Turn(1, 0, 2), Turn(0, 6, 8), Turn(1, 0, 2),
    ]  # fmt: skip
    assert turns_of((True, True), (1, 2), 6, 2) == [Turn(0, 0, 2), Turn(1, 2, 4), Turn(1, 4, 6)]
    assert turns_of((False,), (2,), 4, 2) == [Turn(0, 0, 2), Turn(0, 2, 4)]


def test_snapshots_say_whose_turn_it_was_and_the_history_keeps_each_loss() -> None:
    network = engine.compile(adversarial(steps=2))
    control = RunControl()
    snapshots = list(fit(network, ring(), control=control))
    per_epoch = snapshots[0].steps_per_epoch
    names = ["discriminator", "discriminator", "generator"] * 2 + ["discriminator", "generator"]
    assert [s.phase for s in snapshots] == names * 3
    assert len(names) == per_epoch
    first = snapshots[:per_epoch]
    told = first[-1].metrics
    for name, rows in (("discriminator", [8] * 5), ("generator", [8] * 3)):
        losses = [s.loss for s in first if s.phase == name]
        assert told[f"{name}_loss"] == pytest.approx(np.average(losses, weights=rows))
    assert told["loss"] == pytest.approx(told["discriminator_loss"] + told["generator_loss"])
    assert {"on_real_accuracy", "on_made_accuracy", "sample_modes", "sample_coverage"} <= told.keys()
    history = control.capture().history
    assert set(told) <= set(history.names)
    assert history.column("generator_loss")[0] == told["generator_loss"]
    assert all(s.validation is None for s in snapshots)


@pytest.mark.parametrize("spectral", [False, True], ids=["plain", "spectral"])
@pytest.mark.parametrize("loss", LOSSES)
def test_what_a_phase_does_not_train_keeps_every_bit(loss: str, spectral: bool) -> None:
    network = engine.compile(adversarial(loss, normalized=True, spectral=spectral))
    others = {"discriminator": "g", "generator": "d"}
    before = {name: array.copy() for name, array in network.weights.items()}
    for snapshot in fit(network, ring()):
        kept = others[snapshot.phase]
        for name, array in network.weights.items():
            if name.startswith(kept):
                assert np.array_equal(array, before[name]), (snapshot.phase, name)
        moved = [n for n, a in network.weights.items() if not np.array_equal(a, before[n])]
        assert moved
        if snapshot.phase == "generator":
            assert "g_norm/moving_mean" in moved
        before = {name: array.copy() for name, array in network.weights.items()}


def test_weights_are_cut_after_each_step_of_the_phase_alone() -> None:
    network = engine.compile(adversarial("wasserstein", clip_weights=0.02))
    for snapshot in fit(network, ring()):
        critic = [a for name, a in network.parameters.items() if name.startswith("d")]
        if snapshot.phase == "discriminator":
            assert max(np.abs(a).max() for a in critic) <= np.float32(0.02)
    assert max(np.abs(a).max() for n, a in network.parameters.items() if n.startswith("g")) > 0.1


def run_of(design: engine.Design) -> PhasedRun:
    network = engine.compile(design)
    x, y = ring()
    run = make_run(network, Split(x, y), None, design.training)
    assert isinstance(run, PhasedRun)
    return run


@pytest.mark.parametrize("at", [1, 2, 5, 9, 10, 14])
def test_a_held_run_goes_on_bit_for_bit(at: int) -> None:
    design = adversarial(normalized=True, clip_weights=0.5)
    whole = run_of(design)
    expected = list(whole.steps())

    held = run_of(design)
    for snapshot in held.steps():
        if snapshot.step == at:
            break
    state = RunState.from_bytes(held.capture().to_bytes())
    later = run_of(design)
    later.network.parameter_vector[...] = 7
    later.restore(state)
    rest = list(later.steps())
    assert [(s.step, s.loss, s.phase, s.metrics) for s in rest] == [
        (s.step, s.loss, s.phase, s.metrics) for s in expected[at:]
    ]
    for name, array in whole.network.weights.items():
        assert np.array_equal(array, later.network.weights[name]), name
    assert later.history.to_csv().count("\n") == whole.history.to_csv().count("\n")


def test_looking_at_samples_changes_nothing() -> None:
    design = adversarial()
    plain = run_of(design)
    losses = [s.loss for s in plain.steps()]
    watched = run_of(design)
    seen = []
    for s in watched.steps():
        seen.append(s.loss)
        draw_samples(watched.network, 3, seed=s.step)
        watched.network.predict(ring()[0])
    assert seen == losses


def test_a_run_of_other_turns_is_refused() -> None:
    design = adversarial()
    held = run_of(design)
    next(iter(held.steps()))
    state = held.capture()
    design.phases = (changed(design.phases[0], steps=2), design.phases[1])
    with pytest.raises(TrainingError, match="other turns"):
        run_of(design).restore(state)


def test_the_learning_rate_changed_by_hand_keeps_the_phases_apart() -> None:
    design = adversarial()
    slow = {"name": "sgd", "learning_rate": 0.001}
    design.phases = (design.phases[0], changed(design.phases[1], optimizer=slow))
    network, control = engine.compile(design), RunControl()
    rates = []
    for snapshot in fit(network, ring(), control=control):
        rates.append((snapshot.phase, snapshot.learning_rate))
        if snapshot.step == 4:
            control.learning_rate = 0.005
    assert rates[:2] == [("discriminator", 0.01), ("generator", 0.001)]
    assert dict(rates[4:6]) == pytest.approx({"discriminator": 0.005, "generator": 0.0005})


@pytest.mark.parametrize("spectral", [False, True], ids=["plain", "spectral"])
@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_agree_with_central_differences_in_every_phase(loss: str, spectral: bool) -> None:
    network = engine.compile(adversarial(loss, normalized=True, spectral=spectral), dtype="float64")
    x, _ = ring(6)
    network.parameter_vector += 0.1 * np.random.default_rng(2).standard_normal(network.parameter_vector.size)
    for place, phase in enumerate(network.design.phases):
        plan = network.plan(6, True, phase=place)
        for buffer in plan.inputs.values():
            buffer[...] = x
        streams = network.random_states()

        def loss_at(plan: object = plan, streams: dict[str, object] = streams) -> float:
            network.restore_random_states(streams)
            plan.forward()  # type: ignore[attr-defined]
            return float(plan.loss())  # type: ignore[attr-defined]

        network.gradient_vector[...] = np.nan
        loss_at()
        plan.backward()
        plan.effective.holding = True  # the gradient is exact with the estimates of the forward pass held
        moving = np.zeros(network.parameter_vector.size, bool)
        for start, stop in network.segments_of(place):
            moving[start:stop] = True
        gradient = network.gradient_vector.copy()
        assert np.isfinite(gradient[moving]).all()
        assert np.isnan(gradient[~moving]).all(), f"{phase.name} writes gradients of what it does not train"
        for index in np.flatnonzero(moving):
            kept, slope = network.parameter_vector[index], []
            for step in (1e-6, -1e-6):
                network.parameter_vector[index] = kept + step
                slope.append(loss_at())
            network.parameter_vector[index] = kept
            assert gradient[index] == pytest.approx((slope[0] - slope[1]) / 2e-6, rel=2e-5, abs=1e-8)


def test_the_observer_looks_at_both_phases_and_the_diagnosis_keeps_calm() -> None:
    design = adversarial()
    design.training = design.training.replace(epochs=80)
    network = engine.compile(design)
    observer = Observer(network, every=3)
    diagnosis = Diagnosis(network.design, observer.layout)
    for snapshot in fit(network, ring(), observer=observer):
        diagnosis.add_loss(snapshot.step, snapshot.loss)
        if snapshot.epoch_ended:
            diagnosis.add_epoch(snapshot.epoch, snapshot.metrics["loss"], None)
    looks = observer.take()
    assert all(np.isfinite(list(looks[-1].gradient_rms.values())))
    assert len(looks[-1].gradient_rms) == 4
    assert all(np.isfinite(list(looks[-1].edge_gradient_rms.values())))
    kinds = {finding.kind for finding in diagnosis.findings(snapshot.step)}
    assert not kinds & {"loss_not_decreasing", "learning_rate_too_high", "overfitting"}


@pytest.mark.parametrize(
    "optimizer",
    [
        {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9},
        {"name": "adam", "learning_rate": 0.002, "beta_1": 0.5, "epsilon": 1e-12},
    ],
    ids=lambda value: value["name"],
)
def test_ten_alternating_steps_are_those_of_pytorch(optimizer: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    design = adversarial()
    design.training = design.training.replace(optimizer=optimizer)
    run = run_of(design)
    weights = {
        name: torch.tensor(array.copy(), requires_grad=True) for name, array in run.network.parameters.items()
    }

    def dense(x: Any, name: str) -> Any:
        return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]

    def made(z: Any) -> Any:
        return dense(torch.tanh(dense(z, "g1")), "g2")

    def judged(x: Any) -> Any:
        return dense(torch.relu(dense(x, "d1")), "d2")

    makers = {
        "discriminator": [w for name, w in weights.items() if name.startswith("d")],
        "generator": [w for name, w in weights.items() if name.startswith("g")],
    }
    if optimizer["name"] == "sgd":
        optimizers = {phase: torch.optim.SGD(own, lr=0.1, momentum=0.9) for phase, own in makers.items()}
    else:
        optimizers = {
            phase: torch.optim.Adam(own, lr=0.002, betas=(0.5, 0.999), eps=1e-12)
            for phase, own in makers.items()
        }
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    for snapshot in run.steps():
        assert run.plan is not None
        z = torch.tensor(run.plan.taps["noise_1"].post.copy())
        if snapshot.phase == "discriminator":
            x = torch.tensor(run.plan.inputs["input_1"].copy())
            real, fake = judged(x), judged(made(z).detach())
            loss = bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))
        else:
            fake = judged(made(z))
            loss = bce(fake, torch.ones_like(fake))
        optimizers[snapshot.phase].zero_grad()
        loss.backward()
        optimizers[snapshot.phase].step()
        assert snapshot.loss == pytest.approx(loss.item(), rel=1e-5)
        if snapshot.step == 10:
            break
    for name, array in run.network.parameters.items():
        assert np.abs(array - weights[name].detach().numpy()).max() < 1e-5, name


def test_evaluating_goes_by_the_first_objectives() -> None:
    network = engine.compile(adversarial())
    figures = evaluate(network, ring(64))
    assert {"loss", "on_real_accuracy", "on_made_accuracy"} <= figures.keys()
    assert set(network.predict(ring(4)[0])) == {"on_real", "on_made"}


def test_a_file_keeps_the_run(tmp_path: Path) -> None:
    design = adversarial()
    run = run_of(design)
    for snapshot in run.steps():
        if snapshot.step == 5:
            break
    path = tmp_path / "held.gradloom"
    save_archive(
        path, design, weights=dict(run.network.weights), run_state=run.capture(), history=run.history
    )
    archive = load_archive(path)
    assert archive.design == design
    assert archive.run_state is not None
    later = run_of(archive.design)
    later.restore(archive.run_state)
    for one, other in zip(run.steps(), later.steps(), strict=True):
        assert (one.step, one.loss, one.phase) == (other.step, other.loss, other.phase)
