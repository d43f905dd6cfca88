"""Filling the slots of predictions: what the network answers by now, asked between two steps, seldom and cheaply."""

from __future__ import annotations

import time

from engine.compiler.network import Network
from engine.core.errors import GradloomError
from engine.data.dataset import DataSet
from engine.training.predictions import Predictor
from engine.worker.protocol import PREDICTIONS, SlotLayout, Watch
from engine.worker.shared import SLOTS_SIZE, SharedBlock, SlotWriter, lay_fields, slot_size

INTERVAL = 0.25
"""The shortest time between two fillings: a surface that changes more often flickers."""


class Predicting:
    """The predictions that are watched in a run, and their slots.

    All fillings together take about `cost` of the run's time. A predictor is made when it is first watched and kept:
    a picture that comes and goes, or moves in the arena, costs nothing anew.
    """

    def __init__(self, network: Network, data: DataSet, block: SharedBlock, cost: float) -> None:
        self._network, self._data, self._block, self._cost = network, data, block, cost
        self._predictors: dict[Watch, Predictor] = {}
        self._writers: list[tuple[Predictor, SlotWriter]] = []
        self._due = 0.0

    @staticmethod
    def wants(watch: Watch) -> bool:
        """Return whether a watch is for predictions: "predictions", or "predictions/PART" of one part of the data."""
        return watch.what.partition("/")[0] == PREDICTIONS

    def begin(self) -> None:
        """Forget the slots of the watches before."""
        self._writers.clear()
        self._due = 0.0

    def lay(self, watch: Watch, offset: int) -> SlotLayout:
        """Lay out the slot of a watch. One that can't be served says why in `about["problem"]`."""
        try:
            predictor = self._predictors.get(watch)
            if predictor is None:
                part = watch.what.partition("/")[2]
                predictor = Predictor(self._network, self._data, watch.node_id, part)
                self._predictors[watch] = predictor
            about, (fields, content) = predictor.about, lay_fields(predictor.fields)
            if offset + slot_size(content) > SLOTS_SIZE:
                raise GradloomError("The predictions are too large to show while the network trains.")
        except Exception as error:  # noqa: BLE001 - a picture that can't be made must not end the run
            text = str(error) if isinstance(error, GradloomError) else f"{type(error).__name__}: {error}"
            layout = SlotLayout(watch, offset, slot_size(0), (), about={"problem": text})
            SlotWriter(self._block, layout).write(0, {})
            return layout
        layout = SlotLayout(watch, offset, slot_size(content), fields, about=about)
        self._writers.append((predictor, SlotWriter(self._block, layout)))
        return layout

    def is_due(self, now: float) -> bool:
        """Return whether the slots should be filled."""
        return now >= self._due and bool(self._writers)

    def fill(self, step: int) -> None:
        """Fill every slot; the next filling is due when the time that it took is made up for."""
        begun = time.perf_counter()
        for entry in tuple(self._writers):
            predictor, writer = entry
            try:
                writer.write(step, predictor.compute())
            except Exception:  # noqa: BLE001 - a picture that fails is left as it is; the run goes on
                self._writers.remove(entry)
        now = time.perf_counter()
        self._due = now + max(INTERVAL, (now - begun) / self._cost)
