"""The line between window and worker: nobody waits, nothing is lost, nothing is pickled."""

from __future__ import annotations

import threading
from multiprocessing import Pipe

import msgspec
import pytest

from engine.core.problems import Repair
from engine.design import edits as e
from engine.training.finding import Finding
from engine.worker import protocol as p
from engine.worker.channel import Channel
from tests.engine.worker.driving import moons


def test_a_large_message_does_not_hold_up_the_sender() -> None:
    ours, theirs = Pipe()
    channel = Channel(ours, "sender")
    channel.send(b"x" * 2**22)  # far more than a pipe takes, and nobody reads yet
    channel.send(b"after")
    assert channel.unsent == 2
    assert len(theirs.recv_bytes()) == 2**22
    assert theirs.recv_bytes() == b"after"
    channel.finish()
    assert channel.unsent == 0
    theirs.close()
    channel.close()


def test_what_came_before_the_end_is_still_read() -> None:
    ours, theirs = Pipe()
    heard = threading.Event()
    channel = Channel(ours, "reader", heard.set)
    theirs.send_bytes(b"last words")
    theirs.close()
    channel._reader.join(10)
    assert channel.is_closed
    assert heard.is_set()
    assert channel.inbox
    assert channel.take() == b"last words"
    assert channel.take() is None
    channel.send(b"to nobody")
    channel.close()


@pytest.mark.parametrize(
    "command",
    [
        p.Start(p.Run.of(moons(), paused=True)),
        p.Pause(),
        p.Resume(),
        p.Step(),
        p.Stop(),
        p.SetLearningRate(0.5),
        p.RequestWeights(),
        p.SetWatches(3, (p.Watch("dense_1", "bias"),)),
    ],
    ids=lambda command: type(command).__name__,
)
def test_commands_travel(command: p.Command) -> None:
    assert p.decode_command(p.encode(command)) == command


def test_a_finding_leaves_its_cures_behind_and_the_rest_travels() -> None:
    repair = Repair("Remove dense_1", (e.RemoveNode("dense_1"),))
    finding = Finding(
        node="dense_1", kind="dead", severity="warning", message="m", figures={"dead": 0.5}, cures=(repair,)
    )
    message = p.Findings(4, (msgspec.structs.replace(finding, cures=()),))
    assert p.decode_message(p.encode(message)) == message


def test_a_run_is_a_value() -> None:
    design = moons()
    run = p.Run.of(design, folder="data", seed=4)
    twin = msgspec.msgpack.decode(msgspec.msgpack.encode(run), type=p.Run)
    assert twin == run
    assert twin.read_design() == design
