"""The previous outputs of the network itself, as an input: what a decoder or a Jordan network goes on from."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from engine.core.shapes import Shape
from engine.layers.base import Example, Layer, Port

_IDS = {"when": {"dtype": ["int"]}}


class PreviousOutput(Layer, frozen=True):
    """What an Output gave at the step before: training takes it from the targets, a free run from the network itself.

    Formula: x₀ = start; xₜ = target of step t-1 while training (teacher forcing), the network's own output of step
    t-1 in a free run. An id is the most probable class of that step; after an `end_id` come zeros, which are padding.
    Shapes: ids (steps,), or numbers (steps, features), as the Output's targets have them.

    Teacher forcing knows every previous output beforehand, so the steps of a sequence are computed at once, in
    parallel. What it does not show the network are its own mistakes: running free, one mistake may lead to the next.
    With a teacher forcing ratio r below 1 a share 1 - r of the training steps first runs free (with dropout off), and
    then takes the outputs of that run, as constants, in the place of the targets.

    Nothing between this node and its Output may look ahead, or the network would see the answer that it is to give:
    training refuses that.
    Costs: a free run computes what lies behind this node once for each step; a sequence that meets `end_id` is done.
    Source: Williams and Zipser 1989, A learning algorithm for continually running fully recurrent neural networks;
    Jordan 1986, Serial order; Bengio et al. 2015, Scheduled sampling.
    """

    FAMILY: ClassVar[str] = "recurrent"
    CATEGORY: ClassVar[str] = "Recurrent"
    FORMULA: ClassVar[str] = "xₜ = yₜ₋₁"
    FED: ClassVar[bool] = True
    INPUTS: ClassVar[tuple[Port, ...]] = ()
    KEYWORDS: ClassVar[tuple[str, ...]] = (
        "teacher forcing", "feedback", "decoder", "jordan", "output recurrent", "autoregressive", "free run",
        "scheduled sampling", "seq2seq",
    )  # fmt: skip
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("shape", "teacher_forcing_ratio")
    ACTIVATION_FIELD: ClassVar[str] = ""

    shape: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=1_000_000)], ...],
        Meta(
            description="Shape of the Output's targets: steps, or steps and features.",
            min_length=1,
            max_length=5,
        ),
    ] = (10,)
    dtype: Annotated[
        Literal["float", "int"],
        Meta(description="Numbers, or the ids of the classes that the Output chooses."),
    ] = "int"
    output: Annotated[
        str,
        Meta(
            description="Name of the Output whose previous step this is; empty for the only one.",
            extra={"basic": False},
        ),
    ] = ""
    teacher_forcing_ratio: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="Share of the training steps that are given the true previous outputs, not the network's own.",
        ),
    ] = 1.0
    start: Annotated[
        float,
        Meta(
            description="What stands before the first step.",
            extra={"when": {"dtype": ["float"]}, "basic": False},
        ),
    ] = 0.0
    start_id: Annotated[
        int, Meta(ge=0, description="Id that stands before the first step.", extra={**_IDS, "basic": False})
    ] = 1
    end_id: Annotated[
        int,
        Meta(
            ge=0,
            description="Id after which a sequence is over, and padding follows; 0 for none.",
            extra={**_IDS, "basic": False},
        ),
    ] = 2
    validate_free: Annotated[
        bool,
        Meta(
            description="Validation also runs free, and tells its figures as free_...", extra={"basic": False}
        ),
    ] = False

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        return (self.shape,)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        ids = cls(shape=(4,), start_id=3, end_id=0, output="output_1", teacher_forcing_ratio=0.5)
        return (
            Example(ids, ()),
            Example(cls(shape=(5, 2), dtype="float", start=0.5, validate_free=True), ()),
        )
