"""The look at the data: sizes, samples, columns, rows, the balance of the classes, and what was done on the way."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.common.forms.labels import HeadingLabel, ToneLabel
from designer.common.text import count_noun, format_count
from designer.data.balance_bars import BalanceBars
from designer.data.columns_view import ColumnsView
from designer.data.data_look import DataLook
from designer.data.rows_view import RowsView
from designer.data.sample_view import SampleView
from engine.core.shapes import text


class LookSection(QWidget):
    """Everything that the panel shows of the samples themselves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facts = ToneLabel("", wrap=True)
        self.facts.use_tabular_figures()
        self.samples = SampleView()
        self.columns = ColumnsView()
        self.rows = RowsView()
        self.balance = BalanceBars()
        self.report = ToneLabel("", role="text_muted", wrap=True, selectable=True)
        self.licence = ToneLabel("", role="text_muted", scale=0.92, wrap=True, selectable=True)
        self._headings: list[tuple[HeadingLabel, QWidget]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        sections: tuple[tuple[str, QWidget], ...] = (
            ("Samples", self.samples),
            ("Columns", self.columns),
            ("First rows", self.rows),
            ("Classes in the training part", self.balance),
            ("Prepared", self.report),
        )
        column.addWidget(self.facts)
        for title, widget in sections:
            heading = HeadingLabel(title)
            self._headings.append((heading, widget))
            column.addWidget(heading)
            column.addWidget(widget)
        column.addWidget(self.licence)
        self.show_look(DataLook(), (), choosable=False)

    def show_look(
        self, look: DataLook, features: tuple[str, ...], target: tuple[str, ...] = (), *, choosable: bool
    ) -> None:
        """Show a look at some data; `choosable` where inputs and targets can be chosen by column."""
        self.facts.setText(facts_text(look))
        self.facts.setVisible(bool(self.facts.text()))
        self.samples.show_look(look)
        table = look.kind == "table" and bool(look.columns)
        self.columns.setVisible(table)
        rows = bool(look.rows) and (table or bool(look.tokens))
        self.rows.setVisible(rows)
        if table:
            self.columns.show_look(look, features, target, choosable=choosable)
        if rows:
            self.rows.show_look(look)
        self.balance.show_counts(look.classes, look.counts)
        self.report.setText("\n".join(f"· {line}" for line in look.report))
        self.report.setVisible(bool(look.report))
        self.licence.setText(f"Licence: {look.licence}" if look.licence else "")
        self.licence.setVisible(bool(look.licence))
        for heading, widget in self._headings:
            heading.setVisible(not widget.isHidden())


def facts_text(look: DataLook) -> str:
    """Return sizes, shape and task in two lines."""
    if not look.is_known:
        return ""
    names = {"train": "training", "validation": "validation", "test": "test"}
    sizes = " · ".join(f"{format_count(count)} {names.get(part, part)}" for part, count in look.sizes.items())
    if look.task == "classification":
        aim = count_noun(len(look.classes), "class", "classes")
        if look.tokens and look.target_shape:
            aim = f"{look.target_shape[0]} tokens of {len(look.classes)}"
    else:
        aim = "1 number" if look.output_units == 1 else f"{look.output_units} numbers"
    return f"{sizes}\n{text(look.input_shape)} → {aim}"
