"""Sources of data: each is one class that declares its options and reads; the registry finds them.

To add one, put a file with a registered class into engine/data/generators (made by a formula) or
engine/data/named (collected data). Nothing else is edited.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Struct

from engine.core.errors import DataError
from engine.data.dataset import Kind, Task
from engine.data.raw import RawData, ReadContext
from engine.data.settings import OptionValue

PACKAGES = ("engine.data.generators", "engine.data.named")


@dataclass(frozen=True)
class OptionField:
    """One declared option: its kind ("int", "float", "bool", "str", "choice"), default, range and help text."""

    name: str
    kind: str
    default: OptionValue
    minimum: float | None
    maximum: float | None
    choices: tuple[OptionValue, ...]
    help: str


@dataclass(frozen=True)
class SourceInfo:
    """What a list of data sets shows of one of them. `available` is False for one that is not on this machine."""

    name: str
    title: str
    description: str
    kind: Kind
    task: Task
    licence: str
    generated: bool
    options: tuple[OptionField, ...]
    available: bool


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the named sources. The fields of a subclass are its options; its docstring describes it."""

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    kind: ClassVar[Kind] = "points"
    task: ClassVar[Task] = "classification"
    licence: ClassVar[str] = "generated; free to use"
    generated: ClassVar[bool] = True
    # Lists are sorted by this, then by title: the telling examples first.
    order: ClassVar[int] = 100

    def read(self, context: ReadContext) -> RawData:
        """Make or read the samples. Raises DataError."""
        raise NotImplementedError

    @classmethod
    def is_available(cls) -> bool:
        """Whether it can be read without a download."""
        return True

    @classmethod
    def info(cls) -> SourceInfo:
        """The class described, with its options."""
        return SourceInfo(
            name=cls.name,
            title=cls.title,
            description=description_of(cls),
            kind=cls.kind,
            task=cls.task,
            licence=cls.licence,
            generated=cls.generated,
            options=option_fields(cls),
            available=cls.is_available(),
        )


SourceType = TypeVar("SourceType", bound=type[Source])
_registered: dict[str, type[Source]] = {}


def register(source: SourceType) -> SourceType:
    """Class decorator: make a source known by its name."""
    known = _registered.get(source.name)
    if not source.name or (known is not None and known.__qualname__ != source.__qualname__):
        raise ValueError(f"two data sources, or one without a name, claim the name {source.name!r}")
    _registered[source.name] = source
    return source


@cache
def all_sources() -> dict[str, type[Source]]:
    """Every registered source by name, in the order in which lists show them."""
    for package_name in PACKAGES:
        package = importlib.import_module(package_name)
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package_name}.{module.name}")
    return dict(sorted(_registered.items(), key=lambda item: (item[1].order, item[1].title)))


def named_source(name: str) -> type[Source] | None:
    """The source of a name, in either case and with - for _; None where there is none."""
    wanted = name.strip().lower()
    return all_sources().get(wanted) or {
        key.replace("_", "-"): source for key, source in all_sources().items()
    }.get(wanted.replace("_", "-"))


def sources() -> tuple[SourceInfo, ...]:
    """The built-in data sets, described."""
    return tuple(source.info() for source in all_sources().values())


def description_of(declared: type) -> str:
    """The docstring of a class, its lines joined to paragraphs."""
    paragraphs = (inspect.getdoc(declared) or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def option_fields(declared: type[Struct]) -> tuple[OptionField, ...]:
    """The options that a class declares through its annotated fields."""
    info = msgspec.inspect.type_info(declared)
    assert isinstance(info, msgspec.inspect.StructType)
    hints = get_type_hints(declared)
    return tuple(_option_field(option, hints[option.name]) for option in info.fields)


def _option_field(option: msgspec.inspect.Field, hint: object) -> OptionField:
    declared: Any = option.type
    described = ""
    if isinstance(declared, msgspec.inspect.Metadata):
        described = (declared.extra_json_schema or {}).get("description", "")
        declared = declared.type
    choices: tuple[OptionValue, ...] = ()
    if isinstance(declared, msgspec.inspect.LiteralType):
        # msgspec sorts the values; the declaration gives them in the order in which they make sense.
        kind, choices = "choice", get_args(hint)
    elif isinstance(declared, msgspec.inspect.BoolType):
        kind = "bool"
    elif isinstance(declared, msgspec.inspect.IntType):
        kind = "int"
    elif isinstance(declared, msgspec.inspect.FloatType):
        kind = "float"
    else:
        kind = "str"
    return OptionField(
        name=option.name,
        kind=kind,
        default=option.default,
        minimum=getattr(declared, "ge", None),
        maximum=getattr(declared, "le", None),
        choices=choices,
        help=described,
    )


Declared = TypeVar("Declared", bound=Struct)


def with_options(declared: type[Declared], options: dict[str, OptionValue], owner: str) -> Declared:
    """An instance of a declaring class with these options. Raises DataError naming the option and its range."""
    known = {option.name: option for option in option_fields(declared)}
    for name, value in options.items():
        if name not in known:
            there = ", ".join(known) if known else "none"
            raise DataError(f"{owner} has no option {name!r}. Its options: {there}.")
        try:
            msgspec.convert({name: value}, declared, strict=False)
        except msgspec.ValidationError:
            raise DataError(f"{owner}, option {name!r}: {_expected(known[name])}, not {value!r}.") from None
    return msgspec.convert(options, declared, strict=False)


def _expected(option: OptionField) -> str:
    if option.kind == "choice":
        return "it is one of " + ", ".join(map(str, option.choices))
    text = (
        "it is "
        + {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "a text"}[
            option.kind
        ]
    )
    if option.minimum is not None and option.maximum is not None:
        return f"{text} from {option.minimum} to {option.maximum}"
    if option.minimum is not None:
        return f"{text}, at least {option.minimum}"
    return text
