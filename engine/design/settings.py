"""How a network is trained, as values that live in the document."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from msgspec import Meta

from engine.core.errors import SettingError
from engine.core.fields import ComponentValue, Declared
from engine.core.registry import family


class TrainingSettings(Declared, frozen=True):
    """Everything that a run needs beside the design, the data and the seed."""

    epochs: Annotated[int, Meta(ge=1, le=10_000_000, description="Passes over the training samples.")] = 20
    batching: Annotated[
        Literal["mini_batch", "full_batch", "single_sample"],
        Meta(description="Samples for each step: a few, all of them, or one (stochastic gradient descent)."),
    ] = "mini_batch"
    batch_size: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Samples in each step.",
            extra={"when": {"batching": ["mini_batch"]}},
        ),
    ] = 32
    optimizer: Annotated[
        ComponentValue, Meta(description="The rule that moves the weights.", extra={"registry": "optimizer"})
    ] = "adam"
    schedule: Annotated[
        ComponentValue, Meta(description="How the learning rate changes.", extra={"registry": "schedule"})
    ] = "constant"
    shuffle: Annotated[
        bool, Meta(description="Draw the samples in a new order each epoch.", extra={"basic": False})
    ] = True
    metrics: Annotated[
        tuple[str, ...],
        Meta(
            description="Figures beside the loss; empty picks accuracy or mean absolute error.",
            extra={"basic": False},
        ),
    ] = ()
    clip: Annotated[
        Literal["none", "value", "norm", "global_norm"],
        Meta(
            description="Cut gradients: each value, each parameter's norm, or the norm of all.",
            extra={"basic": False},
        ),
    ] = "none"
    clip_limit: Annotated[
        float,
        Meta(
            gt=0,
            description="The largest value or norm that gradients keep.",
            extra={"basic": False, "when": {"clip": ["value", "norm", "global_norm"]}},
        ),
    ] = 1.0
    patience: Annotated[
        int,
        Meta(ge=0, description="Stop after so many epochs without a better validation loss; 0 never stops."),
    ] = 0
    restore_best: Annotated[
        bool,
        Meta(description="End with the weights of the best epoch, not of the last.", extra={"basic": False}),
    ] = True
    class_weight: Annotated[
        Literal["none", "balanced", "custom"],
        Meta(
            description="How much each class counts in the training loss: balanced lets rare ones count more.",
            extra={"basic": False},
        ),
    ] = "none"
    class_weight_values: Annotated[
        tuple[float, ...],
        Meta(
            description="What each class counts, in the order of the classes.",
            extra={"basic": False, "when": {"class_weight": ["custom"]}},
        ),
    ] = ()
    use_ema: Annotated[
        bool,
        Meta(
            description="Validate, and end, with a moving average of the weights.",
            extra={"basic": False},
        ),
    ] = False
    ema_momentum: Annotated[
        float,
        Meta(
            ge=0,
            lt=1,
            description="Part of the average that each step keeps: 0.99 looks back on about 100 steps.",
            extra={"basic": False, "when": {"use_ema": [True]}},
        ),
    ] = 0.99
    ema_overwrite_frequency: Annotated[
        int,
        Meta(
            ge=0,
            description="Steps after which the weights themselves become the average; 0 never.",
            extra={"basic": False, "unit": "steps", "when": {"use_ema": [True]}},
        ),
    ] = 0
    gradient_norm_threshold: Annotated[
        float,
        Meta(
            ge=0,
            description="Stop when the norm of the gradient falls below this; 0 never stops.",
            extra={"basic": False, "scale": "log"},
        ),
    ] = 0.0
    validate_every: Annotated[
        int, Meta(ge=1, description="Epochs from one validation to the next.", extra={"basic": False})
    ] = 1

    def check(self) -> None:
        """Check the components by name. Raises SettingError."""
        family("optimizer").get(self.optimizer)
        family("schedule").get(self.schedule)
        for metric in self.metrics:
            family("metric").get(metric)
        weights = self.class_weight_values
        if not all(0 <= weight < math.inf for weight in weights):
            raise SettingError(
                f"class_weight_values: a weight is a number from 0 on. Received: {list(weights)}."
            )
