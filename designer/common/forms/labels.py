"""Labels that take their colour from the theme, and the small parts that forms and cards share."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from designer.common.text import scaled, tabular
from designer.common.theme import theme

Weight = Literal["normal", "bold"]


class ToneLabel(QLabel):
    """A label whose colour is a role of the theme, and stays it when the theme changes."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        role: str = "text",
        scale: float = 1.0,
        bold: bool = False,
        wrap: bool = False,
        selectable: bool = False,
    ) -> None:
        super().__init__(text, parent)
        self._role = role
        if scale != 1.0 or bold:
            self.setFont(scaled(self.font(), scale, bold=bold))
        self.setWordWrap(wrap)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if wrap:
            self.setMinimumWidth(1)
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme().changed.connect(self._recolor)
        self._recolor()

    def set_role(self, role: str) -> None:
        """Take the colour of another role."""
        self._role = role
        self._recolor()

    def use_tabular_figures(self) -> None:
        """Give all figures one width, for a number that changes."""
        self.setFont(tabular(self.font()))

    def _recolor(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, theme().color(self._role))
        self.setPalette(palette)


class HeadingLabel(ToneLabel):
    """The heading of a group: small, half bold, muted."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent, role="text_muted", scale=0.94, bold=True)


class RuleLine(QFrame):
    """A thin horizontal line between two groups."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)
        self.setAutoFillBackground(True)
        theme().changed.connect(self._recolor)
        self._recolor()

    def sizeHint(self) -> QSize:
        return QSize(10, 1)

    def _recolor(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, theme().color("separator"))
        self.setPalette(palette)
