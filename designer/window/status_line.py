"""The line at the bottom: the network in figures, what the views cost, and how the training process is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStatusBar, QWidget

from designer.common.text import count_noun
from designer.window.quiet_labels import FadingLabel, LinkLabel

HEIGHT = 24


class StatusLine(QStatusBar):
    """Three readings: at the left the network, in the middle the views, at the right the process."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setFixedHeight(HEIGHT)
        small = {"role": "text_muted", "scale": 0.9}
        self.network = FadingLabel(**small)  # type: ignore[arg-type]  # the two keywords have their own types
        self.problems = LinkLabel(role="warning_text")
        self.problems.setFont(self.network.font())
        self.problems.setAccessibleName("Problems")
        self.views = FadingLabel(align=Qt.AlignmentFlag.AlignHCenter, **small)  # type: ignore[arg-type]
        self.process = FadingLabel(align=Qt.AlignmentFlag.AlignRight, **small)  # type: ignore[arg-type]
        content = QWidget(self)
        content.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(content)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(16)
        row.addWidget(self.network)
        row.addWidget(self.problems)
        row.addStretch(1)
        row.addWidget(self.views)
        row.addStretch(1)
        row.addWidget(self.process)
        self.addWidget(content, 1)

    def show_problems(self, errors: int, warnings: int, findings: int) -> None:
        """Count what is wrong and what training found; nothing is shown where nothing is."""
        parts = [f"✕ {count_noun(errors, 'error')}"] if errors else []
        parts += [f"▲ {count_noun(warnings, 'warning')}"] if warnings else []
        parts += [f"▲ {count_noun(findings, 'finding')}"] if findings else []
        self.problems.setText(" · ".join(parts))
        self.problems.set_role("failing_text" if errors else "warning_text")
        self.problems.setVisible(bool(parts))
