"""Small designs for the tests of the document."""

from __future__ import annotations

from engine.design.design import Design


def chain() -> Design:
    """Input -> two Dense -> Output, with places on the canvas."""
    design = Design("chain")
    x = design.add("Input", shape=(4,), position=(0, 0))
    a = design.add("Dense", x, units=8, activation="relu", position=(240, 0))
    b = design.add("Dense", a, units=3, position=(480, 0))
    design.add("Output", b, position=(720, 0))
    return design
