"""Editors of whole numbers, numbers and short rows of numbers: a line that takes sums, with steps by the arrow keys."""

from __future__ import annotations

import math
import re
from typing import Any

from PySide6.QtWidgets import QWidget

from designer.common.forms.arithmetic import evaluate, next_nice, shortest
from designer.common.forms.field_editor import MIXED, FieldEditor, refusal
from designer.common.forms.line_field import LineField
from engine.core.fields import FieldSpec


class LineEditor(FieldEditor):
    """Base of the editors that are a line of text: reading and writing the text is all that differs."""

    STEPS = False

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.line = LineField(self, steps=self.STEPS)
        self.line.setPlaceholderText("none" if spec.optional else "")
        self._value: Any = None
        self.line.committed.connect(self._on_committed)
        self.line.reverted.connect(lambda: self.refused.emit(""))
        self.line.textEdited.connect(self._on_text_edited)
        self.line.stepped.connect(self._on_stepped)
        self.adopt(self.line, 1)

    def read(self, text: str) -> Any:
        """Return the value that `text` stands for. Raises ValueError."""
        return text

    def write(self, value: Any) -> str:
        """Return `value` as text."""
        return str(value)

    def step(self, value: Any, count: int) -> Any:
        """Return the value `count` steps on."""
        return value

    def show_value(self, value: Any) -> None:
        self._value = value
        self.line.setPlaceholderText("none" if self.spec.optional else "")
        self.line.show_text("" if value is None else self.write(value))

    def show_mixed(self) -> None:
        self._value = None
        self.line.setPlaceholderText(MIXED)
        self.line.show_text("")

    def _parse(self, text: str) -> Any:
        if not text.strip() and self.spec.optional:
            return None
        return self.read(text)

    def _on_text_edited(self, text: str) -> None:
        """Say while it is typed what can't be, but never commit half a number."""
        try:
            self._parse(text)
        except ValueError:
            # An unfinished text such as "1e-" is not worth an alarm; a letter is.
            alarming = bool(re.search(r"[^\d\s.,;eE×x*/+()^_\-]", text)) if self.STEPS else False
            self.refused.emit(refusal(self.spec, text) if alarming else "")
        else:
            self.refused.emit("")

    def _on_committed(self, text: str) -> None:
        try:
            value = self._parse(text)
        except ValueError:
            self.refused.emit(refusal(self.spec, text))
            return
        if value == self._value and type(value) is type(self._value):
            self.show_value(value)
            self.refused.emit("")
        else:
            self.edited.emit(value, False)

    def _on_stepped(self, count: int) -> None:
        try:
            value = self._parse(self.line.text())
        except ValueError:
            return
        if value is None:
            value = self.spec.default
        stepped = value if value is None else self.step(value, count)
        if stepped is not None and stepped != self._value:
            self.edited.emit(stepped, True)


class IntegerEditor(LineEditor):
    """A whole number. Arrow keys add 1 (page keys 10); where the field is logarithmic they double or halve."""

    STEPS = True

    def read(self, text: str) -> int:
        value = evaluate(text)
        if not within(self.spec, value) or float(value) != int(value):
            raise ValueError(text)
        return int(value)

    def write(self, value: Any) -> str:
        return str(value)

    def step(self, value: Any, count: int) -> Any:
        if self.spec.scale == "log":
            factor = 2 if abs(count) == 1 else 8
            return clamp(self.spec, max(1, value * factor if count > 0 else value // factor))
        return clamp(self.spec, value + count)


class FloatEditor(LineEditor):
    """A number. Arrow keys go through 1, 2, 5, 10 where the field is logarithmic, else by steps of the range."""

    STEPS = True

    def read(self, text: str) -> float:
        value = evaluate(text)
        if not within(self.spec, value):
            raise ValueError(text)
        return float(value)

    def write(self, value: Any) -> str:
        return shortest(float(value))

    def step(self, value: Any, count: int) -> Any:
        if self.spec.scale == "log":
            return clamp(self.spec, self._log_step(float(value), count))
        size = self._linear_step(float(value))
        return clamp(self.spec, float(f"{round(value / size + count) * size:.10g}"))

    def _log_step(self, value: float, count: int) -> float:
        if value <= 0:
            return 1e-6 if count > 0 else 0.0
        for _ in range(1 if abs(count) == 1 else 3):
            value = next_nice(value, count)
        return value

    def _linear_step(self, value: float) -> float:
        low, high = self.spec.minimum, self.spec.maximum
        if low is not None and high is not None and math.isfinite(high - low) and high - low <= 100:
            return float(f"{(high - low) / 20:.1g}")
        return 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.1


class NumbersEditor(LineEditor):
    """A row of numbers: 3, 3 or 28 × 28 × 1. A single number fills a row of fixed length."""

    STEPS = True

    def read(self, text: str) -> tuple[Any, ...]:
        parts = [part for part in re.split(r"\s*[,;×xX]\s*|\s+", text.strip().strip("()[]")) if part]
        values = tuple(self._item(part) for part in parts)
        if self.spec.length is not None:
            if len(values) == 1:
                values *= self.spec.length
            if len(values) != self.spec.length:
                raise ValueError(text)
        return values

    def write(self, value: Any) -> str:
        return ", ".join(shortest(v) if isinstance(v, float) else str(v) for v in value)

    def step(self, value: Any, count: int) -> Any:
        """All numbers of a row of fixed length step together: a kernel stays square."""
        if self.spec.length is None or self.spec.item != "int" or not value:
            return None
        return tuple(max(1, number + count) for number in value)

    def _item(self, text: str) -> Any:
        if self.spec.item == "int":
            value = evaluate(text)
            if float(value) != int(value):
                raise ValueError(text)
            return int(value)
        return float(evaluate(text)) if self.spec.item == "float" else text


def within(spec: FieldSpec, value: float) -> bool:
    """Return whether a number keeps to the field's declared bounds."""
    low, high = spec.minimum, spec.maximum
    if low is not None and (value < low or (spec.exclusive_minimum and value == low)):
        return False
    return not (high is not None and (value > high or (spec.exclusive_maximum and value == high)))


def clamp(spec: FieldSpec, value: Any) -> Any:
    """Return the value at the nearest bound that a step may reach; None where the bound itself is excluded."""
    if within(spec, value):
        return value
    low, high = spec.minimum, spec.maximum
    kind = int if spec.kind == "int" else float
    if low is not None and value <= low:
        return None if spec.exclusive_minimum else kind(low)
    return None if high is None or spec.exclusive_maximum else kind(high)
