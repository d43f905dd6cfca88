"""What a card says, made from a problem of the design or from what training found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from engine.core.problems import Problem, Repair
from engine.design.design import Design

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


def card_of_problem(problem: Problem, node_name: str = "") -> CardContent:
    """Return the card of a problem that the rules found."""
    title, text = split_message(problem.message, node_name)
    return CardContent(_TONES[problem.severity], title, text, problem.node, problem.repairs, problem.field)


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


def cards(
    problems: Iterable[Problem], findings: Iterable[Any], name_of: Callable[[str], str]
) -> list[CardContent]:
    """Return all cards: errors first, then what training found, then advice."""
    made = [card_of_problem(problem, name_of(problem.node)) for problem in problems]
    made += [card_of_finding(finding, name_of) for finding in findings]
    order = ("failing", "warning", "info")
    return sorted(made, key=lambda card: order.index(card.tone))


def cured(design: Design, findings: Iterable[Any]) -> tuple[Any, ...]:
    """Return findings with the cures that fit the design as it is now: they travel without."""
    present = tuple(findings)
    if not present:
        return ()
    from engine.training.cures import with_cures

    return with_cures(design, present)


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
