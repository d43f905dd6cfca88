"""Teacher forcing with a ratio: some steps are fed what the network itself gave, instead of the true outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.feedback import FreeRun
from engine.compiler.network import Network
from engine.compiler.plan import Plan
from engine.training.targets import BoundData, Fill

Array = NDArray[Any]


def forcing(network: Network, plan: Plan, data: BoundData) -> Fill:
    """Return what fills a training plan: as the data says, but with the network's own outputs where the ratio says so.

    With probability 1 - ratio, drawn for each step and each PreviousOutput from a stream of its own, the batch first
    runs free with the weights as they are and dropout off; then its own outputs are the fed back inputs of the step,
    as constants: no gradient flows through them. The steps that count in the loss stay those of the targets.
    """
    fill = data.filler(plan)
    mixed = [f for f in network.feedbacks if f.layer.teacher_forcing_ratio < 1 and f.node in plan.inputs]
    if not mixed:
        return fill
    draws = [(f, network.stream_of(f.node, "teacher forcing")) for f in mixed]
    free_plan = network.plan(plan.batch, False, keep=True)
    fill_free = data.filler(free_plan)
    runs: dict[tuple[str, ...], FreeRun] = {}

    def fill_mixed(indices: Array) -> None:
        fill(indices)
        own = [f for f, generator in draws if generator.random() >= f.layer.teacher_forcing_ratio]
        if not own:
            return
        fill_free(indices)
        key = tuple(f.node for f in own)
        run = runs.get(key) or runs.setdefault(key, FreeRun(free_plan, own))
        first = own[0]
        run(real=data.real_steps(first.node, indices) if first.is_ids and first.layer.end_id else None)
        for feedback in own:
            np.copyto(plan.inputs[feedback.node], free_plan.inputs[feedback.node])

    return fill_mixed
