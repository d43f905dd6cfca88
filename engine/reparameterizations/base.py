"""What a reparameterization is: a rule that makes the weights which a layer computes with out of those it learns.

The optimizer moves the raw weights, and penalties act on them; files hold them. Before each forward pass the rule
writes the effective weights, and after each backward pass it turns their gradient into that of the raw ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from numpy.typing import NDArray

from engine.core.fields import Component
from engine.core.registry import Family, snake_case
from engine.layers.base import ParameterSpec

Array = NDArray[Any]
Step = Callable[[], object]


@dataclass(frozen=True)
class Weights:
    """The arrays of one reparameterized parameter.

    `extras` are the rule's own arrays by the names of `parameters`. With `moving`, statistics go on with each forward
    pass. `given` is the gradient with respect to `effective`; `gradient` and `extra_gradients` are what to write from
    it: None and empty where the parameter stays as it is.
    """

    raw: Array
    effective: Array
    extras: Mapping[str, Array]
    moving: bool = False
    given: Array | None = None
    gradient: Array | None = None
    extra_gradients: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Steps:
    """What runs: `estimate`, then `apply` before each forward pass, `backward` after the kernels' backward halves.

    The gradient is the one that holds with what `estimate` found held fixed.
    """

    estimate: Step
    apply: Step
    backward: Step | None = None


class Reparameterization(Component, frozen=True):
    """Base of every reparameterization."""

    FORMULA: ClassVar[str] = ""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "NAME" not in cls.__dict__ and not cls.__name__.startswith("_"):
            cls.NAME = snake_case(cls.__name__)

    def parameters(self, raw: ParameterSpec) -> tuple[ParameterSpec, ...]:
        """Return the further arrays that the rule needs for `raw`; their names begin with that of `raw`."""
        return ()

    def start(self, raw: Array, extras: Mapping[str, Array]) -> None:
        """Fit the rule's own arrays to weights that were just drawn."""

    def bind(self, weights: Weights) -> Steps:
        """Return the steps that work on these arrays with `out=`."""
        raise TypeError(f"{type(self).__name__} has no steps.")


def with_extras(specs: Iterable[ParameterSpec]) -> tuple[ParameterSpec, ...]:
    """Return a layer's parameters, each followed by the arrays that its reparameterization needs."""
    found: list[ParameterSpec] = []
    for spec in specs:
        found.append(spec)
        if spec.reparameterization is not None:
            found += reparameterizations.get(spec.reparameterization).parameters(spec)
    return tuple(found)


reparameterizations: Family[Reparameterization] = Family(
    "reparameterization", "engine.reparameterizations", Reparameterization
)
