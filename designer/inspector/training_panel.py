"""The training settings: a form of their declared fields, and the learning rate drawn over the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.common.forms.bursts import Bursts
from designer.common.forms.declared_form import DeclaredForm
from designer.common.forms.field_editor import label_of
from designer.common.forms.labels import HeadingLabel, ToneLabel
from designer.common.forms.names_editor import NamesEditor
from designer.common.forms.scrolling import ColumnScroll
from designer.common.throttle import Throttle
from designer.document.document import Document
from designer.document.selection import Selection
from designer.inspector.phases_editor import PhasesEditor
from designer.inspector.schedule_curve import ScheduleCurve
from engine.core.errors import GradloomError, SettingError
from engine.core.registry import family
from engine.design import edits as e
from engine.design.settings import TrainingSettings

if TYPE_CHECKING:
    from designer.training.session import TrainingSession

REFRESH_MS = 30
ALIVE = ("starting", "running", "paused")


class TrainingPanel(QWidget):
    """Edits the document's training settings.

    While a run is under way a new learning rate takes effect at its next step; the rest waits for the next run.
    Signals: learning_rate_changed(rate): the optimizer's learning rate is another.
    """

    learning_rate_changed = Signal(float)

    def __init__(
        self,
        document: Document,
        session: TrainingSession | None = None,
        selection: Selection | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName("Training settings")
        self._document = document
        self._session = session
        self._bursts = Bursts()
        self._running = False
        self._rate = rate_of(document.design.training)
        self.note = ToneLabel("", role="warning_text", wrap=True)
        self.form = DeclaredForm(
            TrainingSettings,
            self._set_field,
            editors={"metrics": lambda spec: NamesEditor(spec, family("metric").names())},
        )
        self.curve = ScheduleCurve()
        self.phases = PhasesEditor(document, selection)
        page = ColumnScroll()
        for widget in (HeadingLabel("Training"), self.note, self.form, self.curve, self.phases):
            page.add(widget)
        page.add_stretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(page)
        self._refresh = Throttle(REFRESH_MS, self._show, self)
        document.section_changed.connect(self._on_section_changed)
        document.reset.connect(self._refresh.call)
        if session is not None:
            session.state_changed.connect(self._on_state_changed)
            self.learning_rate_changed.connect(session.set_learning_rate)
        self._show()

    def set_running(self, running: bool) -> None:
        """Say whether a run is under way, so that the panel can tell what takes effect when."""
        self._running = running
        self._show_note()

    def _show(self) -> None:
        settings = self._document.design.training
        self.form.show_values({name: getattr(settings, name) for name in settings.__struct_fields__})
        self.curve.show_settings(settings)
        self._show_note()

    def _show_note(self) -> None:
        self.note.setVisible(self._running)
        self.note.setText(
            "A run is under way: a new learning rate takes effect at once, the rest with the next run."
        )

    def _set_field(self, name: str, value: object, stepping: bool) -> str:
        try:
            settings = self._document.design.training.replace(**{name: value})
        except SettingError as error:
            return str(error).partition(": ")[2] or str(error)
        if settings != self._document.design.training:
            key = self._bursts.key(f"training.{name}", stepping)
            self._document.push(f"Set {label_of(name)}", [e.SetSection("training", settings)], merge=key)
        return ""

    def _on_section_changed(self, section: str) -> None:
        if section != "training":
            return
        self._refresh.call()
        rate = rate_of(self._document.design.training)
        if rate is not None and rate != self._rate:
            self.learning_rate_changed.emit(rate)
        self._rate = rate

    def _on_state_changed(self, state: str) -> None:
        self.set_running(state in ALIVE)


def rate_of(settings: TrainingSettings) -> float | None:
    """Return the optimizer's learning rate, or None where there is none to tell."""
    try:
        return float(family("optimizer").get(settings.optimizer).learning_rate)
    except (GradloomError, AttributeError):
        return None
