"""Declared fields: a class states its settings once, and everything else is derived from that statement.

A setting is a field of a frozen `Declared` struct, annotated with `msgspec.Meta`: bounds (`ge`, `le`, `gt`, `lt`),
a `description`, and in `extra` what the field means beyond its type:

* `registry`: the value names a component of that family ("relu", or {"name": "leaky_relu", "negative_slope": 0.1});
* `when`: a mapping of other fields to the values at which this one has a meaning (a form hides it otherwise);
* `scale`: "log" where steps should multiply rather than add; `unit`: the unit of the number;
* `basic`: False where a form should keep the field folded away at first.

Validation, the inspector, the file format and the help pages read these same statements.
"""

from __future__ import annotations

import functools
import types
import typing
from typing import Annotated, Any, ClassVar, Literal, Self

import msgspec

from engine.core.errors import SettingError

ComponentValue = str | dict[str, Any]
"""How a component stands in a file: its name, or a mapping of its name and those settings that are not default."""

FieldKind = Literal["int", "float", "bool", "choice", "text", "numbers", "component", "struct", "any"]


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every value with declared fields: comparable, immutable, and written to files as plain data."""

    def replace(self, **changes: object) -> Self:
        """Return a copy with `changes`, validated. Raises SettingError where a value is out of range."""
        return type(self).validated({**self.to_data(), **changes})

    def to_data(self) -> dict[str, Any]:
        """Return every field as plain data (numbers, strings, lists, mappings)."""
        return {name: msgspec.to_builtins(getattr(self, name)) for name in self.__struct_fields__}

    @classmethod
    def validated(cls, data: object) -> Self:
        """Build an instance from plain data. Raises SettingError naming the field and what was received."""
        try:
            value = msgspec.convert(data, cls)
        except msgspec.ValidationError as error:
            raise SettingError(f"{cls.__name__}: {_plain(str(error))}") from None
        value.check()
        return value

    def check(self) -> None:
        """Check what types and bounds can't say. Raises SettingError."""


class Component(Declared, frozen=True):
    """A declared value that is chosen by name from a family: an activation, a loss, an optimizer."""

    NAME: ClassVar[str] = ""


class FieldSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a form, a help page or a checker needs to know of one declared field."""

    name: str
    kind: FieldKind
    default: Any
    description: str = ""
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False
    choices: tuple[str, ...] = ()
    optional: bool = False
    length: int | None = None
    item: Literal["int", "float", "text"] = "int"
    registry: str = ""
    when: dict[str, list[Any]] = {}
    scale: Literal["linear", "log"] = "linear"
    unit: str = ""
    basic: bool = True


@functools.cache
def describe(cls: type[Declared]) -> tuple[FieldSpec, ...]:
    """Return the declared fields of `cls`, in the order in which they were declared."""
    hints = typing.get_type_hints(cls, include_extras=True)
    return tuple(_spec(field, hints[field.name]) for field in msgspec.structs.fields(cls))


def _spec(field: msgspec.structs.FieldInfo, hint: Any) -> FieldSpec:
    default: Any = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    elif default is msgspec.NODEFAULT:
        default = None
    metas: list[msgspec.Meta] = []
    base, optional = _unwrap(hint, metas)
    facts: dict[str, Any] = {}
    for meta in metas:
        facts.update(_bounds(meta))
        facts.update(meta.extra or {})
        if meta.description:
            facts["description"] = meta.description
    facts.update(_kind(base, facts))
    known = set(FieldSpec.__struct_fields__)
    return FieldSpec(
        name=field.name,
        default=default,
        optional=optional,
        **{key: value for key, value in facts.items() if key in known},
    )


def _unwrap(hint: Any, metas: list[msgspec.Meta]) -> tuple[Any, bool]:
    optional = False
    while True:
        if typing.get_origin(hint) is Annotated:
            hint, *extras = typing.get_args(hint)
            metas.extend(extra for extra in extras if isinstance(extra, msgspec.Meta))
        elif typing.get_origin(hint) in (typing.Union, types.UnionType) and type(None) in typing.get_args(
            hint
        ):
            optional = True
            rest = [part for part in typing.get_args(hint) if part is not type(None)]
            hint = rest[0] if len(rest) == 1 else typing.Union[tuple(rest)]  # noqa: UP007 - built at run time
        else:
            return hint, optional


def _bounds(meta: msgspec.Meta) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if meta.ge is not None:
        facts["minimum"] = meta.ge
    if meta.gt is not None:
        facts.update(minimum=meta.gt, exclusive_minimum=True)
    if meta.le is not None:
        facts["maximum"] = meta.le
    if meta.lt is not None:
        facts.update(maximum=meta.lt, exclusive_maximum=True)
    return facts


def _kind(base: Any, facts: dict[str, Any]) -> dict[str, Any]:
    if facts.get("registry"):
        return {"kind": "component"}
    origin, arguments = typing.get_origin(base), typing.get_args(base)
    if origin is Literal:
        return {"kind": "choice", "choices": tuple(str(choice) for choice in arguments)}
    if origin is tuple:
        inner, _ = _unwrap(arguments[0], [])
        length = None if Ellipsis in arguments else len(arguments)
        return {"kind": "numbers", "item": {int: "int", float: "float"}.get(inner, "text"), "length": length}
    if base in (bool, int, float, str):
        return {"kind": {bool: "bool", int: "int", float: "float", str: "text"}[base]}
    if isinstance(base, type) and issubclass(base, Declared):
        return {"kind": "struct"}
    return {"kind": "any"}


def _plain(message: str) -> str:
    return message.replace(" - at `$.", " at `").replace(" - at `$", " at `")
