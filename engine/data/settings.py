"""The data reference of a design: where its samples come from and how they are prepared and split."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from engine.core.fields import Declared

OptionValue = int | float | str | bool
TaskChoice = Literal["auto", "classification", "regression"]
Scaling = Literal["none", "standardize", "min_max"]
Missing = Literal["error", "drop", "mean"]


class DataSettings(Declared, frozen=True):
    """What a design says of its data: a value that is saved with it and gives the same samples every time.

    Statistics (mean, minimum and maximum, values that stand in for missing ones) are taken from the training
    part only, so that nothing of the validation and test parts leaks into training.
    """

    source: Annotated[
        str,
        Meta(description="A built-in data set's name, or the path of a CSV, NPZ or IDX file or a folder."),
    ] = "digits"
    options: Annotated[
        dict[str, OptionValue],
        Meta(
            description="Options of the source: samples, noise and seed of a generator; delimiter of a table."
        ),
    ] = {}
    features: Annotated[
        tuple[str, ...], Meta(description="Columns the network gets; none named means all but the target.")
    ] = ()
    target: Annotated[
        tuple[str, ...], Meta(description="Columns the network is to predict; none named means the last one.")
    ] = ()
    task: Annotated[
        TaskChoice, Meta(description="Predict a class or numbers; auto decides from the target's values.")
    ] = "auto"
    scaling: Annotated[
        Scaling,
        Meta(description="Scale features to mean 0 and deviation 1, or to the range 0 to 1 (training part)."),
    ] = "none"
    scale_target: Annotated[
        bool, Meta(description="Scale the targets of a regression to mean 0 and deviation 1 (training part).")
    ] = False
    missing: Annotated[
        Missing,
        Meta(description="Missing values: stop with an error, drop the row, or put the column's mean."),
    ] = "error"
    validation_fraction: Annotated[
        float, Meta(ge=0, le=0.9, description="Share of the training samples held out to watch the training.")
    ] = 0.1
    test_fraction: Annotated[
        float, Meta(ge=0, le=0.9, description="Share held out for the test, of sets without a test part.")
    ] = 0.0
    split_seed: Annotated[
        int, Meta(ge=0, le=2**63 - 1, description="The same number gives the same split every time.")
    ] = 0
    shuffle: Annotated[
        bool,
        Meta(description="Choose the held-out samples at random; off takes the last ones (time series)."),
    ] = True
    stratify: Annotated[
        bool, Meta(description="Keep the shares of the classes equal in all parts (with shuffle).")
    ] = True
    limit: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="Train on at most so many samples; none means all."),
    ] = None
