"""What the window and the training process say to each other: plain values, written as msgpack, never pickled.

Commands go to the worker; events come from it. Scalars of every step, the ends of epochs, observations and watched
tensors do not travel here: they are in shared memory (`shared.py`), so that nobody waits for anybody.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.data.preprocessing import Preprocessing
from engine.design.design import Design
from engine.design.document_json import read_document, write_document
from engine.design.elements import Edge
from engine.training.finding import Finding
from engine.training.observation import ThroughTime
from engine.training.state import RunState

Array = NDArray[Any]

SCALARS = ("step", "epoch", "loss", "learning_rate", "metric", "gradient_norm", "seconds", "phase")
"""The columns of `TrainingWorker.read_scalars`: a row for every step. step and epoch count from 1, phase (the place of
the phase whose step it was) from 0."""
ACTIVATIONS = "activations"
PREDICTIONS = "predictions"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run as a value: executable by anything that can import `engine`.

    `design` is the text of design.json, `folder` where its relative data paths start. `weights` (safetensors) replace
    the first weights; `state` (`RunState.to_bytes`) continues a run exactly where it was held. `paused` runs wait
    before their first step.
    """

    design: str
    folder: str | None = None
    seed: int | None = None
    dtype: str = "float32"
    weights: bytes | None = None
    state: bytes | None = None
    paused: bool = False
    allow_download: bool = True
    checkpoint_seconds: float = 10.0

    @classmethod
    def of(cls, design: Design, *, weights: dict[str, Array] | None = None, state: RunState | None = None,
           **settings: Any) -> Run:  # fmt: skip
        """Return the run of a design, from `weights` ("dense_1/kernel" -> array) or from a held run's `state`."""
        from engine.training.arrays import pack_arrays

        return cls(
            design=write_document(design),
            weights=pack_arrays(weights) if weights else None,
            state=None if state is None else state.to_bytes(),
            **settings,
        )

    def read_design(self) -> Design:
        """Return the design. Raises FileFormatError."""
        return read_document(self.design)


class Watch(msgspec.Struct, frozen=True, order=True):
    """Something to look at: a parameter of a node by its name ("kernel", "bias"), its "activations", or, of an Output
    (the first where there is none of that id), its "predictions" ("predictions/train" for those on one part)."""

    node_id: str
    what: str = "kernel"


# ---------------------------------------------------------------------- commands


class Start(msgspec.Struct, tag=True, frozen=True):
    """Begin the run."""

    run: Run


class Pause(msgspec.Struct, tag=True, frozen=True):
    """Hold after the step under way."""


class Resume(msgspec.Struct, tag=True, frozen=True):
    """Go on."""


class Step(msgspec.Struct, tag=True, frozen=True):
    """Take one step and hold."""


class Stop(msgspec.Struct, tag=True, frozen=True):
    """End the run after the step under way."""


class SetLearningRate(msgspec.Struct, tag=True, frozen=True):
    """Make the learning rate this now; the schedule goes on from there."""

    learning_rate: float


class RequestWeights(msgspec.Struct, tag=True, frozen=True):
    """Send the weights as they are."""


class SetWatches(msgspec.Struct, tag=True, frozen=True):
    """Watch these, and nothing else. `generation` marks the layout that answers."""

    generation: int
    watches: tuple[Watch, ...]


Command = Start | Pause | Resume | Step | Stop | SetLearningRate | RequestWeights | SetWatches

# ---------------------------------------------------------------------- events


class LayerInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the network in training. `parameters` are its own, "kernel" -> shape; `activation` its name or ""."""

    node_id: str
    name: str
    type: str
    parameters: dict[str, tuple[int, ...]] = {}
    activation: str = ""
    frozen: bool = False


class Ready(msgspec.Struct, tag=True, frozen=True):
    """The process is up and waits for a run."""

    pid: int


class Loading(msgspec.Struct, tag=True, frozen=True):
    """Data is being read or downloaded: `done` of `total` (bytes or files; total 0 where it is not known)."""

    done: int
    total: int


class Started(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """The run begins. `layers` are in the order of the network; `edges` are the wires that observations name.

    `phases` are the names of the design's phases, in the order in which they take turns.
    `metrics` are the figures beside the loss, the first of which is the scalars' "metric" column. `step` and `epoch`
    are where a held run goes on. `report` says what was done to the data; `preprocessing` belongs into the file with
    the weights, so that new data can be treated alike.
    """

    epochs: int
    steps_per_epoch: int
    total_steps: int
    batch_size: int
    samples: int
    layers: tuple[LayerInfo, ...]
    edges: tuple[Edge, ...]
    parameters: int
    threads: int
    metrics: tuple[str, ...]
    phases: tuple[str, ...] = ()
    step: int = 0
    epoch: int = 1
    report: tuple[str, ...] = ()
    preprocessing: Preprocessing | None = None


class EpochEnded(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """An epoch is over. `metrics` are means over the epoch ("loss" first); `validation` is None where not measured."""

    epoch: int
    step: int
    metrics: dict[str, float]
    validation: dict[str, float] | None
    learning_rate: float
    seconds: float


class Paused(msgspec.Struct, tag=True, frozen=True):
    """The run holds after this step."""

    step: int


class Resumed(msgspec.Struct, tag=True, frozen=True):
    """The run goes on."""

    step: int


class Findings(msgspec.Struct, tag=True, frozen=True):
    """What the diagnosis sees now; it replaces what it saw before."""

    step: int
    findings: tuple[Finding, ...]


class LearningRateChanged(msgspec.Struct, tag=True, frozen=True):
    """The learning rate was changed by hand before this step."""

    step: int
    old: float
    new: float


class Weights(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """The weights after `step`, and everything needed to go on from there bit for bit.

    `purpose` is "request", "checkpoint", "final", or "last_good" before a failure.
    """

    step: int
    epoch: int
    purpose: str
    packed: bytes
    state: bytes

    @property
    def arrays(self) -> dict[str, Array]:
        """The parameters and statistics, "dense_1/kernel" -> array. Unpacked at each access."""
        from engine.training.arrays import unpack_arrays

        return unpack_arrays(self.packed)

    @property
    def run_state(self) -> RunState:
        """The whole state of the run, for a later `Run.of(design, state=...)`."""
        return RunState.from_bytes(self.state)


class Finished(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """The run is over: "epochs", "patience", "gradient_norm" or "stopped". A Weights event came just before.

    `restored_epoch` is the epoch whose weights were put back because they were best; 0 where the last ones stand.
    `evaluation` has the figures of these weights on the "test" part of the data, where it has one: "loss" and metrics.
    """

    reason: str
    step: int
    epoch: int
    seconds: float
    restored_epoch: int = 0
    evaluation: dict[str, dict[str, float]] = {}


class Failed(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """The run can't go on; the last good weights came just before, where there are any."""

    message: str
    node: str = ""
    step: int = -1
    epoch: int = 0
    kind: str = "error"
    details: str = ""


class Died(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """The process is gone without a word. Made by the client. A negative exit code is a signal's number."""

    exitcode: int | None
    last_checkpoint_step: int
    hint: str


Event = (
    Ready
    | Loading
    | Started
    | EpochEnded
    | Paused
    | Resumed
    | Findings
    | LearningRateChanged
    | Weights
    | Finished
    | Failed
    | Died
)


# ---------------------------------------------------------------------- layouts of shared memory


class Field(msgspec.Struct, frozen=True):
    """An array inside a slot: its name, type, shape, and the byte at which it begins."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int

    @property
    def nbytes(self) -> int:
        """The bytes that it takes."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize


class SlotLayout(msgspec.Struct, frozen=True):
    """Where a watch's slot lies in the arena, and what is in it; `problem` says why there is none.

    `about` goes with the arrays of predictions: see `engine.training.predictions`.
    """

    watch: Watch
    offset: int
    size: int
    fields: tuple[Field, ...]
    problem: str = ""
    about: dict[str, Any] = {}


class WatchLayout(msgspec.Struct, tag=True, frozen=True):
    """The slots of one generation of watches. Internal: the client uses it to find what it reads."""

    generation: int
    slots: tuple[SlotLayout, ...]


class TableLayout(msgspec.Struct, tag=True, frozen=True, kw_only=True):
    """The columns of the epoch and observation rings. Internal: the client names what it reads by it."""

    metrics: tuple[str, ...]
    nodes: tuple[str, ...]
    edges: tuple[Edge, ...]
    activations: tuple[str, ...]
    recurrent: tuple[ThroughTime, ...] = ()


Message = Event | WatchLayout | TableLayout

encode = msgspec.msgpack.Encoder().encode
decode_command = msgspec.msgpack.Decoder(Command).decode
decode_message = msgspec.msgpack.Decoder(Message).decode
