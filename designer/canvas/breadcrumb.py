"""The bar on top of the canvas while one is inside a block: where one is, the ways out, and how often it is used."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from designer.common.icons import icon
from designer.common.text import scaled
from designer.document.scope import Scope
from engine.core.errors import GradloomError

if TYPE_CHECKING:
    from designer.canvas.canvas_view import CanvasView

MARGIN = 12
SEPARATOR = "›"


class BreadcrumbBar(QFrame):
    """Leads from the design to the block that the canvas shows; hidden on the canvas of the design itself."""

    def __init__(self, view: CanvasView, scope: Scope) -> None:
        super().__init__(view)
        self._view, self._scope = view, scope
        self.setObjectName("breadcrumb")
        self.setAccessibleName("Where the canvas is")
        self.steps: list[QToolButton] = []
        self._shown: tuple[object, ...] = ()
        self._crumbs = QWidget(self)
        self._use = QLabel(self)
        self._use.setContentsMargins(0, 0, 8, 0)
        self._rename = self._button("Rename…", "rename", "Give the block another name", self._on_rename)
        self._own = self._button(
            "Make Its Own",
            "duplicate",
            "Copy the block for this instance alone: changes in it leave the others as they are",
            self._on_make_own,
        )
        key = QKeySequence(Qt.Key.Key_Escape).toString(QKeySequence.SequenceFormat.NativeText)
        leave = self._button(
            "Leave", "chevron-left", f"Go back to where the block stands ({key})", self._on_leave
        )
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(4, 4, 8, 4)
        self._row.setSpacing(2)
        for widget in (leave, self._crumbs, self._use, self._rename, self._own):
            self._row.addWidget(widget)
        for told in (scope.entered, scope.checked, scope.section_changed):
            told.connect(self.refresh)
        view.style_.changed.connect(self.restyle)
        view.installEventFilter(self)
        self.restyle()
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Show where the scope is."""
        block = self._scope.block
        self.setVisible(block is not None)
        if block is None:
            return
        trail, uses = self._scope.trail, self._scope.root.design.users_of(block.id)
        if (trail, uses) != self._shown:
            self._shown = (trail, uses)
            self._show_trail(trail)
            self._use.setText("used once" if uses == 1 else f"used {uses} times")
            self._use.setToolTip("" if uses == 1 else "A change in here changes all of them")
            self._own.setVisible(uses > 1)
        self.place()

    def _show_trail(self, trail: list[tuple[str, tuple[str, ...]]]) -> None:
        crumbs = QWidget(self)
        row = QHBoxLayout(crumbs)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(2)
        self.steps = []
        for place, (name, path) in enumerate(trail):
            if place:
                row.addWidget(QLabel(SEPARATOR, crumbs))
            here = place == len(trail) - 1
            tip = "Where the canvas is" if here else f"Go to {name}"
            button = self._button(name, "", tip, partial(self._go, path))
            button.setFont(scaled(self.font(), 1.0, bold=here))
            row.addWidget(button)
            self.steps.append(button)
        self._row.replaceWidget(self._crumbs, crumbs)
        self._crumbs.hide()
        self._crumbs.deleteLater()
        self._crumbs = crumbs
        crumbs.show()

    def restyle(self) -> None:
        """Take over another palette."""
        color = self._view.style_.theme.color
        self.setStyleSheet(
            f"#breadcrumb {{ background: {color('panel').name()}; border: 1px solid {color('border').name()};"
            f" border-radius: 6px; }}"
            f"#breadcrumb QToolButton {{ min-width: 0; }}"
            f"#breadcrumb QLabel {{ color: {color('text_muted').name()}; }}"
            f"#breadcrumb QToolButton {{ border: none; border-radius: 4px; padding: 3px 6px;"
            f" color: {color('text').name()}; }}"
            f"#breadcrumb QToolButton:hover, #breadcrumb QToolButton:focus {{ background: {color('hover').name()}; }}"
        )

    def place(self) -> None:
        """Lie in the upper left corner; where there is little room only the way out and the names are shown."""
        room = self._view.viewport().width() - 2 * MARGIN
        extras = (self._rename, self._use)
        for extra in extras:
            extra.show()
        for extra in extras:
            if self.sizeHint().width() > room:
                extra.hide()
        self.resize(min(self.sizeHint().width(), room), self.sizeHint().height())
        self.move(MARGIN, MARGIN)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._scope.path:
            self.place()
        return super().eventFilter(watched, event)

    def _button(self, text: str, sign: str, tip: str, call: Callable[[], object]) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if sign:
            button.setIcon(icon(sign))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.clicked.connect(lambda _checked=False: call())
        return button

    def _on_leave(self) -> None:
        self._view.blocks.leave()

    def _go(self, path: tuple[str, ...]) -> None:
        self._view.blocks.go(path)

    def _on_rename(self) -> None:
        if self._scope.block is not None and self.steps:
            self._view.popups.edit_block_name(self._scope.block.id, self.steps[-1])

    def _on_make_own(self) -> None:
        try:
            self._scope.make_own()
        except GradloomError as error:
            self._view.tell(str(error))
