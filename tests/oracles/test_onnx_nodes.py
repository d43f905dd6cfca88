"""The backend tests of ONNX: every node whose meaning one of ours has, computed by our engine.

What is skipped is counted by reason, and the counts below may only be changed for the better.
"""

from __future__ import annotations

import collections
import sys
import warnings
from typing import Any

import numpy as np
import pytest

from tests.oracles import adapter
from tests.oracles.adapter import Skip, run_node

onnx = pytest.importorskip("onnx")

RAN: dict[str, int] = {
    "Adagrad": 2,
    "Adam": 2,
    "Add": 1,
    "Attention": 27,
    "AveragePool": 11,
    "BatchNormalization": 4,
    "CausalConvWithState": 9,
    "Celu": 3,
    "CenterCropPad": 6,
    "Clip": 2,
    "Concat": 12,
    "Conv": 6,
    "ConvTranspose": 8,
    "Dropout": 8,
    "Elu": 3,
    "Flatten": 9,
    "FlexAttention": 6,
    "GRU": 6,
    "Gather": 4,
    "Gelu": 4,
    "Gemm": 11,
    "GlobalAveragePool": 2,
    "GlobalMaxPool": 2,
    "GroupNormalization": 2,
    "HardSigmoid": 3,
    "HardSwish": 1,
    "Identity": 2,
    "InstanceNormalization": 2,
    "LSTM": 5,
    "LayerNormalization": 19,
    "LeakyRelu": 3,
    "LogSoftmax": 7,
    "LpNormalization": 3,
    "MatMul": 4,
    "Max": 6,
    "MaxPool": 13,
    "Mean": 3,
    "MeanVarianceNormalization": 1,
    "Min": 6,
    "Mish": 1,
    "Momentum": 3,
    "Mul": 2,
    "Neg": 2,
    "NegativeLogLikelihoodLoss": 18,
    "OneHot": 5,
    "PRelu": 2,
    "RMSNormalization": 19,
    "RNN": 6,
    "ReduceMax": 8,
    "ReduceMean": 8,
    "Relu": 1,
    "Reshape": 9,
    "Resize": 5,
    "Selu": 3,
    "Sigmoid": 2,
    "Slice": 6,
    "Softmax": 7,
    "SoftmaxCrossEntropyLoss": 34,
    "Softplus": 2,
    "Softsign": 2,
    "Split": 14,
    "Squeeze": 2,
    "Sub": 2,
    "Sum": 3,
    "SwiGLU": 2,
    "Swish": 1,
    "Tanh": 2,
    "Transpose": 7,
    "Unsqueeze": 7,
    "Upsample": 1,
}
"""How many cases of each operator ran and agreed. The numbers may only rise."""
HALF = {"float16": 2e-3, "bfloat16": 1.6e-2}
"""Relative tolerance of results that were recorded in half precision."""


@pytest.fixture(scope="module")
def cases() -> dict[str, Any]:
    """Return the cases of a single node by name. Collecting them takes some seconds."""
    from onnx.backend.test.case.node import collect_testcases

    state = np.random.get_state()  # noqa: NPY002 - collecting draws from the generator of all
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = collect_testcases(None)
    np.random.set_state(state)  # noqa: NPY002
    return {case.name: case for case in found if len(case.model.graph.node) == 1}


def outcome(case: Any) -> str:
    """Run a case; return "" where it agrees, or why it was skipped. Raises AssertionError where it does not agree."""
    (node,) = case.model.graph.node
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    opset = next((o.version for o in case.model.opset_import if o.domain in ("", "ai.onnx")), 99)
    for given, wanted in case.data_sets:
        arrays = iter(given)
        inputs = [next(arrays) if name else None for name in node.input]
        try:
            found = run_node(node.op_type, attributes, inputs, outputs=len(node.output), opset=opset)
        except Skip as reason:
            return str(reason)
        results = iter(wanted)
        for place, name in enumerate(node.output):
            if name:
                agree(case, found[place] if place < len(found) else None, next(results))
    return ""


def agree(case: Any, found: Any, wanted: Any) -> None:
    """Compare an output, unless it is one that ours does not give."""
    if found is None:
        return
    assert np.shape(found) == np.shape(wanted), (
        f"{case.name}: shape {np.shape(found)}, expected {np.shape(wanted)}"
    )
    half = HALF.get(wanted.dtype.name)
    wanted = wanted.astype(np.float32) if half else wanted
    rtol, atol = (half, half / 2) if half else (case.rtol, max(case.atol, 1e-6))
    np.testing.assert_allclose(found, wanted, rtol=rtol, atol=atol, err_msg=case.name)


def test_every_node_that_ours_mean(cases: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    ran: collections.Counter[str] = collections.Counter()
    skipped: collections.Counter[str] = collections.Counter()
    wrong: list[str] = []
    for case in cases.values():
        operator = case.model.graph.node[0].op_type
        try:
            reason = outcome(case)
        except Exception as error:  # noqa: BLE001 - every case is to be told, not the first
            wrong.append(f"{operator} {case.name}: {type(error).__name__} {error}")
            continue
        if reason:
            skipped[reason] += 1
        else:
            ran[operator] += 1
    summary = f"{ran.total()} cases agree, {skipped.total()} skipped, {len(wrong)} do not agree"
    lines = [
        f"\nONNX, single nodes: {summary}",
        "agree: " + ", ".join(f"{name} {count}" for name, count in sorted(ran.items())),
        *(f"{count:5} skipped: {reason}" for reason, count in skipped.most_common()),
        *wrong,
    ]
    with capsys.disabled():
        sys.stdout.write("\n".join(lines) + "\n")
    assert not wrong, "\n".join(wrong)
    fewer = {name: (ran[name], count) for name, count in RAN.items() if ran[name] < count}
    assert not fewer, f"fewer cases ran than before: {fewer}"
    more = {name: count for name, count in ran.items() if count > RAN.get(name, 0)}
    assert not more, f"more cases ran than before; write it down: {more}"


@pytest.mark.parametrize("name", ["test_lstm_with_initial_bias", "test_basic_conv_with_padding", "test_relu"])
def test_a_layer_that_is_a_percent_off_does_not_agree(
    cases: dict[str, Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outcome(cases[name]) == ""
    right = adapter.compute

    def wrong(*arguments: Any, **more: Any) -> Any:
        return [1.01 * array for array in right(*arguments, **more)]

    monkeypatch.setattr(adapter, "compute", wrong)
    with pytest.raises(AssertionError, match=name):
        outcome(cases[name])
