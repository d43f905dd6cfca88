"""What a card says, made from a problem of the design or from what training found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from designer.document.document import Document
from designer.document.mirror import Mirror
from engine.core.errors import GradloomError
from engine.core.problems import Problem, Repair
from engine.design import edits as e
from engine.design.design import Design
from engine.design.drawn_edits import drawn_edits
from engine.design.flatten import Flat, flatten

Tone = Literal["failing", "warning", "info"]
_TONES: dict[str, Tone] = {
    "error": "failing",
    "failing": "failing",
    "critical": "failing",
    "warning": "warning",
    "hint": "info",
    "info": "info",
}
LONGEST_TITLE = 72


@dataclass(frozen=True)
class CardContent:
    """A card: its tone, a title, the text below it, the node that it speaks of, and its cures."""

    tone: Tone
    title: str
    text: str
    node: str
    repairs: tuple[Repair, ...]
    field: str = ""


def card_of_problem(problem: Problem, node_name: str = "", place: str = "") -> CardContent:
    """Return the card of a problem that the rules found; `place` is the flat id of the node at which it is found."""
    title, text = split_message(problem.message, node_name)
    return CardContent(
        _TONES[problem.severity], title, text, place or problem.node, problem.repairs, problem.field
    )


def card_of_finding(finding: Any, name_of: Callable[[str], str]) -> CardContent:
    """Return the card of something that training found (its fields are the diagnosis's)."""
    node = str(getattr(finding, "node", ""))
    title = str(getattr(finding, "title", "") or "")
    message = str(getattr(finding, "message", ""))
    if not title:
        title, message = split_message(message, name_of(node))
    tone = _TONES.get(str(getattr(finding, "severity", "warning")), "warning")
    cures: tuple[Repair, ...] = tuple(getattr(finding, "cures", ()))
    return CardContent(tone, title, message, node, cures)


def cards(document: Document, problems: Iterable[Problem], findings: Iterable[Any]) -> list[CardContent]:
    """Return all cards: errors first, then what training found, then advice.

    The node of a card is a flat id: it may be inside a block. So are the findings', whose cures come ready for `push`.
    """
    nodes = document.design.nodes
    made = []
    for problem in problems:
        name = nodes[problem.node].name if problem.node in nodes else ""
        place = "/".join((document.flat_id(problem.node), *problem.inside)) if problem.node else ""
        made.append(card_of_problem(problem, name, place))
    flat = _flat(document)
    names = {node.id: node.name for node in flat.design.nodes.values()}
    made += [
        card_of_finding(finding, lambda i: names.get(i, "")) for finding in _cured(document, flat, findings)
    ]
    order = ("failing", "warning", "info")
    return sorted(made, key=lambda card: order.index(card.tone))


def _flat(document: Document) -> Flat:
    return flatten(document.root.design if isinstance(document, Mirror) else document.design)


def _cured(document: Document, flat: Flat, findings: Iterable[Any]) -> tuple[Any, ...]:
    """Return findings with the cures that fit the design as it is now: they travel without."""
    present = tuple(findings)
    if not present:
        return ()
    from engine.training.cures import with_cures

    root = document.root.design if isinstance(document, Mirror) else document.design
    cured = with_cures(flat.design, present)
    if flat.design is root:
        return cured
    return tuple(
        msgspec.structs.replace(finding, cures=tuple(_drawn(root, flat, finding.cures))) for finding in cured
    )


def _drawn(root: Design, flat: Flat, cures: Iterable[Repair]) -> Iterator[Repair]:
    """Yield cures for the layers of blocks as edits of what was drawn; what can't be drawn is left out."""
    for cure in cures:
        try:
            edits = drawn_edits(root, flat, cure.edits)
        except GradloomError:
            continue
        if edits:
            # Said so that it means the same inside a block as outside.
            yield Repair(
                cure.label, tuple(e.EditBlock("", x) if not isinstance(x, e.WHOLE) else x for x in edits)
            )


def split_message(message: str, node_name: str = "") -> tuple[str, str]:
    """Return (title, rest): the first sentence, or what stands before its colon, and what is left.

    A message that begins with the node's name and a colon keeps both in the title.
    """
    start = 0
    prefix = f"{node_name}: "
    if node_name and message.startswith(prefix):
        start = len(prefix)
    ends = [place for mark in (". ", ": ", "; ") if (place := message.find(mark, start)) > 0]
    end = min(ends) if ends else len(message)
    title, rest = message[:end].rstrip("."), message[end + 1 :].strip()
    if len(title) > LONGEST_TITLE and (comma := title.find(", ", start)) > 0:
        title, rest = message[:comma], message[comma + 1 :].strip()
    return title, rest[:1].upper() + rest[1:]
