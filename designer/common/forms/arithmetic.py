"""Numbers as people type them: 1e-3, 1,024, 28*28, 2**10, 1/3."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
MAX_LENGTH = 60
MAX_EXPONENT = 400


def evaluate(text: str) -> float | int:
    """Return the value of a number or of a small sum such as 28*28. Raises ValueError where it is neither."""
    plain = text.strip().replace("×", "*").replace("−", "-").replace("^", "**").replace("_", "")
    head, comma, tail = plain.partition(",")
    if comma and len(tail.split(",")[-1]) == 3:
        plain = plain.replace(",", "")
    elif comma:
        plain = head + "." + tail
    if not plain or len(plain) > MAX_LENGTH:
        raise ValueError(text)
    try:
        value = _value(ast.parse(plain, mode="eval").body)
    except (SyntaxError, ArithmeticError, RecursionError):
        raise ValueError(text) from None
    if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(text)
    return value


def _value(node: ast.expr) -> float | int:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]  # narrowed by the line above
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _value(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Pow) and (abs(right) > MAX_EXPONENT or abs(left) > 1e6):
            raise ValueError("too large")
        return _BINARY[type(node.op)](left, right)
    raise ValueError("not a number")


def shortest(value: float) -> str:
    """Return the shortest text that reads back as the same number: 0.001, 1e-07, 3."""
    text = format(value, ".10g")
    return text if float(text) == value else repr(value)


def next_nice(value: float, direction: int) -> float:
    """Return the neighbour of a positive `value` in the series 1, 2, 5, 10, 20, ... (up for a positive direction)."""
    exponent = math.floor(math.log10(value))
    series = [m * 10.0**e for e in (exponent - 1, exponent, exponent + 1) for m in (1, 2, 5)]
    near = value * (1 + 1e-9) if direction > 0 else value * (1 - 1e-9)
    found = next(s for s in (series if direction > 0 else reversed(series)) if (s > near) == (direction > 0))
    return float(f"{found:.1g}")
