"""What training finds out about a layer, as the canvas shows it: a pill with a symbol and a few words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BadgeTone = Literal["healthy", "warning", "failing", "info"]
BadgeSymbol = Literal["", "triangle", "cross", "check", "down", "up"]

SYMBOLS: dict[str, BadgeSymbol] = {
    "vanishing": "down",
    "exploding": "up",
    "dead": "triangle",
    "saturated": "triangle",
    "not_finite": "cross",
}


@dataclass(frozen=True)
class Badge:
    """One finding: `text` is a few words ("31 % dead"), `tooltip` a sentence. `tone` is never told by colour alone."""

    text: str
    tone: BadgeTone = "warning"
    tooltip: str = ""
    kind: str = ""

    @property
    def symbol(self) -> BadgeSymbol:
        """The sign before the text."""
        if self.kind in SYMBOLS:
            return SYMBOLS[self.kind]
        by_tone: dict[str, BadgeSymbol] = {"warning": "triangle", "failing": "cross"}
        return by_tone.get(self.tone, "")
