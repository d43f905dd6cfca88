"""The data panel: where the samples come from, how they are prepared and split, and a look at them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from designer.common.forms.bursts import Bursts
from designer.common.forms.declared_form import DeclaredForm
from designer.common.forms.field_editor import label_of
from designer.common.forms.labels import HeadingLabel, ToneLabel
from designer.common.forms.scrolling import ColumnScroll
from designer.common.throttle import Throttle
from designer.data.data_loader import DataLoader
from designer.data.data_look import DataLook
from designer.data.fitting import fit_to_data
from designer.data.look_section import LookSection
from designer.data.settings_forms import option_specs, preparation_specs
from designer.data.source_chooser import SourceChooser
from designer.data.waiting_row import WaitingRow
from designer.document.document import Document
from engine.core.errors import GradloomError, SettingError
from engine.data.settings import DataSettings
from engine.design import edits as e

RELOAD_MS = 150


class DataPanel(QWidget):
    """Edits the document's data reference and shows what it refers to.

    Signals: look_changed(DataLook): other data is shown (for whoever wants its counts).
    """

    look_changed = Signal(object)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Data")
        self.setAcceptDrops(True)
        self._document = document
        self._bursts = Bursts()
        self._folder: Path | None = None
        self._wanted: DataSettings | None = None
        self._look = DataLook()
        self._downloading = False
        self.loader = DataLoader(self)
        self.chooser = SourceChooser()
        self.chooser.chosen.connect(self.use_source)
        self.options: DeclaredForm | None = None
        self.preparation = DeclaredForm(DataSettings, self._set_field, specs=preparation_specs())
        self.error = ToneLabel("", role="failing_text", wrap=True, selectable=True)
        self.status = ToneLabel("", role="text_muted", wrap=True)
        self.waiting = WaitingRow()
        self.waiting.cancelled.connect(self.loader.cancel)
        self.download_button = QPushButton("Download")
        self.download_button.setProperty("primary", True)
        self.download_button.setToolTip(
            "Fetch the data set from its publisher into the cache of this program"
        )
        self.download_button.clicked.connect(self._on_download_clicked)
        self.fit_button = QPushButton("Fit Input and Output to this data")
        self.fit_button.setToolTip(
            "Set the Input's shape, the last layer's units and activation, and the loss: one undo step"
        )
        self.fit_button.clicked.connect(self._on_fit_clicked)
        self.fit_note = ToneLabel("", role="text_muted", wrap=True)
        self.look = LookSection()
        self.look.columns.choice_changed.connect(self._on_choice_changed)
        self._build()
        self._reload = Throttle(RELOAD_MS, self._load, self)
        self._connect()
        self._show()

    def use_source(self, source: str) -> None:
        """Refer to a built-in data set by name, or to a file by its path, with the usual preparation."""
        before = self._document.design.data
        if before is not None and before.source == source:
            return
        info = self.chooser.infos.get(source)
        # Tables of measurements hardly train unscaled; made-up points and images come scaled.
        scaling = "standardize" if info is None and not source.endswith((".npz", ".gz", "ubyte")) else "none"
        if info is not None and info.kind == "table" and info.task == "classification":
            scaling = "standardize"
        settings = DataSettings(source=source, scaling=scaling)  # type: ignore[arg-type]  # one of the literals
        self._document.push(
            f"Use {info.title if info else Path(source).name} as data", [e.SetSection("data", settings)]
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.use_source(event.mimeData().urls()[0].toLocalFile())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def set_folder(self, folder: Path | None) -> None:
        """Say where relative paths begin: the folder of the design's file."""
        if folder != self._folder:
            self._folder = folder
            self._wanted = None
            self._show()

    @property
    def shown_look(self) -> DataLook:
        """The data that is shown."""
        return self._look

    # ------------------------------------------------------------------ building

    def _build(self) -> None:
        self.page = ColumnScroll(spacing=10)
        parts: tuple[QWidget, ...] = (
            HeadingLabel("Data"),
            self.chooser,
            self.status,
            self.waiting,
            self.error,
        )
        parts += (self.download_button, self.preparation, self.fit_button, self.fit_note, self.look)
        for widget in parts:
            self.page.add(widget)
        self.page.add_stretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.page)
        self.download_button.hide()

    def _connect(self) -> None:
        self._document.section_changed.connect(self._on_section_changed)
        self._document.reset.connect(self._on_document_reset)
        self._document.checked.connect(self._show_fit)
        self.loader.started.connect(self.waiting.start)
        self.loader.progressed.connect(self.waiting.show_progress)
        self.loader.loaded.connect(self._on_loaded)
        self.loader.failed.connect(self._on_failed)
        self.loader.cancelled.connect(self._on_cancelled)

    def _show_options(self, settings: DataSettings) -> None:
        info = self.chooser.infos.get(settings.source)
        specs = option_specs(settings.source, info)
        names = tuple(spec.name for spec in specs)
        if self.options is not None and tuple(self.options.rows) != names:
            self.page.column.removeWidget(self.options)
            self.options.hide()
            self.options.deleteLater()
            self.options = None
        if self.options is None and specs:
            self.options = DeclaredForm(DataSettings, self._set_option, specs=specs)
            self.page.column.insertWidget(self.page.column.indexOf(self.preparation), self.options)
        if self.options is not None:
            self.options.show_values(
                {spec.name: settings.options.get(spec.name, spec.default) for spec in specs}
            )

    def _show(self) -> None:
        settings = self._document.design.data
        self.chooser.show_source(None if settings is None else settings.source)
        for widget in (self.preparation, self.look):
            widget.setVisible(settings is not None)
        if self.options is not None:
            self.options.setVisible(settings is not None)
        if settings is None:
            self.error.hide()
            self.loader.cancel()
            self._wanted = None
            self._show_look(DataLook())
            self.status.setText("Choose a built-in data set, or open a CSV, NPZ or IDX file of your own.")
            self.status.show()
            return
        self._show_options(settings)
        self.preparation.show_values({name: getattr(settings, name) for name in settings.__struct_fields__})
        # Nothing is read for a panel that nobody sees: opening a design must not cost a large data set.
        if settings != self._wanted and self.isVisible():
            self._reload.call()

    def _show_look(self, look: DataLook) -> None:
        settings = self._document.design.data
        self._look = look
        # Columns are chosen by name where they come from a file; a generator's are what they are.
        choosable = settings is not None and bool(look.columns) and settings.source not in self.chooser.infos
        features, target = (settings.features, settings.target) if settings is not None else ((), ())
        self.look.show_look(look, features, target, choosable=choosable)
        self._show_fit()
        self.look_changed.emit(look)

    def _show_fit(self) -> None:
        fit = fit_to_data(self._document.design, self._look) if self._look.is_known else None
        self.fit_button.setVisible(fit is not None)
        self.fit_note.setVisible(fit is not None)
        if fit is not None:
            self.fit_button.setEnabled(bool(fit.edits))
            lines = [f"{line.rstrip('.')}." for line in (*fit.changes, *fit.remarks)]
            self.fit_note.setText(" ".join(lines) if lines else "✓ Input and Output fit this data.")

    # ------------------------------------------------------------------ edits

    def _push(self, settings: DataSettings, label: str, merge: str = "") -> None:
        if settings != self._document.design.data:
            self._document.push(label, [e.SetSection("data", settings)], merge=merge)

    def _set_field(self, name: str, value: object, stepping: bool) -> str:
        settings = self._document.design.data
        if settings is None:
            return ""
        try:
            changed = settings.replace(**{name: value})
        except SettingError as error:
            return str(error).partition(": ")[2] or str(error)
        self._push(changed, f"Set {label_of(name)} of the data", self._bursts.key(f"data.{name}", stepping))
        return ""

    def _set_option(self, name: str, value: object, stepping: bool) -> str:
        settings = self._document.design.data
        if settings is None or self.options is None:
            return ""
        options = {key: item for key, item in settings.options.items() if key != name}
        if value != self.options.rows[name].spec.default:
            options[name] = value  # type: ignore[assignment]  # an editor gives the option's own kind
        try:
            changed = settings.replace(options=options)
        except GradloomError as error:
            return str(error)
        self._push(
            changed, f"Set {label_of(name)} of the data", self._bursts.key(f"data.options.{name}", stepping)
        )
        return ""

    def _on_choice_changed(self, features: tuple[str, ...], target: tuple[str, ...]) -> None:
        settings = self._document.design.data
        if settings is not None:
            self._push(settings.replace(features=features, target=target), "Choose columns")

    def _on_fit_clicked(self) -> None:
        fit = fit_to_data(self._document.design, self._look)
        self._document.push("Fit Input and Output to the data", fit.edits)

    # ------------------------------------------------------------------ reading

    def _load(self) -> None:
        self._request(download=False)

    def _request(self, *, download: bool) -> None:
        """Ask for the data, from its publisher where it may be downloaded."""
        settings = self._document.design.data
        if settings is None:
            return
        self._wanted = settings
        self.error.hide()
        self.download_button.hide()
        self._downloading = download
        self.status.setText(f"{'Downloading' if download else 'Reading'} {settings.source} …")
        self.status.show()
        self.loader.request(settings, self._folder, allow_download=download)

    def _on_section_changed(self, section: str) -> None:
        if section == "data":
            self._show()

    def _on_document_reset(self) -> None:
        self._wanted = None
        self._show()

    def _on_loaded(self, look: DataLook, settings: DataSettings) -> None:
        self.waiting.stop()
        if settings != self._document.design.data:
            return
        info = self.chooser.infos.get(settings.source)
        if info is not None and not info.available:
            self.chooser.reload()
            self.chooser.show_source(settings.source)
        self.status.setText(look.description)
        self.status.setToolTip("")
        self.status.setVisible(bool(look.description))
        self._show_errors(look.problems if not look.is_known else ())
        self._show_look(look)

    def _on_failed(self, message: str, settings: DataSettings) -> None:
        self.waiting.stop()
        if settings != self._document.design.data:
            return
        self.status.hide()
        self._show_look(DataLook())
        info = self.chooser.infos.get(settings.source)
        self.download_button.setVisible(info is not None and not info.available)
        if info is not None and not info.available and self._wanted == settings and not self._downloading:
            self.status.setText(f"{info.description}\n\nIt is not on this machine yet.")
            self.status.setToolTip(message)
            self.status.show()
            self._show_errors(())
            return
        place = self._place_of(message)
        if place is not None:
            place.rows[_option_named(message)].show_message(message)
        else:
            self._show_errors((message,))

    def _place_of(self, message: str) -> DeclaredForm | None:
        """Return the form that has the option which the message names, if it names one."""
        name = _option_named(message)
        return self.options if self.options is not None and name in self.options.rows else None

    def _show_errors(self, problems: tuple[str, ...]) -> None:
        self.error.setText("\n".join(f"▲ {text}" for text in problems[:4]))
        self.error.setVisible(bool(problems))

    def _on_cancelled(self) -> None:
        self.waiting.stop()
        self.status.setText("Cancelled. Choose the data again to read it.")
        self.status.show()
        settings = self._document.design.data
        info = self.chooser.infos.get(settings.source) if settings is not None else None
        self.download_button.setVisible(info is not None and not info.available)
        self._wanted = None

    def _on_download_clicked(self) -> None:
        self._request(download=True)


def _option_named(message: str) -> str:
    """Return the option that a message speaks of: "..., option 'noise': ..."."""
    _, mark, rest = message.partition("option '")
    return rest.partition("'")[0] if mark else ""
