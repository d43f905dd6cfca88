"""Everything that a run needs to go on bit for bit: arrays, and a few facts as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import msgspec
from numpy.typing import NDArray

from engine.core.errors import FileFormatError
from engine.design.document_json import parse
from engine.training.arrays import pack_arrays, unpack_arrays
from engine.training.history import History

Array = NDArray[Any]
FORMAT = "gradloom-run"
VERSION = 1


class _Packed(msgspec.Struct):
    facts: str
    arrays: bytes


@dataclass
class RunState:
    """A held run.

    `arrays`: "vector" and "statistics" (the weights), "slot/NAME" (the optimizer's), "best_vector" and
    "best_statistics" (the best epoch's weights), "pending/..." (predictions that the metrics have not read yet),
    "history/NAME" (its columns), "average" (the moving average of the weights, where one is kept).
    `facts`: counters, the learning rate, what the schedule has made of the run, the state of every random stream, sums
    over the epoch.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)

    @property
    def step(self) -> int:
        """The steps that have been taken."""
        return int(self.facts.get("step", 0))

    @property
    def epoch(self) -> int:
        """The epoch that the next step belongs to, from 1."""
        return int(self.facts.get("epoch", 0)) + 1

    @property
    def history(self) -> History:
        """What was measured at the end of each epoch so far."""
        prefix = "history/"
        return History.from_arrays(
            {
                name.removeprefix(prefix): array
                for name, array in self.arrays.items()
                if name.startswith(prefix)
            }
        )

    def facts_text(self) -> str:
        """Return the facts as the text of run.json."""
        return json.dumps({"format": FORMAT, "version": VERSION, **self.facts}, allow_nan=False)

    @classmethod
    def of_parts(cls, facts_text: str | bytes, arrays: dict[str, Array]) -> RunState:
        """Return the state of a run.json and its arrays. Raises FileFormatError."""
        facts = parse(facts_text)
        if facts.pop("format", None) != FORMAT:
            raise FileFormatError("The state of the run is not one that Gradloom wrote.")
        version = facts.pop("version", None)
        if not isinstance(version, int) or not 1 <= version <= VERSION:
            raise FileFormatError(
                f"The state of the run has version {version!r}; this program reads up to {VERSION}."
            )
        return cls(facts, arrays)

    def to_bytes(self) -> bytes:
        """Return the state as one value to send."""
        return msgspec.msgpack.encode(_Packed(self.facts_text(), pack_arrays(self.arrays)))

    @classmethod
    def from_bytes(cls, content: bytes) -> RunState:
        """Return the state that `to_bytes` wrote. Raises FileFormatError."""
        try:
            packed = msgspec.msgpack.decode(content, type=_Packed)
        except msgspec.DecodeError as error:
            raise FileFormatError(f"The state of the run can't be read: {error}.") from None
        return cls.of_parts(packed.facts, unpack_arrays(packed.arrays, "The state of the run"))
