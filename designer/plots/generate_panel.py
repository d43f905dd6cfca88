"""What the network writes: an answer to a source, or a text that goes on, with the weights as they are by now."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontDatabase, QHideEvent, QPainter, QPen, QShowEvent
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QVBoxLayout

from designer.common.text import count_noun, format_number
from designer.plots.empty_state import Teaching
from designer.plots.generate_controls import GenerateControls
from designer.plots.local_generating import LocalGenerating, Wish, Written
from designer.plots.panel_base import LivePanel
from engine.training.speaking import speaking_kind

RULE = "\n— — —\n"


class GeneratePanel(LivePanel):
    """Asks the network to write, in a thread of the window's process: neither the window nor a run waits for it."""

    TITLE: ClassVar[str] = "Generate"
    NAME: ClassVar[str] = "generate"

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._written: Written | None = None
        self._refusal = ""
        self._waiting = False
        self._number = 0
        self._scored = False
        self.local = LocalGenerating(self)
        self.controls = GenerateControls(self.theme, self.content)
        self.result = QPlainTextEdit(self.content)
        self.result.setReadOnly(True)
        self.result.setMinimumHeight(40)
        self.result.setAccessibleName("What the network writes")
        self.result.setPlaceholderText("Press Generate, and what the network writes appears here.")
        self.result.setTabChangesFocus(True)
        self.problem = QLabel(self.content)
        self.problem.setWordWrap(True)
        self.problem.hide()
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.controls)
        column.addWidget(self.problem)
        column.addWidget(self.result, 1)
        self.setFocusProxy(self.controls.prompt)
        self.controls.asked.connect(self.generate)
        self.controls.stopped.connect(self._on_stopped)
        self.local.written.connect(self._on_written)
        self.local.refused.connect(self._on_refused)
        self.session.weights_changed.connect(self._on_weights_changed)
        self.session.state_changed.connect(self._on_changed)
        self.document.checked.connect(self._on_changed)
        self.document.reset.connect(self._on_reset)
        self.restyle()

    # ------------------------------------------------------------------ what is shown

    @property
    def kind(self) -> str:
        """How the network writes: "decoder", "window", or "" where it does not."""
        return speaking_kind(self.document.design, self.document.inference)

    @property
    def text(self) -> str:
        """What is shown of what was written."""
        return self.result.toPlainText()

    def teaching(self) -> Teaching | None:
        if not self.kind:
            return Teaching(
                "This network does not write",
                "An encoder-decoder with a PreviousOutput does, and a network that reads ids and gives a probability "
                "for each next one. Letters backwards, among the templates, is one to begin with.",
                sketch_lines,
            )
        if not self.session.weights and not self.session.is_alive:
            return Teaching(
                "The network has not learnt anything yet",
                "Train (F5), and let it write: while it learns you can read how far it has come.",
                sketch_lines,
            )
        return None

    def draw(self) -> None:
        self.controls.set_kind(self.kind)
        self.controls.set_busy(self.local.is_busy or self._waiting)
        self.problem.setVisible(bool(self._refusal))
        self.problem.setText(self._refusal)
        written = self._written
        self.header.note.set_parts(self._notes(written) if written is not None else ())

    def restyle(self) -> None:
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(max(self.font().pointSizeF(), 7.0))
        self.result.setFont(fixed)
        color = self.theme.color("failing_text").name()
        self.problem.setStyleSheet(f"color: {color};")

    def table(self) -> tuple[list[str], list[list[object]]]:
        if self._written is None:
            return [], []
        rows: list[list[object]] = [
            [self._written.prompt, text.text, text.log_probability, text.ended]
            for text in self._written.texts
        ]
        return ["prompt", "text", "log-probability", "ended"], rows

    def _notes(self, written: Written) -> list[str]:
        first = written.texts[0]
        parts = [count_noun(len(first.ids), "token"), f"log p {format_number(first.log_probability)}"]
        if len(written.texts) > 1:
            parts = [count_noun(len(written.texts), "text")]
        if self._scored:
            parts.append("log p for each token")
        if written.truth:
            parts.insert(0, "right" if first.text == written.truth else f"should be {written.truth}")
        if written.step:
            parts.append(f"step {written.step:,}")
        return parts

    # ------------------------------------------------------------------ asking

    def generate(self) -> None:
        """Write with the weights as they are: a run is asked for them first."""
        if not self.kind or self.local.is_busy or self._waiting:
            return
        self._refusal = ""
        if self.session.is_alive and self.session.state == "running":
            self._waiting = True
            self.session.request_weights()
            self.draw()
            return
        self._begin()

    def _begin(self) -> None:
        session, weights = self.session, self.session.weights
        self._waiting = False
        if not weights or weights.stale_nodes:
            self._on_refused(
                "The weights are those of an earlier design: train again." if weights
                else "There are no weights yet: train a few steps first."
            )  # fmt: skip
            return
        self._number += 1
        settings = {**self.controls.settings(), "seed": self._number}
        self._scored = "beam" in settings
        wish = Wish(
            self.document.design.copy(),
            weights.by_name(),
            weights.step,
            session.folder,
            session.record.preprocessing or session.preprocessing,
            self.kind == "decoder",
            self.controls.prompt.text(),
            settings,
            self._number,
        )
        self.result.clear()
        self._written = None
        self.local.begin(wish)
        self.draw()

    # ------------------------------------------------------------------ hearing

    def _on_written(self, written: Written) -> None:
        self._written = written
        bar = self.result.verticalScrollBar()
        at_end = bar.value() == bar.maximum()
        before = written.prompt if self.kind == "window" else ""
        self.result.setPlainText(shown_text(written, scores=self._scored, before=before))
        if at_end and not written.done:
            bar.setValue(bar.maximum())
        if written.prompt and not self.controls.prompt.text():
            self.controls.prompt.setPlaceholderText(written.prompt)
        if self.isVisible():
            self.draw()
        if written.done:
            self.controls.set_busy(False)

    def _on_refused(self, message: str) -> None:
        self._refusal, self._waiting = message, False
        if self.isVisible():
            self.draw_now()

    def _on_stopped(self) -> None:
        self._waiting = False
        self.local.stop()
        self.draw()

    def _on_weights_changed(self) -> None:
        if self._waiting and self.session.weights:
            self._begin()
        elif self.isVisible():
            self.refresh()

    def _on_changed(self, *_: object) -> None:
        if self._waiting and not self.session.is_alive:
            self._waiting = False
        if self.isVisible():
            self.draw_now()

    def _on_reset(self) -> None:
        self.local.stop()
        self._written, self._refusal, self._waiting = None, "", False
        self.result.clear()
        self.controls.prompt.clear()
        self._on_changed()

    def showEvent(self, event: QShowEvent) -> None:
        self.controls.set_kind(self.kind)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._on_stopped()


def shown_text(written: Written, *, scores: bool, before: str = "") -> str:
    """Return texts as they are read, after what they go on from: several below each other, a beam's with scores."""
    texts = [before + text.text for text in written.texts]
    if scores:
        rows = [t.log_probability / max(len(t.ids) + t.ended, 1) for t in written.texts]
        return "\n".join(f"{score:7.3f}  {text}" for score, text in zip(rows, texts, strict=True))
    return (RULE if any("\n" in text for text in texts) else "\n").join(texts)


def sketch_lines(painter: QPainter, place: QRectF, color: QColor) -> None:
    """Draw lines of text, the last of them being written."""
    painter.setPen(QPen(color, 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for row, share in enumerate((1.0, 0.86, 0.94, 0.45)):
        y = place.top() + 8 + row * (place.height() - 16) / 3
        painter.drawLine(round(place.left()), round(y), round(place.left() + share * place.width()), round(y))
    painter.setPen(QPen(color, 2))
    x = place.left() + 0.45 * place.width() + 9
    painter.drawLine(round(x), round(place.bottom() - 16), round(x), round(place.bottom()))
