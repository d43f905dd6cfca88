"""The last figures of a run: what the trained weights are worth on samples that no step and no choice has seen."""

from __future__ import annotations

import time

from engine.compiler.network import Network
from engine.core.errors import GradloomError
from engine.data.dataset import DataSet
from engine.training.evaluation import Evaluator
from engine.training.targets import bind_data
from engine.worker.process import Line

PATIENCE = 1.0
"""Seconds that the evaluation may take after somebody has said stop: who waits for an end gets it."""


def final_figures(
    network: Network, data: DataSet, line: Line, *, stopped: bool
) -> dict[str, dict[str, float]]:
    """Return {"test": {"loss": ..., "accuracy": ...}} for the weights as they are; empty without a test part.

    It is the same as `engine.evaluate` gives. A stop breaks it off, and then there is none.
    """
    if data.test is None or not len(data.test):
        return {}
    end = time.perf_counter() + PATIENCE

    def go_on() -> bool:
        if stopped:
            return time.perf_counter() < end
        line.look_for_stop()
        return not line.stop_asked

    try:
        metrics = network.design.training.metrics
        figures = Evaluator(network, bind_data(network, data.test), metrics)(go_on)
    except (GradloomError, MemoryError):  # the run itself went well, and its weights are sent
        return {}
    return {"test": figures} if figures else {}
