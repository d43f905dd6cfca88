"""Class weights that do not fit are told while the design is drawn, with something that helps."""

from __future__ import annotations

from typing import Any

import pytest

import engine
from engine.core.problems import Problem
from engine.design.checks import problems_of
from engine.design.settings import TrainingSettings


def design_with(
    loss: str = "sparse_categorical_crossentropy", units: int = 3, **training: Any
) -> engine.Design:
    design = engine.Design("classes")
    node = design.add("Dense", design.add("Input", shape=(2,)), units=units, activation="linear")
    design.add("Output", node, loss=loss)
    design.training = TrainingSettings.validated(training)
    return design


def told(design: engine.Design) -> list[Problem]:
    return [problem for problem in problems_of(design) if problem.code == "class_weight"]


@pytest.mark.parametrize(
    "design",
    [
        design_with(),
        design_with(class_weight="balanced"),
        design_with(class_weight="custom", class_weight_values=[1, 2, 3]),
        design_with("binary_crossentropy", 1, class_weight="custom", class_weight_values=[1, 2]),
        engine.Design("empty"),
    ],
    ids=range(5),
)
def test_what_fits_is_no_problem(design: engine.Design) -> None:
    assert not told(design)


@pytest.mark.parametrize(
    ("design", "message"),
    [
        (design_with(class_weight="custom"), "There are 0 class weights, but output_1 tells 3 classes apart"),
        (design_with("binary_crossentropy", 1, class_weight="custom", class_weight_values=[1]), "2 classes"),
        (design_with("mean_squared_error", class_weight="balanced"), "an Output that tells classes apart"),
        (
            design_with("binary_crossentropy", 4, class_weight="balanced"),
            "an Output that tells classes apart",
        ),
    ],
)
def test_what_does_not_fit_is_told_and_each_repair_helps(design: engine.Design, message: str) -> None:
    (problem,) = told(design)
    assert message in problem.message
    assert problem.repairs
    for repair in problem.repairs:
        mended = design.copy()
        for edit in repair.edits:
            mended.apply(edit)
        assert not told(mended), repair.label


def test_half_a_design_is_not_judged() -> None:
    design = engine.Design("half")
    design.add("Output")
    design.training = TrainingSettings(class_weight="balanced")
    assert not told(design)
