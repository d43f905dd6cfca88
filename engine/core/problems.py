"""What is wrong with a design, said so that a person can act on it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Severity = Literal["error", "warning", "hint"]


class Repair(msgspec.Struct, frozen=True):
    """A proposed cure: a label for a button, and the edits of the document that carry it out as one undo step."""

    label: str
    edits: tuple[Any, ...]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One finding about a design. `node` is the id of the node that it is marked at ("" for the whole design).

    An error keeps the design from being compiled; a warning is likely to be a mistake; a hint is advice.
    `code` is stable and names the rule; `shapes` are the shapes that met, where shapes are the matter. Where `node` is
    an instance of a block and the fault lies in it, `inside` leads there: the ids of the nodes from block to block.
    """

    node: str
    severity: Severity
    message: str
    code: str
    repairs: tuple[Repair, ...] = ()
    field: str = ""
    shapes: tuple[tuple[int, ...], ...] = ()
    inside: tuple[str, ...] = ()

    @property
    def repair(self) -> Repair | None:
        """The first repair proposed, if there is one."""
        return self.repairs[0] if self.repairs else None
