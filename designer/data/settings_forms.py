"""The forms of the data panel: a source's own options, and how the samples are prepared and split."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine.core.fields import FieldSpec, describe
from engine.data.files import file_formats
from engine.data.settings import DataSettings
from engine.data.source import OptionField, SourceInfo

CHOSEN_ELSEWHERE = ("source", "options", "features", "target")
FOLDED = ("scale_target", "missing", "split_seed", "shuffle", "stratify", "limit", "task")
LOG_OPTIONS = ("samples",)


def preparation_specs() -> tuple[FieldSpec, ...]:
    """Return the fields of the data settings that the panel shows as a form."""
    specs = [spec for spec in describe(DataSettings) if spec.name not in CHOSEN_ELSEWHERE]
    return tuple(
        msgspec.structs.replace(spec, basic=False) if spec.name in FOLDED else spec for spec in specs
    )


def option_specs(source: str, info: SourceInfo | None) -> tuple[FieldSpec, ...]:
    """Return the declared options of a source: those of a built-in set, or of the kind of file that it is."""
    options: tuple[OptionField, ...]
    if info is not None:
        options = info.options
    else:
        options = _file_options(Path(source))
    return tuple(_spec(option) for option in options)


def _file_options(path: Path) -> tuple[OptionField, ...]:
    formats = file_formats()
    name = path.name.lower()
    if path.suffix == "" and path.is_dir():
        return next((entry.options for entry in formats if not entry.suffixes), ())
    for entry in formats:
        if any(name.endswith(suffix) for suffix in entry.suffixes):
            return entry.options
    return next((entry.options for entry in formats if entry.name == "csv"), ())


def _spec(option: OptionField) -> FieldSpec:
    kind = {"str": "text", "choice": "choice", "int": "int", "float": "float", "bool": "bool"}[option.kind]
    return msgspec.convert(
        {
            "name": option.name,
            "kind": kind,
            "default": option.default,
            "description": option.help,
            "minimum": option.minimum,
            "maximum": option.maximum,
            "choices": [str(choice) for choice in option.choices],
            "scale": "log" if option.name in LOG_OPTIONS else "linear",
        },
        FieldSpec,
    )
