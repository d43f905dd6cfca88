"""Outputs fed back: teacher forcing, the free run, the ratio, and networks that would see what they are to predict."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine.compiler.feedback import FreeRun, forced
from engine.compiler.gradient_check import PASS
from engine.core.errors import TrainingError
from engine.training.evaluation import evaluate
from engine.training.snapshot import RunControl

STEPS = 6


def parity(**settings: Any) -> engine.Design:
    """An output-recurrent network: each step is told an input and the output before it."""
    design = engine.Design()
    x = design.add("Input", shape=(STEPS, 1))
    previous = design.add("PreviousOutput", shape=(STEPS, 1), dtype="float", **settings)
    h = design.add("Dense", design.add("Concatenate", [x, previous]), units=8, activation="tanh")
    design.add("Output", design.add("Dense", h, units=1, activation="sigmoid"), loss="binary_crossentropy")
    return design


def bits(count: int = 200) -> tuple[Any, Any]:
    x = np.random.default_rng(0).integers(0, 2, (count, STEPS, 1))
    return x, x[..., 0].cumsum(axis=1) % 2


def decoder(**settings: Any) -> engine.Design:
    """A decoder of ids without a memory of its own: what it says depends on the source and its last id alone."""
    design = engine.Design()
    x = design.add("Input", shape=(STEPS, 2))
    previous = design.add("PreviousOutput", shape=(STEPS,), **settings)
    embedded = design.add("Embedding", previous, input_dim=5, output_dim=4, mask_zero=True)
    h = design.add("Dense", design.add("Concatenate", [x, embedded]), units=7, activation="tanh")
    y = design.add("Dense", h, units=5, activation="softmax")
    design.add("Output", y, loss="sparse_categorical_crossentropy")
    return design


def sentences(count: int = 40) -> tuple[Any, Any]:
    """Ids 3 and 4, then the end, 2, then padding."""
    random = np.random.default_rng(1)
    x, y = random.standard_normal((count, STEPS, 2)), random.integers(3, 5, (count, STEPS))
    lengths = random.integers(1, STEPS, count)
    steps = np.arange(STEPS)
    y[steps == lengths[:, None]] = 2
    y[steps > lengths[:, None]] = 0
    return x, y


def test_teacher_forcing_is_the_targets_one_step_late() -> None:
    network = engine.compile(decoder())
    (feedback,) = network.feedbacks
    targets = np.array([[3, 4, 2, 0, 0, 0], [4, 4, 3, 3, 4, 2]])
    assert forced(feedback, targets).tolist() == [[1, 3, 4, 0, 0, 0], [1, 4, 4, 3, 3, 4]]
    one_hot = np.eye(5)[targets]
    assert np.array_equal(forced(feedback, one_hot), forced(feedback, targets))
    (numeric,) = engine.compile(parity(start=0.5)).feedbacks
    assert forced(numeric, np.array([[[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]]]))[0, :, 0].tolist() == [
        0.5, 1, 2, 3, 4, 5,
    ]  # fmt: skip


def test_exactly_the_real_steps_count() -> None:
    network = engine.compile(decoder())
    x, y = sentences()
    plan = network.plan(len(x), training=True)
    network.feed(plan, x, y)
    plan.forward()
    (mask,) = plan.masks.values()
    assert np.array_equal(mask, y != 0)


def test_gradients_under_teacher_forcing_are_right() -> None:
    for design, (x, y) in ((parity(), bits(9)), (decoder(), sentences(9))):
        network = engine.compile(design, dtype="float64")
        assert max(engine.check_gradients(network, x, y).values()) < PASS


def test_a_free_run_of_numbers_equals_a_loop_by_hand() -> None:
    network = engine.compile(parity(start=0.3), seed=4, dtype="float64")
    x, _ = bits(10)
    w = network.weights
    previous, by_hand = np.full((10, 1), 0.3), []
    for time in range(STEPS):
        joined = np.concatenate([x[:, time], previous], axis=1)
        h = np.tanh(joined @ w["dense_1/kernel"] + w["dense_1/bias"])
        previous = 1 / (1 + np.exp(-(h @ w["dense_2/kernel"] + w["dense_2/bias"])))
        by_hand.append(previous)
    np.testing.assert_allclose(np.asarray(network.predict(x)), np.stack(by_hand, axis=1), rtol=1e-12)
    np.testing.assert_allclose(
        np.asarray(network.predict(x, batch_size=3)), np.asarray(network.predict(x)), rtol=1e-12
    )


def test_a_free_run_of_ids_equals_a_loop_by_hand_and_ends_at_the_end() -> None:
    network = engine.compile(decoder(), seed=2, dtype="float64")
    network.parameter_vector[...] += np.random.default_rng(3).standard_normal(len(network.parameter_vector))
    x, _ = sentences(60)
    w, found = network.weights, np.asarray(network.predict(x)).argmax(-1)
    expected = np.zeros((60, STEPS), int)
    for row in range(60):
        previous = 1
        for time in range(STEPS):
            joined = np.concatenate([x[row, time], w["embedding_1/embeddings"][previous]])
            h = np.tanh(joined @ w["dense_1/kernel"] + w["dense_1/bias"])
            previous = int((h @ w["dense_2/kernel"] + w["dense_2/bias"]).argmax())
            expected[row, time] = previous
            if previous in (0, 2):
                break
    assert np.array_equal(found, expected)
    assert len({int((row != 0).sum()) for row in found}) > 2, "sequences of several lengths"


def test_an_encoder_is_computed_once() -> None:
    network = engine.compile(decoder())
    plan = network.plan(3, False, keep=True)
    run = FreeRun(plan, network.feedbacks)
    embedded = [operation.node for operation, _ in plan.steps].index("embedding_1")
    assert len(run._before) == embedded
    assert len(run._before) + len(run._after) == len(plan.steps)


def test_what_is_learnt_under_teacher_forcing_runs_free() -> None:
    network = engine.compile(parity(validate_free=True))
    x, y = bits()
    settings = engine.TrainingSettings(
        epochs=40,
        optimizer={"name": "adam", "learning_rate": 0.03},
        metrics=("accuracy", "sequence_accuracy"),
    )
    (last,) = [s for s in engine.fit(network, (x, y, x, y), settings) if s.stopped]
    assert last.validation is not None
    assert last.validation["free_accuracy"] == 1.0
    assert last.validation["free_sequence_accuracy"] == last.validation["sequence_accuracy"] == 1.0
    assert np.array_equal(np.asarray(network.predict(x))[..., 0] > 0.5, y)


def test_whole_sequences_are_right_free_where_they_are_right_under_teacher_forcing() -> None:
    network = engine.compile(decoder(validate_free=True), seed=1)
    x, y = sentences(400)
    x[..., 0] = np.where(y == 3, 3, -3) * (y != 0)
    x[..., 1] = np.where(y == 2, 3, -3)
    x += 2 * np.random.default_rng(2).standard_normal(x.shape)
    settings = engine.TrainingSettings(epochs=3, optimizer={"name": "adam", "learning_rate": 0.02})
    for _ in engine.fit(network, (x, y), settings):
        pass
    figures = evaluate(network, (x, y), ["accuracy", "sequence_accuracy"])
    assert 0 < figures["sequence_accuracy"] < 1
    assert figures["free_sequence_accuracy"] == figures["sequence_accuracy"]
    assert figures["free_accuracy"] != figures["accuracy"]


def trained(ratio: float, state: Any = None, stop: int = 0) -> tuple[engine.Network, Any]:
    network = engine.compile(decoder(teacher_forcing_ratio=ratio), seed=5)
    control = RunControl()
    settings = engine.TrainingSettings(epochs=4, batch_size=8)
    for snapshot in engine.fit(network, sentences(), settings, state=state, control=control):
        if snapshot.step == stop:
            return network, control.capture()
    return network, None


def test_a_run_with_a_ratio_goes_on_bit_for_bit() -> None:
    whole, _ = trained(0.5)
    _, state = trained(0.5, stop=7)
    resumed, _ = trained(0.5, state=state)
    assert np.array_equal(whole.parameter_vector, resumed.parameter_vector)
    assert not np.array_equal(whole.parameter_vector, trained(1.0)[0].parameter_vector)


def test_without_teacher_forcing_a_step_is_fed_what_the_network_itself_gave() -> None:
    from engine.data.dataset import Split
    from engine.training.forcing import forcing
    from engine.training.targets import bind_data

    network = engine.compile(decoder(teacher_forcing_ratio=0.0), seed=5)
    x, y = sentences(8)
    plan = network.plan(8, True)
    forcing(network, plan, bind_data(network, Split(x, y)))(np.arange(8))
    plan.forward()
    (fed,) = [array for array in plan.inputs.values() if array.dtype == np.int64]
    own = np.asarray(plan.predictions["output_1"]).argmax(-1)
    real = y != 0
    assert np.array_equal(plan.masks["output_1"], real), "the steps that count are still those of the targets"
    wanted = np.where(own[:, :-1] == 0, 2, own[:, :-1])
    assert np.array_equal(fed[:, 1:][real[:, 1:]], wanted[real[:, 1:]])
    assert not fed[~real].any()


def test_a_network_that_looks_ahead_is_refused() -> None:
    design = engine.Design()
    x = design.add("Input", shape=(STEPS, 1))
    previous = design.add("PreviousOutput", shape=(STEPS, 1), dtype="float")
    h = design.add("Dense", design.add("Concatenate", [x, previous]), units=3)
    h = design.add("Dense", design.add("Flatten", h), units=STEPS)
    h = design.add("Reshape", h, target_shape=(STEPS, 1))
    design.add("Output", h, loss="mean_squared_error")
    network = engine.compile(design)
    with pytest.raises(TrainingError, match="looks ahead") as caught:
        engine.fit(network, bits(), design.training)
    assert caught.value.node == "flatten_1"


def problems(design: engine.Design) -> list[Any]:
    return [p for p in design.check() if p.code == "feedback"]


def test_problems_come_with_cures() -> None:
    design = parity(output="output_9")
    (problem,) = problems(design)
    assert "output_9" in problem.message
    design.apply(problem.repairs[0].edits[0])
    assert not problems(design)

    design = engine.Design()
    x = design.add("Input", shape=(STEPS, 2))
    previous = design.add("PreviousOutput", shape=(STEPS,))
    h = design.add("Add", [x, design.add("Embedding", previous, input_dim=5, output_dim=2)])
    output = design.add("Output", h, loss="mean_squared_error")
    (problem,) = problems(design)
    assert "not ids" in problem.message
    assert "Feed numbers back" in problem.repairs[0].label
    design.add("Output", h, loss="mean_squared_error")
    (problem,) = problems(design)
    assert "2 Outputs" in problem.message
    design.apply(problem.repairs[0].edits[0])
    assert getattr(design.nodes[previous.id].layer, "output") == output.name  # noqa: B009


def test_embeddings_of_what_is_fed_back_have_a_row_for_each_class_and_mask_the_padding() -> None:
    from engine.design import edits as e

    design = decoder()
    node = design.node_named("embedding_1")
    design.apply(e.ReplaceNode(node.with_(layer=node.layer.replace(input_dim=3, mask_zero=False))))
    rows, padding = problems(design)
    assert (rows.severity, padding.severity) == ("error", "hint")
    assert "3 rows" in rows.message
    design.apply(rows.repairs[0].edits[0])
    (padding,) = problems(design)
    design.apply(padding.repairs[0].edits[0])
    assert problems(design) == []


def looking(layer: str, **settings: Any) -> engine.Design:
    """A decoder of ids with a layer between that may look both ways."""
    design = engine.Design()
    x = design.add("Input", shape=(STEPS, 2))
    embedded = design.add(
        "Embedding", design.add("PreviousOutput", shape=(STEPS,)), input_dim=5, output_dim=4, mask_zero=True
    )
    h = design.add(layer, design.add("Concatenate", [x, embedded]), name="between", **settings)
    y = design.add("Dense", h, units=5, activation="softmax")
    design.add("Output", y, loss="sparse_categorical_crossentropy")
    return design


@pytest.mark.parametrize(
    ("layer", "settings", "fine"),
    [
        ("LSTM", {"return_sequences": True}, True),
        ("GRU", {"return_sequences": True, "direction": "bidirectional"}, False),
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 4, "use_causal_mask": True}, True),
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 4}, False),
    ],
    ids=["lstm", "bidirectional", "causal attention", "attention both ways"],
)
def test_what_looks_both_ways_is_called_by_name(layer: str, settings: dict[str, Any], fine: bool) -> None:
    network = engine.compile(looking(layer, **settings))
    if fine:
        next(engine.fit(network, sentences(), engine.TrainingSettings(epochs=1)))
        assert np.asarray(network.predict(sentences()[0])).shape == (40, STEPS, 5)
    else:
        with pytest.raises(TrainingError, match="between looks ahead"):
            engine.fit(network, sentences(), engine.TrainingSettings(epochs=1))
