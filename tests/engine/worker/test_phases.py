"""A run in phases in its own process: every row says whose turn it was, and the run is that of fit."""

from __future__ import annotations

import numpy as np

import engine
from engine.data import DataSettings, load
from engine.training import fit
from engine.worker import Run, Watch
from engine.worker import protocol as p
from tests.engine.adversarial import adversarial
from tests.engine.worker.driving import driven


def test_a_run_in_phases_is_that_of_fit_and_its_rows_tell_the_phase() -> None:
    design = adversarial(batch_size=32, steps=2)
    design.data = DataSettings(
        source="blobs", options={"classes": 8, "samples": 256, "noise": 0.05}, validation_fraction=0.25
    )
    design.training = design.training.replace(epochs=12, validate_every=5)
    expected = list(fit(engine.compile(design), load(design.data)))
    names = [phase.name for phase in design.phases]
    with driven() as driver:
        driver.worker.watch(
            [Watch("on_made", "predictions"), Watch("dense_1", "activations"), Watch("dense_3")]
        )
        driver.worker.start(Run.of(design))
        finished = driver.until(p.Finished)
        driver.look()
        assert finished.reason == "epochs"
        (started,) = driver.of(p.Started)
        assert started.phases == tuple(names)
        assert any("take turns" in line and "validation" in line for line in started.report)
        rows = np.array(driver.rows)
        assert rows[:, p.SCALARS.index("phase")].tolist() == [names.index(s.phase) for s in expected]
        assert rows[:, 2].tolist() == [s.loss for s in expected]
        ends = [s for s in expected if s.epoch_ended]
        told = driver.of(p.EpochEnded)
        assert [e.metrics for e in told] == [s.metrics for s in ends]
        assert [("sample_modes" in e.metrics) for e in told] == [e.epoch in (5, 10, 12) for e in told]
        found = driver.worker.read_watch(Watch("dense_1", "activations"))
        assert found is not None
        assert found[1]["counts"].sum() > 0
        kinds = {finding.kind for event in driver.of(p.Findings) for finding in event.findings}
        assert not kinds & {"overfitting", "loss_not_decreasing", "learning_rate_too_high"}
