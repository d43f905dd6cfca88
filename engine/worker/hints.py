"""What the end of a process means, in plain words."""

from __future__ import annotations

import signal

MEMORY = "It may have run out of memory: a smaller batch, fewer samples or smaller layers need less."
_SIGNALS = {
    "SIGKILL": f"It was ended by the system or by somebody. {MEMORY}",
    "SIGTERM": "It was asked to end from outside.",
    "SIGSEGV": "It crashed in native code. Training again may work; if it happens again, the installation is damaged.",
    "SIGBUS": "The shared memory of this machine is full: close other programs, or make /dev/shm larger.",
    "SIGABRT": "It gave up in native code. " + MEMORY,
    "SIGILL": "The installed NumPy needs a newer processor than this machine has.",
    "SIGFPE": "It crashed in native arithmetic.",
}
NO_ANSWER = "It did not answer any more when it was asked to stop, so it was ended by force."


def hint_for(exit_code: int | None, *, forced: bool = False) -> str:
    """Return what probably happened to a process that ended with this exit code, and what can be done."""
    if forced:
        return NO_ANSWER
    if exit_code is None:
        return "It no longer answers."
    if exit_code == 1:
        # Where OpenBLAS gets no memory it prints a line and leaves with this code, without a Python exception.
        return MEMORY
    if exit_code < 0:
        try:
            name = signal.Signals(-exit_code).name
        except ValueError:
            return f"It was ended by signal {-exit_code}."
        return _SIGNALS.get(name, f"It was ended by {name}.")
    return "It left before its work was done."
