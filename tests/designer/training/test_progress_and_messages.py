"""How far, how fast, how long; and what is told when a run ends."""

from __future__ import annotations

import math

from designer.training.messages import died_text, failed_text
from designer.training.progress import Progress, Speedometer


def test_the_speed_is_that_of_the_last_seconds() -> None:
    meter = Speedometer(window_seconds=2.0)
    assert math.isnan(meter.steps_per_second())
    for second in range(10):
        meter.add(second * 100, float(second))
    meter.add(1_100, 10.0)
    assert 100 <= meter.steps_per_second() <= 200


def test_a_run_that_starts_anew_starts_the_speed_anew() -> None:
    meter = Speedometer()
    meter.add(100, 1.0)
    meter.add(200, 2.0)
    meter.add(1, 0.1)
    assert math.isnan(meter.steps_per_second())


def test_progress_counts_steps_within_the_epoch_from_one() -> None:
    assert Progress(step=469, total_steps=938, steps_per_epoch=469).step_in_epoch == 469
    assert Progress(step=470, total_steps=938, steps_per_epoch=469).step_in_epoch == 1
    assert Progress(step=469, total_steps=938, steps_per_epoch=469).share == 0.5
    assert Progress().share == 0.0


def test_a_death_says_the_cause_what_was_kept_and_what_to_do() -> None:
    text = died_text(-9, 1_200)
    assert "SIGKILL" in text
    assert "step 1,200" in text
    assert "memory" in text
    assert "Train" in text
    assert "no weights had been kept" in died_text(3, -1)
    assert "exit code 3" in died_text(3, -1)


def test_a_failure_says_where_and_what_was_kept() -> None:
    text = failed_text("The loss is not a number.", 17, 0)
    assert (
        text == "The loss is not a number (step 17). The design is untouched; no weights had been kept yet."
    )
