"""Help on one layer type: its docstring, and what each setting means (F1)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from designer.common.forms.scrolling import ColumnScroll
from designer.common.text import scaled
from designer.common.theme import theme
from designer.inspector.help_section import HelpSection
from engine.core.fields import FieldSpec, describe
from engine.layers.base import Layer


class HelpDialog(QDialog):
    """The help page of a layer. It stays open beside the window, and follows no selection."""

    def __init__(self, layer: Layer, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Help: {layer.NAME}")
        self.resize(560, min(480, parent.height() - 60))
        page = ColumnScroll(self, spacing=10, margin=24)
        title = QLabel(layer.NAME)
        title.setFont(scaled(title.font(), 1.5, bold=True))
        stripe = QFrame()
        stripe.setFixedHeight(3)
        stripe.setStyleSheet(f"background: {theme().family(layer.FAMILY).name()}; border: none;")
        section = HelpSection()
        section.show_layer(layer)
        for widget in (title, stripe, section):
            page.add(widget)
        fields = describe(type(layer))
        if fields:
            heading = QLabel("Settings")
            heading.setProperty("heading", True)
            page.add(heading)
            page.add(_settings(fields))
        page.add_stretch()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)


def _settings(fields: tuple[FieldSpec, ...]) -> QWidget:
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    for row, field in enumerate(fields):
        name = QLabel(field.name)
        name.setFont(scaled(name.font(), 1.0, bold=True))
        meaning = QLabel(f"{field.description} {_default(field)}".strip())
        meaning.setWordWrap(True)
        meaning.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(meaning, row, 1, Qt.AlignmentFlag.AlignTop)
    return table


def _default(field: FieldSpec) -> str:
    if field.default in (None, "", {}, ()):
        return ""
    default = "on" if field.default is True else "off" if field.default is False else field.default
    return f"At first: {default}."
