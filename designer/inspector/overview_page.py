"""The inspector's page while nothing is selected: the design as a whole."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QWidget

from designer.common.forms.field_row import FieldRow
from designer.common.forms.labels import HeadingLabel, RuleLine, ToneLabel
from designer.common.forms.line_field import LineField
from designer.common.forms.scrolling import ColumnScroll
from designer.common.text import count_noun, format_amount, format_count, format_number, scaled
from designer.document.document import Document
from engine.core.errors import GradloomError
from engine.core.fields import ComponentValue, FieldSpec
from engine.core.registry import family
from engine.core.shapes import size
from engine.data.settings import DataSettings
from engine.design import edits as e
from engine.design.design import Design
from engine.design.flatten import flatten
from engine.design.inference import Inference, infer
from engine.design.settings import TrainingSettings

SEED = FieldSpec(
    name="seed",
    kind="int",
    default=0,
    minimum=0,
    maximum=2**63 - 1,
    description="The same seed gives the same initial weights, the same order of samples, and so the same run.",
)


class OverviewPage(ColumnScroll):
    """Name, seed, counts, data and training of the design.

    Signals: data_requested(), training_requested(): the data or the training settings are to be shown.
    """

    data_requested = Signal()
    training_requested = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.name = LineField()
        self.name.setAccessibleName("design name")
        self.name.setToolTip("Name of the design")
        self.name.setFont(scaled(self.name.font(), 1.15, bold=True))
        self.name.setStyleSheet(
            "QLineEdit { background: transparent; border-color: transparent; padding: 2px 0; }"
            "QLineEdit:hover, QLineEdit:focus { border-color: palette(mid); }"
        )
        self.name.committed.connect(self._on_name_committed)
        self.seed = FieldRow(SEED)
        self.seed.edited.connect(self._on_seed_edited)
        self.counts = CountsGrid()
        self.data = ToneLabel("", wrap=True)
        self.training = ToneLabel("", wrap=True)
        self.data_button = QPushButton("Choose data…")
        self.data_button.setToolTip("Choose the samples and how they are prepared and split")
        self.data_button.clicked.connect(self.data_requested)
        self.training_button = QPushButton("Edit training…")
        self.training_button.setToolTip("Optimizer, learning rate, epochs and batches")
        self.training_button.clicked.connect(self.training_requested)
        for widget in (self.name, RuleLine(), self.counts, self.seed):
            self.add(widget)
        self.add(HeadingLabel("Data"))
        self.add(self.data)
        self._add_button(self.data_button)
        self.add(HeadingLabel("Training"))
        self.add(self.training)
        self._add_button(self.training_button)
        self.column.addSpacing(8)
        self.add(ToneLabel("Select a layer to see and change its settings.", role="text_muted", wrap=True))
        self.add_stretch()

    def show_design(self) -> None:
        """Show the document's design."""
        design = self._document.design
        self.name.show_text(design.name)
        self.seed.show_message("")
        self.seed.editor.show_value(design.seed)
        flat = flatten(design).design
        known = self._document.inference if flat is design else infer(flat)
        self.counts.show_counts(counts_of(flat, known))
        self.data.setText(data_text(design.data))
        self.data_button.setText("Choose data…" if design.data is None else "Change data…")
        phases = f" · {count_noun(len(design.phases), 'phase')}" if design.phases else ""
        self.training.setText(training_text(design.training) + phases)

    def _add_button(self, button: QPushButton) -> None:
        row = QHBoxLayout()
        row.addWidget(button)
        row.addStretch(1)
        self.add_layout(row)

    def _on_name_committed(self, text: str) -> None:
        name = " ".join(text.split())
        if name and name != self._document.design.name:
            self._document.push("Rename the design", [e.SetSection("name", name)])
        self.name.show_text(self._document.design.name)

    def _on_seed_edited(self, value: object, stepping: bool) -> None:
        if value != self._document.design.seed:
            self._document.push("Set seed", [e.SetSection("seed", value)], merge="seed" if stepping else "")


class CountsGrid(QWidget):
    """Counts with their names, two columns of figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(0, 44)
        self._grid.setColumnStretch(1, 56)
        self._labels: list[tuple[ToneLabel, ToneLabel]] = []

    def show_counts(self, rows: list[tuple[str, str, str]]) -> None:
        """Show (name, figure, tooltip) rows."""
        while len(self._labels) < len(rows):
            pair = (ToneLabel("", role="text_muted"), ToneLabel(""))
            pair[1].use_tabular_figures()
            line = len(self._labels)
            self._grid.addWidget(pair[0], line, 0)
            self._grid.addWidget(pair[1], line, 1)
            self._labels.append(pair)
        for index, (name, figure) in enumerate(self._labels):
            visible = index < len(rows)
            name.setVisible(visible)
            figure.setVisible(visible)
            if visible:
                name.setText(rows[index][0])
                figure.setText(rows[index][1])
                for label in (name, figure):
                    label.setToolTip(rows[index][2])

    def texts(self) -> dict[str, str]:
        """Return the rows that are shown."""
        return {name.text(): figure.text() for name, figure in self._labels if not name.isHidden()}


def counts_of(design: Design, inference: Inference) -> list[tuple[str, str, str]]:
    """Return the design's counts as (name, figure, explanation)."""
    total = trained = cost = 0
    # While a command is under way the selection may ask before the shapes are inferred anew.
    for node_id, specs in inference.parameters.items():
        if node_id not in design.nodes:
            continue
        count = sum(size(spec.shape) for spec in specs)
        total += count
        if not design.nodes[node_id].frozen:
            trained += sum(size(spec.shape) for spec in specs if spec.trainable)
    for node_id, shapes in inference.inputs.items():
        node = design.nodes.get(node_id)
        if node is not None and node_id in inference.parameters and not node.bypassed:
            try:
                cost += node.layer.multiply_adds(shapes)
            except (GradloomError, ArithmeticError, IndexError, ValueError):
                continue
    rows = [
        ("layers", format_count(len(design.nodes)), "Nodes on the canvas"),
        ("parameters", format_count(total), "Numbers in weights, biases and statistics"),
    ]
    if trained != total:
        rows.append(("of them trained", format_count(trained), "The rest are frozen, or statistics"))
    rows.append(("multiply-adds", format_amount(cost), "Operations of the forward pass for one sample"))
    return rows


def data_text(settings: DataSettings | None) -> str:
    """Return the data reference in words."""
    if settings is None:
        return "No data yet: choose what the network is to learn from."
    parts = [settings.source]
    if settings.scaling != "none":
        parts.append("standardized" if settings.scaling == "standardize" else "scaled to 0 … 1")
    if settings.validation_fraction:
        parts.append(f"{format_number(100 * settings.validation_fraction)} % for validation")
    if settings.test_fraction:
        parts.append(f"{format_number(100 * settings.test_fraction)} % for the test")
    if settings.limit is not None:
        parts.append(f"at most {count_noun(settings.limit, 'sample')}")
    return " · ".join(parts)


def training_text(settings: TrainingSettings) -> str:
    """Return the training settings in words."""
    batches = {"full_batch": "all samples at once", "single_sample": "one sample at a time"}
    batch = batches.get(settings.batching, f"batches of\N{NO-BREAK SPACE}{settings.batch_size}")
    parts = [component_text("optimizer", settings.optimizer), count_noun(settings.epochs, "epoch"), batch]
    if _name(settings.schedule) != "constant":
        parts.append(f"schedule {_name(settings.schedule)}")
    return " · ".join(parts)


def component_text(kind: str, value: ComponentValue) -> str:
    """Return an optimizer as a few words: adam, rate 0.001."""
    try:
        rate = getattr(family(kind).get(value), "learning_rate", None)
    except GradloomError:
        rate = None
    return _name(value) if rate is None else f"{_name(value)}, rate {format_number(rate)}"


def _name(value: ComponentValue) -> str:
    return value if isinstance(value, str) else str(value.get("name", "?"))
