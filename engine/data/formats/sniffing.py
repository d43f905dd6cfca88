"""How a text table is laid out, told from its first lines: delimiter, header, decimal comma."""

from __future__ import annotations

import csv
import re
from collections import Counter

# "" and what tables write where a value is not known; compared in lower case, without blanks around it.
MISSING_TEXTS = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "?"})

DELIMITERS = (",", ";", "\t", "|")
NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " "}

_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
_SAMPLE_LINES = 60
# Fields of a line looked at to choose a delimiter; wider tables show their layout in these.
MAX_FIELDS = 200


def is_missing(cell: str) -> bool:
    """Whether a cell stands for a value that is not known."""
    return cell.strip().lower() in MISSING_TEXTS


def number(cell: str, decimal: str = ".") -> float | None:
    """The cell as a number, or None where it is none. With decimal ',' both 1,5 and 1.5 are read."""
    text = cell.strip()
    if decimal == "," and _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def sniff_delimiter(text: str) -> str:
    """The delimiter that cuts the first lines into the same number of fields, more than one.

    Where several do: the one that more lines agree on, then the one that leaves fewer fields with another
    delimiter in them (a decimal comma aside), then the one that makes more fields. One column gives ','.
    """
    sample = first_lines(text)
    best, best_score = ",", (0.0, 0.0, 0)
    for delimiter in DELIMITERS:
        score = _agreement(sample, delimiter)
        if score > best_score:
            best, best_score = delimiter, score
    if best_score[0] < 0.5 and _agreement(sample, " ") > best_score:
        return " "
    return best


def first_lines(text: str, count: int = _SAMPLE_LINES) -> list[str]:
    """The first lines that are not blank, at most so many, without splitting a large text."""
    found: list[str] = []
    start = 0
    while start < len(text) and len(found) < count:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].rstrip("\r")
        if line.strip():
            found.append(line)
        start = end + 1
    return found


def _agreement(sample: list[str], delimiter: str) -> tuple[float, float, int]:
    """(share of lines of the commonest width, share of clean fields, width); zeros where nothing is cut."""
    try:
        rows = [row for row in csv.reader(sample, delimiter=delimiter, skipinitialspace=True) if row]
    except csv.Error:
        return 0.0, 0.0, 0
    counts = Counter(map(len, rows))
    if not counts:
        return 0.0, 0.0, 0
    width, lines = max(counts.items(), key=lambda item: (item[1], item[0]))
    if width < 2:
        return 0.0, 0.0, 0
    others = "".join(other for other in DELIMITERS if other != delimiter)
    fields = [cell for row in rows for cell in row[:MAX_FIELDS]]
    unclean = sum(
        1 for cell in fields if any(o in cell for o in others) and not _DECIMAL_COMMA.fullmatch(cell.strip())
    )
    return lines / len(rows), 1.0 - unclean / len(fields), width


def sniff_decimal(rows: list[list[str]], delimiter: str) -> str:
    """',' where cells read like 3,14 and none like 3.14 (not where the comma cuts fields); else '.'."""
    if delimiter == ",":
        return "."
    with_comma = sum(1 for row in rows for cell in row if _DECIMAL_COMMA.fullmatch(cell.strip()))
    with_point = sum(1 for row in rows for cell in row if "." in cell and number(cell) is not None)
    return "," if with_comma > with_point else "."


def sniff_header(rows: list[list[str]], decimal: str = ".") -> bool:
    """Whether the first row names the columns: it holds no number where rows below do.

    In a table of text alone: its texts differ and are not found again below (one column of text has no header).
    """
    if not rows:
        return False
    first, below = rows[0], rows[1:_SAMPLE_LINES]
    if any(number(cell, decimal) is not None and not is_missing(cell) for cell in first):
        return False
    if any(_holds_numbers(below, index, decimal) for index in range(min(len(first), MAX_FIELDS))):
        return True
    named = [cell.strip() for cell in first if cell.strip()]
    if len(first) == 1 or len(named) < len(first) - 1 or len(set(named)) < len(named):
        return False
    repeated = (
        cell.strip() and any(index < len(row) and row[index].strip() == cell.strip() for row in below)
        for index, cell in enumerate(first)
    )
    return not any(repeated)


def _holds_numbers(rows: list[list[str]], index: int, decimal: str) -> bool:
    cells = [row[index] for row in rows if index < len(row) and not is_missing(row[index])]
    return bool(cells) and 2 * sum(number(cell, decimal) is not None for cell in cells) > len(cells)
