"""A page that scrolls up and down and never sideways: its content takes the width that there is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QVBoxLayout, QWidget

MARGIN = 14


class ColumnScroll(QScrollArea):
    """A scrolling column of widgets.

    The page's height follows from its width (texts wrap), which a resizable QScrollArea does not ask for; so the page
    is sized here, whenever the view or the layout changes.
    """

    def __init__(self, parent: QWidget | None = None, *, spacing: int = 12, margin: int = MARGIN) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.page = QWidget()
        self.column = QVBoxLayout(self.page)
        self.column.setContentsMargins(margin, margin - 2, margin, margin)
        self.column.setSpacing(spacing)
        self.column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setWidget(self.page)
        self.viewport().setAutoFillBackground(False)
        self.page.setAutoFillBackground(False)
        self.page.installEventFilter(self)

    def add(self, widget: QWidget) -> QWidget:
        """Put a widget at the end of the column, and return it."""
        self.column.addWidget(widget)
        return widget

    def add_layout(self, layout: QLayout) -> None:
        """Put a layout at the end of the column."""
        self.column.addLayout(layout)

    def add_stretch(self) -> None:
        """Keep what comes before at the top."""
        self.column.addStretch(1)

    def sizeHint(self) -> QSize:
        return QSize(300, 400)

    def minimumSizeHint(self) -> QSize:
        return QSize(264, 80)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.page and event.type() == QEvent.Type.LayoutRequest:
            self.column.activate()
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        width, room = self.viewport().width(), self.viewport().height()
        wanted = (
            self.column.heightForWidth(width)
            if self.column.hasHeightForWidth()
            else self.column.sizeHint().height()
        )
        self.page.resize(width, max(wanted, room))
