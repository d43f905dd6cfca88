"""The window without a screen: rendered to a picture, or run through a training where there is no display."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine.core.errors import GradloomError, TrainingError

if TYPE_CHECKING:
    from designer.app import Application

TEMPLATE = "digits-mlp"
FOLDER = "gradloom-output"
SIZE = "1600x1000"
SETTLE_MS = 250
MODES = ("dark", "light")
NO_DISPLAY = """\
There is no display: {reason}, so no window can be opened here.
Gradloom runs the same window off screen instead, trains a network in it, and keeps what comes of it."""


def render_offscreen(
    file: str, out: str, *, epochs: int = 0, mode: str = "dark", size: str = SIZE, views: Sequence[str] = ()
) -> int:
    """Write a picture of the whole window with a file or template in it ("" for none), after `epochs` of training.

    `views` names the training views that are shown, the most wanted first; without it the window's usual ones are.
    Returns the exit status: 2 for a size or theme that is none. Raises GradloomError for a file that can't be opened
    and a run that fails.
    """
    width, height = _parse_size(size)
    if not width or mode not in MODES:
        wrong = f"A theme is {' or '.join(MODES)}. Received: {mode!r}."
        if not width:
            wrong = f"A size is WIDTHxHEIGHT, such as 1280x800. Received: {size!r}."
        sys.stderr.write(f"gradloom: {wrong}\n")
        return 2
    with offscreen_application(mode, width, height) as application:
        if views:
            application.window.plots.show_these(views)
        if file:
            _open(application, file)
        if epochs > 0:
            design = application.document.design
            design.training = design.training.replace(epochs=epochs)
            _train(application)
        _show_a_layer(application)
        _save_picture(application, Path(out))
    return 0


def demonstrate(path: str | None = None) -> int:
    """Train a template, or the file named, in the window off screen; leave picture, design and weights in a folder."""
    named = os.environ.get("DISPLAY")
    reason = f"nothing answers at DISPLAY {named}" if named else "neither DISPLAY nor WAYLAND_DISPLAY is set"
    sys.stdout.write(NO_DISPLAY.format(reason=reason) + "\n\n")
    width, height = _parse_size(SIZE)
    folder = Path.cwd() / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with offscreen_application("dark", width, height) as application:
            name = _open(application, path or TEMPLATE)
            _train(application, told=True)
            _show_a_layer(application)
            from designer.common.theme import theme

            written = [folder / "window-dark.png", folder / "window-light.png"]
            for mode, picture in zip(MODES, written, strict=True):
                theme().set_mode(mode)  # type: ignore[arg-type]  # both are modes
                _save_picture(application, picture)
            written += [folder / f"{name}.gradloom", folder / f"{name}.safetensors"]
            application.files.save_as(written[2])
            application.file_commands.export_to(str(written[3]), application.session.weights.by_name())
    except (GradloomError, OSError) as error:
        sys.stderr.write(f"gradloom: {error}\n")
        return 1
    sys.stdout.write(f"\nIn {folder}:\n")
    for place in written:
        sys.stdout.write(f"  {place.name:24} {place.stat().st_size:>12,} bytes\n")
    return 0


@contextmanager
def offscreen_application(mode: str, width: int, height: int) -> Iterator[Application]:
    """Give a whole application in a window that no screen shows, with settings of its own."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QCoreApplication, QEvent, QSettings, qInstallMessageHandler

    from designer.app import Application, make_qt_application, use_theme
    from designer.window.quiet_prompts import QuietPrompts

    # The offscreen platform says at every window that it has no window manager; that is no news.
    before = qInstallMessageHandler(_on_qt_message)
    qt = make_qt_application()
    use_theme(mode)
    with tempfile.TemporaryDirectory(prefix="gradloom-") as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        application = Application(None, settings, Path(folder))
        application.make_prompts = lambda window: QuietPrompts()
        window = application.window
        window.resize(width, height)
        window.show()
        application.startup.run_now()
        window.apply_sizes()
        window.plots.settle()
        try:
            yield application
        finally:
            window.close()
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            qt.processEvents()
            qInstallMessageHandler(before)


def _open(application: Application, file: str) -> str:
    """Open a file, or a template by its name; return what to call it."""
    from engine.design.templates import names

    if Path(file).exists():
        application.files.open(Path(file))
    elif file in [template.name for template in names()]:
        application.file_commands.open_template(file)
    else:
        known = ", ".join(template.name for template in names())
        raise GradloomError(f"There is no file {file!r}, and no template of that name. Templates: {known}.")
    return re.sub(r"[^\w.-]+", "-", application.files.name) or "design"


def _train(application: Application, *, told: bool = False) -> None:
    """Train to the end, with a progress bar on the terminal. Raises TrainingError where the run fails."""
    from PySide6.QtCore import QEventLoop

    from engine.cli.progress import progress_bar

    session, loop = application.session, QEventLoop()
    failures: list[str] = []
    session.failed.connect(lambda message, node: failures.append(message))
    ends = ("finished", "failed", "idle")
    session.state_changed.connect(lambda state: loop.quit() if state in ends else None)
    _show_a_layer(application)
    with progress_bar(f"Training {application.files.name}") as advance:
        session.progressed.connect(lambda progress: advance(progress.step, progress.total_steps))
        session.train()
        if session.is_alive:
            loop.exec()
    if failures:
        raise TrainingError(failures[0])
    if told:
        _tell_result(application)


def _tell_result(application: Application) -> None:
    epochs = application.session.history.epochs
    if not epochs:
        return
    last = epochs[-1]
    figures = {**last.metrics, **{f"validation {name}": value for name, value in last.validation.items()}}
    told = ", ".join(f"{name} {value:.4g}" for name, value in figures.items())
    sys.stdout.write(f"Trained {len(epochs)} epochs: {told}.\n")


def _show_a_layer(application: Application) -> None:
    """Select the layer that a person would look at: one with a finding, else the first with weights."""
    document = application.document
    marked = list(application.session.node_marks())
    weighty = [n for n in document.inference.order if document.inference.parameters.get(n)]
    application.selection.set((marked or weighty)[:1])
    application.canvas.fit_all()


def _save_picture(application: Application, out: Path) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    out.parent.mkdir(parents=True, exist_ok=True)
    application.window.messages.hide()
    # What is mirrored with a delay (figures, badges, plots) has settled after this.
    settled = QEventLoop()
    QTimer.singleShot(SETTLE_MS, settled.quit)
    settled.exec()
    for name in application.window.plots.shown():
        panel = application.window.plots.panel(name)
        if panel is not None and hasattr(panel, "draw_now"):
            panel.draw_now()
    if not application.window.grab().save(str(out)):
        raise GradloomError(
            f"Can't write the picture {out.name}: choose another folder, or .png or .jpg as suffix."
        )


def _parse_size(size: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{3,4})[x×](\d{3,4})", size)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _on_qt_message(kind: object, context: object, message: str) -> None:
    if "This plugin does not support" not in message:
        sys.stderr.write(f"{message}\n")
