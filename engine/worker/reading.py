"""Rows and slots of the shared memory, turned into the values that the window works with."""

from __future__ import annotations

import math
from typing import Any

from engine.training.observation import ObservationLayout
from engine.worker import protocol as p
from engine.worker import shared
from engine.worker.shared import FIGURES, RingReader, SharedBlock, epoch_width, read_slot, ring_rows


class EpochReader:
    """Reads the ends of epochs: a small network has thousands in a second, too many for messages."""

    def __init__(self, block: SharedBlock, metrics: tuple[str, ...]) -> None:
        self._metrics = metrics
        width = epoch_width(len(metrics))
        self._ring = RingReader(block, shared.EPOCHS_AT, width, ring_rows(shared.EPOCHS_SIZE, width))

    def read(self) -> list[p.EpochEnded]:
        """Return the epochs that have ended since the last call."""
        middle = 4 + len(self._metrics)
        found = []
        for row in self._ring.read().tolist():
            validated = row[middle] == 1.0
            found.append(
                p.EpochEnded(
                    epoch=int(row[0]),
                    step=int(row[1]),
                    learning_rate=row[2],
                    seconds=row[3],
                    metrics=_present(self._metrics, row[4:middle]),
                    validation=_present(self._metrics, row[middle + 1 :]) if validated else None,
                )
            )
        return found


def observation_reader(
    block: SharedBlock, message: p.TableLayout
) -> tuple[ObservationLayout, RingReader] | None:
    """Return what reads the observations of a run; None where a network is so large that not two rows fit."""
    layout = ObservationLayout(message.nodes, message.edges, message.activations, message.recurrent)
    rows = ring_rows(shared.OBSERVATIONS_SIZE, layout.width)
    return (layout, RingReader(block, shared.OBSERVATIONS_AT, layout.width, rows)) if rows > 1 else None


def read_watch_slot(
    block: SharedBlock, layout: p.SlotLayout, generation: int
) -> tuple[int, dict[str, Any]] | None:
    """Return (version, value) of a slot, None where there is none, or another generation's is being written."""
    if block.generation != generation:
        return None
    found = read_slot(block, layout)
    if found is None or block.generation != generation:
        return None
    count, step, arrays = found
    value: dict[str, Any] = {"step": step, **arrays}
    if "figures" in value:
        value |= dict(zip(FIGURES, value.pop("figures").tolist(), strict=True))
    if layout.about:
        value["about"] = layout.about
    return (generation << 32) + count, value


def _present(names: tuple[str, ...], values: list[float]) -> dict[str, float]:
    # What is not measured in every epoch is left out of the others.
    return {n: v for n, v in zip(names, values, strict=True) if n == "loss" or not math.isnan(v)}
