"""Every command of the window as a QAction, made from one table; what each does is bound to it later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence

from designer.common.icons import icon


class ActionSpec(NamedTuple):
    """What a command is called, where it stands, and its keys.

    `menu` is "Edit", or "View/Theme" for a submenu. `context` "canvas" makes the keys count only on the canvas and in
    the outline, "plots" only in the training views. `sheet` says for the shortcut sheet what the keys alone don't.
    """

    name: str
    menu: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    context: str = "window"
    checkable: bool = False
    separator: bool = False
    sheet: str = ""


class Actions(QObject):
    """The actions by name. Signals: unbound(name): a command was asked for before it could be carried out."""

    unbound = Signal(str)

    def __init__(self, specs: tuple[ActionSpec, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.specs = {spec.name: spec for spec in specs}
        self._actions: dict[str, QAction] = {}
        self._handlers: dict[str, Callable[..., object]] = {}
        for spec in specs:
            self._actions[spec.name] = self._make(spec)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def in_context(self, context: str) -> list[QAction]:
        """Return the actions whose keys count in a context."""
        return [self._actions[name] for name, spec in self.specs.items() if spec.context == context]

    def bind(self, handlers: Mapping[str, Callable[..., object]]) -> None:
        """Say what commands do. A checkable one is called with its state, the others without anything."""
        for name, handler in handlers.items():
            if name not in self._actions:
                raise KeyError(f"there is no command {name!r}")
            self._handlers[name] = handler

    def bound(self) -> frozenset[str]:
        """Return the names of the commands that do something."""
        return frozenset(self._handlers)

    def release(self) -> None:
        """Forget what commands do, so that what they belong to can be freed."""
        self._handlers.clear()

    def set_text(self, name: str, text: str) -> None:
        """Give a command another text, as with "Undo Delete dense_1"; its tip and keys stay."""
        self._actions[name].setText(text)

    def enable(self, **states: bool) -> None:
        """Enable or disable commands by name."""
        for name, state in states.items():
            self._actions[name].setEnabled(state)

    def _make(self, spec: ActionSpec) -> QAction:
        action = QAction(spec.text, self)
        action.setObjectName(spec.name)
        action.setCheckable(spec.checkable)
        action.setMenuRole(QAction.MenuRole.NoRole)
        if spec.icon:
            action.setIcon(icon(spec.icon))
        keys = [QKeySequence(key) for key in spec.keys]
        action.setShortcuts(keys)
        if spec.context != "window":
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shown = keys[0].toString(QKeySequence.SequenceFormat.NativeText) if keys else ""
        action.setToolTip(f"{spec.tip} ({shown})" if shown else spec.tip)
        action.setStatusTip("")
        action.triggered.connect(lambda checked=False, name=spec.name: self._run(name, checked))
        return action

    def _run(self, name: str, checked: bool) -> None:
        handler = self._handlers.get(name)
        if handler is None:
            self.unbound.emit(name)
        elif self.specs[name].checkable:
            handler(checked)
        else:
            handler()
