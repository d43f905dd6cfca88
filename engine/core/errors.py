"""The errors a person can meet. Each message says what was wrong, where, what was received and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.core.problems import Problem


class GradloomError(Exception):
    """Base of every error that Gradloom raises on purpose; its text is one clear sentence for a person."""


class SettingError(GradloomError):
    """A declared field was given a value outside its range or of another kind."""


class DesignError(GradloomError):
    """A design breaks a rule. `node` is the id of the culprit ("" for the design as a whole)."""

    def __init__(self, message: str, *, node: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.node = node
        self.problems = problems


class ShapeError(DesignError):
    """A layer was given an input shape that it can't take. `shapes` are the shapes that met."""

    def __init__(
        self,
        message: str,
        *,
        node: str = "",
        shapes: tuple[tuple[int, ...], ...] = (),
        problems: tuple[Problem, ...] = (),
    ) -> None:
        super().__init__(message, node=node, problems=problems)
        self.shapes = shapes


class ConnectionRuleError(DesignError):
    """A wire that a rule forbids: a cycle, a taken input, a port that is not there, or shapes that don't fit."""


class FileFormatError(GradloomError):
    """A file is not what its name promises: truncated, foreign, damaged, or written by a newer version."""


class FileAccessError(GradloomError, OSError):
    """A file can't be read or written: not there, not allowed, a folder, a full disk. `errno` says which."""


class DataError(GradloomError):
    """A data source can't be read or can't be used: missing file, text where numbers belong, NaN, no rows."""


class TrainingError(GradloomError):
    """A run failed: a loss or weight stopped being finite, or the data does not fit the network."""

    def __init__(self, message: str, *, node: str = "", step: int = -1) -> None:
        super().__init__(message)
        self.node = node
        self.step = step


class ExportError(GradloomError):
    """The network can't be written in the format asked for."""


class WorkerError(GradloomError):
    """The training process could not be started, or ended before its work was done."""
