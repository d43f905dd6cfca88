"""A docstring as a help page: its first line, its labelled facts (Shapes, Gradients, Source) and its prose."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

LABELS = (
    "Formula", "Formulas", "Shapes", "Shape", "Gradients", "Gradient", "Derivative", "Parameters", "Masks", "Mask",
    "Units",
    "Errors", "Source", "Sources", "Note", "Notes", "States", "Ports", "Cost",
)  # fmt: skip
_LABEL = re.compile(rf"^({'|'.join(LABELS)}):\s*(.*)$")
_INLINE = re.compile(rf"(?<=[.;])\s+(?=(?:{'|'.join(LABELS)}):\s)")


@dataclass(frozen=True)
class HelpText:
    """`summary` is the first line; `facts` are (label, text) in order; `prose` the paragraphs without a label."""

    summary: str
    facts: tuple[tuple[str, str], ...]
    prose: tuple[str, ...]


def help_text(cls: type) -> HelpText:
    """Return the docstring of a class as a help page."""
    lines = (inspect.getdoc(cls) or "").splitlines()
    summary = lines[0].strip() if lines else ""
    facts: list[tuple[str, str]] = []
    prose: list[str] = []
    inside = ""
    for line in lines[1:]:
        text = line.strip()
        if not text:
            inside = ""
        elif _LABEL.match(text):
            # Short facts share a line: "Formula: y = g(x). Shapes: y has the shape of x."
            facts += [(match[1], match[2]) for part in _INLINE.split(text) if (match := _LABEL.match(part))]
            inside = "fact"
        elif inside == "fact" and (line[0].isspace() or not facts[-1][1].rstrip().endswith(".")):
            facts[-1] = (facts[-1][0], f"{facts[-1][1]} {text}".strip())
        elif inside == "prose":
            prose[-1] += f" {text}"
        else:
            prose.append(text)
            inside = "prose"
    return HelpText(summary, tuple(facts), tuple(prose))


def formula_of(layer: object) -> str:
    """Return a layer's one-line formula with its own activation in the place of g."""
    formula: str = getattr(layer, "FORMULA", "")
    field = getattr(layer, "ACTIVATION_FIELD", "")
    value = getattr(layer, field, None) if field else None
    name = value.get("name") if isinstance(value, dict) else value
    if not name or not re.search(r"\bg\(", formula):
        return formula
    return f"{formula}, g linear" if name == "linear" else re.sub(r"\bg\(", f"{name}(", formula)
