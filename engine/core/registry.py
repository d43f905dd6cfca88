"""Families of named classes, found by walking a package: adding a class is adding a file, with no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import Any, Generic, TypeVar

from engine.core.errors import SettingError
from engine.core.fields import Component, ComponentValue

T = TypeVar("T", bound=Component)


def snake_case(name: str) -> str:
    """Return the Keras identifier of a class name: LeakyReLU gives leaky_relu, MaxPooling2D max_pooling2d."""
    known = {
        "ReLU": "Relu",
        "ELU": "Elu",
        "GELU": "Gelu",
        "RNN": "Rnn",
        "LSTM": "Lstm",
        "GRU": "Gru",
        "SGD": "Sgd",
    }
    for acronym, word in known.items():
        name = name.replace(acronym, word)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=\dD)(?=[A-Z])", "_", name).lower()


class Family(Generic[T]):
    """The named classes of one kind, such as every activation, keyed by the name that files use.

    `package` is walked once, at the first look-up; every subclass of `base` defined there that has a NAME
    (given, or made from the class name when the class is registered) belongs to the family.
    """

    def __init__(self, kind: str, package: str, base: type[T]) -> None:
        self.kind = kind
        self.package = package
        self.base = base
        self._classes: dict[str, type[T]] | None = None
        _FAMILIES[kind] = self

    @property
    def classes(self) -> dict[str, type[T]]:
        """Every class of the family by name, in order of name."""
        if self._classes is None:
            root = importlib.import_module(self.package)
            for module in pkgutil.iter_modules(root.__path__):
                importlib.import_module(f"{self.package}.{module.name}")
            found: dict[str, type[T]] = {}
            for cls in _descendants(self.base):
                if cls.NAME and cls.__module__.startswith(self.package + "."):
                    if cls.NAME in found:
                        raise SettingError(
                            f"Two {self.kind} classes are called {cls.NAME!r}: rename one of them."
                        )
                    found[cls.NAME] = cls
            self._classes = dict(sorted(found.items()))
        return self._classes

    def names(self) -> tuple[str, ...]:
        """Return the names that files may use."""
        return tuple(self.classes)

    def __getitem__(self, name: str) -> type[T]:
        try:
            return self.classes[name]
        except KeyError:
            known = ", ".join(self.names())
            raise SettingError(f"There is no {self.kind} called {name!r}. Known: {known}.") from None

    def get(self, value: ComponentValue | T) -> T:
        """Return the component that `value` names. Raises SettingError for an unknown name or a bad setting."""
        if isinstance(value, self.base):
            return value
        if isinstance(value, str):
            return self[value].validated({})
        if isinstance(value, dict) and isinstance(value.get("name"), str):
            settings = {key: item for key, item in value.items() if key != "name"}
            return self[value["name"]].validated(settings)
        raise SettingError(f"{self.kind}: expected a name, or a mapping with a name. Received: {value!r}.")

    def to_value(self, component: T) -> ComponentValue:
        """Return the shortest form for a file: the bare name where every setting has its default."""
        data = component.to_data()
        default = type(component)().to_data()
        changed: dict[str, Any] = {key: item for key, item in data.items() if item != default[key]}
        return {"name": component.NAME, **changed} if changed else component.NAME


_FAMILIES: dict[str, Family[Any]] = {}
_PLURALS = {"loss": "losses", "exporter": "export"}


def family(kind: str) -> Family[Any]:
    """Return the family of this kind, loading its package at the first call; a field's `registry` is a kind."""
    if kind not in _FAMILIES:
        importlib.import_module(f"engine.{_PLURALS.get(kind, kind + 's')}")
    return _FAMILIES[kind]


def _descendants(cls: type[T]) -> list[type[T]]:
    found: list[type[T]] = []
    for child in cls.__subclasses__():
        found += [child, *_descendants(child)]
    return found
