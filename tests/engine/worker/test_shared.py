"""Rings and slots: nothing is read twice, nothing torn is accepted, late readers lose the oldest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest

from engine.worker import shared
from engine.worker.protocol import SCALARS, SlotLayout, Watch
from engine.worker.shared import (
    SCALAR_ROWS,
    SCALARS_AT,
    RingReader,
    SharedBlock,
    SlotWriter,
    lay_fields,
    read_slot,
    ring_rows,
    ring_writer,
    scalar_writer,
    slot_size,
)


@pytest.fixture
def block() -> Iterator[SharedBlock]:
    memory = SharedBlock()
    yield memory
    memory.close()
    memory.close()
    with pytest.raises(ValueError, match="closed"):
        _ = memory.buffer


def ring(
    block: SharedBlock, rows: int = 8, *, keeps_order: bool = True
) -> tuple[Callable[[Iterable[float]], None], RingReader]:
    place = shared.SCALARS_AT
    return ring_writer(block, place, 3, rows), RingReader(block, place, 3, rows, keeps_order=keeps_order)


def test_rows_come_once_and_in_order(block: SharedBlock) -> None:
    append, reader = ring(block)
    assert reader.read().shape == (0, 3)
    seen = []
    for value in range(20):
        append((value, 2.0, 3.0))
        if value % 3 == 0:
            seen += reader.read()[:, 0].tolist()
    seen += reader.read()[:, 0].tolist()
    assert seen == list(range(20))
    assert reader.lost == 0


def test_a_late_reader_loses_the_oldest_rows_and_counts_them(block: SharedBlock) -> None:
    append, reader = ring(block, rows=8)
    for value in range(30):
        append((value, 0.0, 0.0))
    # The oldest row of a full ring might be the one that is written now.
    assert reader.read()[:, 0].tolist() == list(range(23, 30))
    assert reader.lost == 23
    append((30.0, 0.0, 0.0))
    assert reader.read()[:, 0].tolist() == [30]


def test_where_writes_may_be_reordered_the_newest_row_waits_a_reading(block: SharedBlock) -> None:
    append, reader = ring(block, keeps_order=False)
    append((1.0, 0.0, 0.0))
    append((2.0, 0.0, 0.0))
    assert reader.read()[:, 0].tolist() == [1]
    assert reader.read()[:, 0].tolist() == [2]
    assert reader.read().shape == (0, 3)


def test_two_views_of_one_block(block: SharedBlock) -> None:
    other = SharedBlock(block.name)
    other.generation = 7
    assert block.generation == 7
    other.close()
    assert block.generation == 7


def test_rows_that_fit() -> None:
    assert ring_rows(shared.HEADER + 80, 5) == 2
    assert ring_rows(2**20, 1, most=10) == 10
    assert ring_rows(100, 1000) == 0


def slot(offset: int = 0) -> SlotLayout:
    fields, content = lay_fields(
        {"values": ("float32", (3, 5)), "counts": ("int64", (4,)), "one": ("float64", ())}
    )
    return SlotLayout(Watch("dense_1"), offset, slot_size(content), fields)


@pytest.mark.parametrize("checksum", [False, True])
def test_a_slot_gives_its_latest_value(block: SharedBlock, checksum: bool) -> None:
    layout = slot(128)
    writer = SlotWriter(block, layout, checksum=checksum)
    assert read_slot(block, layout, checksum=checksum) is None
    for step in (4, 5):
        writer.write(step, {"values": np.full((3, 5), step), "counts": np.arange(4), "one": 0.5})
    found = read_slot(block, layout, checksum=checksum)
    assert found is not None
    count, step, arrays = found
    assert (count, step) == (2, 5)
    assert arrays["values"].tolist() == [[5.0] * 5] * 3
    assert arrays["counts"].tolist() == [0, 1, 2, 3]
    assert float(arrays["one"]) == 0.5
    arrays["values"][:] = 0  # a copy: the slot does not notice
    assert read_slot(block, layout, checksum=checksum)[2]["values"][0, 0] == 5  # type: ignore[index]


def test_a_value_being_written_is_not_accepted(block: SharedBlock) -> None:
    layout = slot()
    writer = SlotWriter(block, layout, checksum=True)
    writer.write(1, {"values": np.ones((3, 5)), "counts": np.arange(4), "one": 0.0})
    head = shared.SLOTS_AT + shared.ALIGN + (layout.size - shared.ALIGN) // 2
    block.buffer[head + shared.ALIGN + 3] ^= 1  # a byte arrives late
    assert read_slot(block, layout, checksum=True) is None
    block.buffer[head + 8] ^= 1  # not ended yet
    assert read_slot(block, layout, checksum=False) is None


def test_no_torn_value_is_accepted_while_a_thread_writes(block: SharedBlock) -> None:
    fields, content = lay_fields({"values": ("float32", (40_000,))})
    layout = SlotLayout(Watch("dense_1"), 0, slot_size(content), fields)
    writer, done = SlotWriter(block, layout), threading.Event()

    def write() -> None:
        for step in range(1, 2_000):
            writer.write(step, {"values": np.full(40_000, step, np.float32)})
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    accepted = 0
    while not done.is_set():
        found = read_slot(block, layout)
        if found is not None:
            accepted += 1
            values = found[2]["values"]
            assert values[0] == found[1]
            assert (values == values[0]).all()
    thread.join()
    assert accepted
    assert read_slot(block, layout)[1] == 1_999  # type: ignore[index]


def test_a_reader_beside_a_writer_never_sees_a_count_that_nobody_wrote(block: SharedBlock) -> None:
    append = scalar_writer(block)
    reader = RingReader(block, SCALARS_AT, len(SCALARS), SCALAR_ROWS)
    wanted = 150_000

    def write() -> None:
        for step in range(1, wanted + 1):
            append(step, 1, 0.5, 0.1, 0.9, 1.0, 0.0, 0)

    writer = threading.Thread(target=write)
    writer.start()
    last = 0
    while last < wanted:
        steps = reader.read()[:, 0]
        if len(steps):
            assert steps[0] > last
            assert np.all(np.diff(steps) == 1)
            last = int(steps[-1])
    writer.join()
    assert len(reader.read()) == 0
