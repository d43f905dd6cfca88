"""The pictures of predictions, of which one is shown: each is made when it is first needed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QWidget

from designer.common.text import format_count, format_number, format_percent
from designer.common.theme import Theme
from designer.plots.attention_view import AttentionView
from designer.plots.decision_view import DecisionView
from designer.plots.predictions_code import ReconstructionPage, shows_code_first
from designer.plots.predictions_confusion import ConfusionMatrixView
from designer.plots.predictions_images import TilesView, mistake_tiles
from designer.plots.predictions_samples import SamplesView, sample_tiles
from designer.plots.predictions_texts import TextsView
from designer.plots.predictions_values import CurveView, ScatterView, regression_figures

SIDE_BY_SIDE = 520
"""From this width on the matrix and the worst mistakes stand beside each other."""


class ConfusionPage(QWidget):
    """The confusion matrix and, of images, the worst mistakes: beside each other, or one of them where it is narrow."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.matrix = ConfusionMatrixView(theme, self)
        self.mistakes = TilesView(theme, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.matrix, 5)
        row.addWidget(self.mistakes, 4)

    def show_value(self, value: Mapping[str, Any], *, mistakes: bool) -> None:
        """Show what a `Predictor` of kind "confusion" computed."""
        self.matrix.show_value(value)
        images = "images" in value
        if images:
            self.mistakes.show_tiles(*mistake_tiles(value, self._theme.color("positive")))
        both = self.width() >= SIDE_BY_SIDE
        self.mistakes.setVisible(images and (both or mistakes))
        self.matrix.setVisible(both or not images or not mistakes)


class PredictionPictures(QWidget):
    """Shows the picture that fits a value."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._views: dict[str, QWidget] = {}
        self._stack = QStackedLayout(self)
        self.has_pages = False
        """Whether the picture has two pages, of which there is room for one."""
        self.second_page = "mistakes"
        """What the second of them shows."""

    @property
    def view(self) -> QWidget | None:
        """The picture that is shown."""
        return self._stack.currentWidget()

    def show_value(self, value: Mapping[str, Any], target: int, *, mistakes: bool) -> tuple[str, ...]:
        """Show a value; return what the header is to say of it, the most important first."""
        kind = value["about"]["kind"]
        if kind == "samples" and value["about"]["view"] == "images":
            kind = "sample_images"
        view = self._view(kind)
        self.has_pages = False
        if isinstance(view, DecisionView | CurveView | ScatterView):
            view.show_value(value, target)
            notes = _plane_notes(value, view, target)
        elif isinstance(view, ConfusionPage):
            self.has_pages = "images" in value and self.width() < SIDE_BY_SIDE
            self.second_page = "mistakes"
            view.show_value(value, mistakes=mistakes)
            counted, samples = int(value["matrix"].sum()), sum(part[1] for part in value["about"]["parts"])
            what = "steps" if counted > samples else "samples"
            notes = (f"{format_percent(view.matrix.accuracy)} right", f"{format_count(counted)} {what}")
        elif isinstance(view, AttentionView):
            view.show_value(value, target)
            notes = (f"largest weight {format_percent(view.largest)}",)
        elif isinstance(view, TextsView):
            view.show_value(value)
            notes = (view.note(), f"{format_count(len(view.rows))} texts")
        elif isinstance(view, SamplesView):
            view.show_value(value)
            notes = (f"{format_count(len(value['made']))} made", f"{format_count(len(value['real']))} real")
        elif kind == "sample_images":
            assert isinstance(view, TilesView)
            view.show_tiles(*sample_tiles(value))
            notes = ("each above the real image nearest to it",)
        else:
            assert isinstance(view, ReconstructionPage)
            self.has_pages = "codes" in value and self.width() < SIDE_BY_SIDE
            code_first = shows_code_first(value["about"])
            self.second_page = "images" if code_first else "code"
            view.show_value(value, code=mistakes != code_first)
            notes = (f"mean squared error {format_number(float(value['mean_error'][0]))}",)
        self._stack.setCurrentWidget(view)
        return notes

    def restyle(self) -> None:
        """Take the colours of the theme anew."""
        for view in self._views.values():
            if isinstance(view, DecisionView | CurveView | ScatterView | SamplesView):
                view.redraw()
            view.update()

    def _view(self, kind: str) -> QWidget:
        if kind not in self._views:
            makers: dict[str, type[QWidget]] = {
                "surface": DecisionView,
                "curve": CurveView,
                "scatter": ScatterView,
                "confusion": ConfusionPage,
                "reconstruction": ReconstructionPage,
                "attention": AttentionView,
                "samples": SamplesView,
                "sample_images": TilesView,
                "texts": TextsView,
            }
            self._views[kind] = makers[kind](self._theme, self)  # type: ignore[arg-type]
            self._stack.addWidget(self._views[kind])
        return self._views[kind]


def _plane_notes(value: Mapping[str, Any], view: QWidget, target: int) -> tuple[str, ...]:
    """What the header says where the key may have no room."""
    about = value["about"]
    if isinstance(view, DecisionView) and about["task"] == "classification":
        wrong = view.wrong
        return (f"{format_percent(1 - float(wrong.mean()))} right",) if len(wrong) else ()
    if isinstance(view, ScatterView):
        figures = view.figures
    else:
        column = min(target, value["truth"].shape[1] - 1)
        figures = regression_figures(value["truth"][:, column], value["answers"][:, column])
    found = [f"MAE {format_number(figures.mean_error)}"]
    if math.isfinite(figures.explained):
        found.insert(0, f"R² {format_number(figures.explained)}")
    return tuple(found)
