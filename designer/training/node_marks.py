"""What training found at each node, in the few words that fit a badge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from designer.common.text import format_percent

_ORDER = {"error": 0, "warning": 1, "hint": 2}

WORDS = {
    "vanishing": "▽ vanishing",
    "vanishing_through_time": "▽ fades through time",
    "exploding": "△ exploding",
    "dead": "▲ {share} dead",
    "saturated": "▲ {share} saturated",
    "not_finite": "✕ not finite",
    "mode_collapse": "▲ mode collapse",
    "discriminator_certain": "▲ taken for made",
}
"""The badge of each kind of finding. Every one begins with a symbol: colour alone tells nothing to some."""


class NodeMark(NamedTuple):
    """One finding at a node: the words of the badge, how bad it is, and what it means with what may help."""

    text: str
    severity: str
    message: str
    kind: str


def node_marks(findings: Iterable[Any], names: Mapping[str, object]) -> dict[str, NodeMark]:
    """Return the worst finding at each node that is (still) in `names`."""
    marks: dict[str, NodeMark] = {}
    for finding in findings:
        if finding.node not in names:
            continue
        mark = NodeMark(_words(finding), finding.severity, _sentences(finding), finding.kind)
        before = marks.get(finding.node)
        if before is None or _ORDER.get(mark.severity, 3) < _ORDER.get(before.severity, 3):
            marks[finding.node] = mark
    return marks


def _sentences(finding: Any) -> str:
    cures = " · ".join(repair.label for repair in getattr(finding, "cures", ()))
    return f"{finding.message}\nWhat may help: {cures}" if cures else str(finding.message)


def _words(finding: Any) -> str:
    words = WORDS.get(finding.kind, f"▲ {finding.kind.replace('_', ' ')}")
    figures = getattr(finding, "figures", None) or {}
    share = figures.get(finding.kind) if isinstance(figures, Mapping) else None
    return words.format(share="" if share is None else format_percent(share, 2)).replace("  ", " ")
