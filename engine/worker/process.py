"""What runs in the training process. It waits for a run, trains, and ends; it never waits for the window.

The process is spawned with this module's `main`, which loads neither Qt nor the command line.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from multiprocessing.connection import Connection

from engine.worker.channel import Channel
from engine.worker.protocol import (
    Command,
    Message,
    Ready,
    Run,
    SetWatches,
    Start,
    Stop,
    decode_command,
    encode,
)
from engine.worker.shared import SharedBlock

ORPHANED = 3
"""Exit code of a worker whose window is gone."""


class Line:
    """The worker's end of the line: commands in, messages out, and a way to sleep until a command comes."""

    def __init__(self, connection: Connection) -> None:
        self._wake = threading.Event()
        self._held: deque[Command] = deque()
        self.stop_asked = False
        self._channel: Channel | None = None
        self._channel = Channel(connection, "training", self._on_message)

    def _on_message(self) -> None:
        self._wake.set()
        if self._channel is not None and self._channel.is_closed:
            # The window is gone: nobody is left to train for, whatever the main thread is doing.
            os._exit(ORPHANED)

    @property
    def has_command(self) -> bool:
        """Whether a command waits."""
        return bool(self._held or self.inbox)

    @property
    def inbox(self) -> deque[bytes]:
        """The commands that have come since, as bytes; the loop looks at every step whether there are any."""
        return self._channel.inbox if self._channel is not None else deque()

    @property
    def is_clear(self) -> bool:
        """Whether everything that was sent has been written: only then may another large message follow."""
        return self._channel is not None and not self._channel.unsent

    def take(self) -> Command | None:
        """Return the next command, or None."""
        if self._held:
            return self._held.popleft()
        content = self._channel.take() if self._channel is not None else None
        if content is None:
            return None
        command = decode_command(content)
        if isinstance(command, Stop):
            self.stop_asked = True
        return command

    def look_for_stop(self) -> None:
        """Find out whether a stop is among the commands that wait, and keep the others for later."""
        while self._channel is not None and (content := self._channel.take()) is not None:
            command = decode_command(content)
            self.stop_asked |= isinstance(command, Stop)
            self._held.append(command)

    def wait(self) -> Command:
        """Sleep until a command comes, and return it."""
        while True:
            self._wake.clear()
            command = self.take()
            if command is not None:
                return command
            self._wake.wait()

    def send(self, message: Message) -> None:
        """Send an event; it is written by a thread of its own."""
        if self._channel is not None:
            self._channel.send(encode(message))

    def finish(self) -> None:
        """Wait until everything is written."""
        if self._channel is not None:
            self._channel.finish()


def main(connection: Connection, memory: str) -> None:
    """Wait for a run, carry it out, and end the process."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl+C in a terminal goes to the whole group; the window decides
    line = Line(connection)
    block = SharedBlock(memory)
    line.send(Ready(os.getpid()))
    run, watches = _wait_for_run(line)
    if run is not None:
        from engine.worker.execution import execute

        execute(run, line, block, watches)
    line.finish()
    # Nothing is left to tidy up, and a thread that hangs somewhere must not keep the process.
    os._exit(0)


def _wait_for_run(line: Line) -> tuple[Run | None, SetWatches | None]:
    """Load the engine while nobody waits for it, then sleep until a run comes."""
    import engine.compiler.network
    import engine.training.run  # noqa: F401 - loaded before it is needed

    watches: SetWatches | None = None
    while True:
        match line.wait():
            case Start(run):
                return run, watches
            case Stop():
                return None, watches
            case SetWatches() as wanted:
                watches = wanted
            case _:
                continue
