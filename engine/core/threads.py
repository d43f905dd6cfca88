"""How many threads the linear algebra takes. It counts when NumPy is imported, and so must not be imported here."""

from __future__ import annotations

import os
import sys

THREAD_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "BLIS_NUM_THREADS",
)


def default_threads() -> int:
    """Return how many threads the linear algebra takes: all cores but one, which the window needs.

    Measured: two threads on two cores of which one is busy are slower than one thread.
    """
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        cores = os.cpu_count() or 1
    return max(1, cores - 1)


def leave_a_core() -> None:
    """Let this process take as many threads as a training process does, unless the environment says how many.

    So a run without a window is as quick as one with a window, and rounds alike.
    """
    if "numpy" not in sys.modules and not any(name in os.environ for name in THREAD_VARIABLES):
        os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(default_threads())))
