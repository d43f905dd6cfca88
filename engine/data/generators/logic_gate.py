"""The truth table of a logic gate: four samples, the perceptron's first lesson."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from msgspec import Meta

from engine.data.raw import RawData, ReadContext
from engine.data.source import Source, register

TABLES = {
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "xor": (0, 1, 1, 0),
    "nand": (1, 1, 1, 0),
    "nor": (1, 0, 0, 0),
}


@register
class LogicGate(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The truth table of a gate with two inputs: four samples of 0 and 1, with the gate's answer as the class.

    A single unit learns and, or, nand and nor; xor needs a hidden layer.
    """

    name: ClassVar[str] = "logic_gate"
    title: ClassVar[str] = "Logic gate"
    order: ClassVar[int] = 9

    gate: Annotated[
        Literal["and", "or", "xor", "nand", "nor"], Meta(description="Which gate's truth table.")
    ] = "xor"

    def read(self, context: ReadContext) -> RawData:
        return RawData(
            x=np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float64),
            y=np.array(TABLES[self.gate], dtype=np.int64),
            task="classification",
            place=self.name,
            kind="points",
            classes=("0", "1"),
            feature_names=("a", "b"),
            target_names=(self.gate,),
        )
