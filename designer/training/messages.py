"""What a person is told when a run ends otherwise than planned: what happened, what was kept, what to do."""

from __future__ import annotations

import signal

OUT_OF_MEMORY_HINT = "It may have run out of memory: a smaller batch or a smaller layer needs less."


def failed_text(message: str, step: int, kept_step: int) -> str:
    """Return the text for a run that the engine ended: a number that is not finite, data that does not fit."""
    place = "" if step < 0 or "step" in message else f" (step {step:,})"
    kept = "The design is untouched." if "kept" in message else _kept(kept_step)
    return f"{message.rstrip('.')}{place}. {kept}"


def died_text(exit_code: int | None, checkpoint_step: int, hint: str = "") -> str:
    """Return the text for a training process that is gone. A negative exit code is the signal that ended it."""
    cause = f"The training process ended before its work was done ({_cause(exit_code)})."
    advice = hint or (OUT_OF_MEMORY_HINT if exit_code in (-9, 1, 137) else "")
    way_on = "Press Train to start again."
    if checkpoint_step > 0:
        way_on = "Continue (Ctrl+F5) goes on from there, Train starts again."
    return " ".join(part for part in (cause, advice, _kept(checkpoint_step), way_on) if part)


def _cause(exit_code: int | None) -> str:
    if exit_code is None:
        return "it no longer answers"
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return f"ended by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"ended by signal {-exit_code}"


def _kept(step: int) -> str:
    if step > 0:
        return f"The design is untouched, and the weights of step {step:,} are kept."
    return "The design is untouched; no weights had been kept yet."
