"""Starting the training process, and ending it so that nothing is left: no process, no thread, no shared memory."""

from __future__ import annotations

import multiprocessing
import os
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

from engine.core.errors import WorkerError
from engine.core.threads import THREAD_VARIABLES
from engine.worker.channel import Channel
from engine.worker.shared import SharedBlock

PATIENCE = 1.0
"""Seconds that a process gets to end after each kind of asking."""


class Spawned:
    """A process with its line and its shared memory."""

    def __init__(self, process: BaseProcess, channel: Channel, block: SharedBlock) -> None:
        self.process, self.channel, self.block = process, channel, block

    def wait_a_little(self) -> bool:
        """Return whether the process has ended; its line was closed already, so it is about to."""
        self.process.join(0)
        if self.process.exitcode is not None:
            return True
        self.process.join(0.05)
        return self.process.exitcode is not None

    def release(self) -> None:
        """End the process by the gentlest means that works, hang up, and give the memory back."""
        process = self.process
        for end in (process.terminate, process.kill):
            if process.is_alive():
                end()
                process.join(PATIENCE)
        process.join(PATIENCE)
        self.channel.close()
        self.block.close()
        if process.exitcode is not None:
            process.close()


def spawn(threads: int) -> Spawned:
    """Start a training process. Raises WorkerError where the system gives no memory or no process."""
    from engine.worker.process import main

    context = multiprocessing.get_context("spawn")
    block: SharedBlock | None = None
    try:
        block = SharedBlock()
        ours, theirs = context.Pipe(duplex=True)
        # Daemonic: an orderly end of the program takes its workers with it.
        process = context.Process(
            target=main, args=(theirs, block.name), name="gradloom training", daemon=True
        )
        with _environment(threads), _bare_main():
            process.start()
        theirs.close()
    except (OSError, MemoryError) as error:
        if block is not None:
            block.close()
        raise WorkerError(
            f"The training process could not be started: {error}. Close other programs."
        ) from error
    return Spawned(process, Channel(ours, "training worker"), block)


@contextmanager
def _environment(threads: int) -> Iterator[None]:
    """Set the number of threads in the environment that the child inherits: it counts when NumPy is imported."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _bare_main() -> Iterator[None]:
    """Keep the child from importing the program's main module again.

    A spawned process does so in order to find what it is to call; ours is found by its module's name. Without this a
    script without `if __name__ == "__main__"` would start itself anew, and a window's main module would load Qt.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
