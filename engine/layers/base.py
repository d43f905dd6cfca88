"""What a layer is: declared settings, a shape rule, its parameters, and two kernels bound to buffers.

A layer object is a value: it holds settings, never weights. The compiler asks it for the shapes of its outputs and for
the parameters that it needs, lays out every buffer, and then asks it once to `bind`: to return two functions without
arguments, forward and backward, that read and write those buffers with `out=`. Nothing is looked up or allocated while
training runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ShapeError
from engine.core.fields import Component, ComponentValue, describe
from engine.core.registry import Family, family
from engine.core.shapes import Shape, text

Array = NDArray[Any]
Masking = Literal["pass", "stop", "make"]
"""What becomes of a sequence's mask: the outputs have it too, they have none, or the kernel writes one."""


class Port(NamedTuple):
    """A named place where wires end (inputs) or begin (outputs); a variadic input takes any number, in order."""

    name: str
    help: str = ""
    optional: bool = False
    variadic: bool = False


class ParameterSpec(NamedTuple):
    """An array that a layer needs: a trained parameter, or (trainable False) a statistic that it keeps itself.

    `fans` are (fan_in, fan_out) for the scaled initializers; without them they follow from the shape. With a
    `reparameterization`, kernels see under this name the array that it makes of the one that is learned; it takes the
    array as a matrix, whose columns are the last axis, or the last `outputs` axes together.
    """

    name: str
    shape: Shape
    initializer: ComponentValue
    trainable: bool = True
    regularizer: ComponentValue | None = None
    fans: tuple[int, int] | None = None
    reparameterization: ComponentValue | None = None
    outputs: int = 1


class Kernel(NamedTuple):
    """The two halves of a step. `backward` is None where nothing flows back.

    `views` are what else a picture can show of the last forward pass, by name: functions that return a new array with
    the batch axis first (the weights of an attention).
    `through_time`, of a recurrent layer, holds the gradient of the loss at the state after each step, (T, N, units) in
    the order of time, for each direction in which the sequence is read; `backward` writes it.
    """

    forward: Callable[[], object]
    backward: Callable[[], object] | None = None
    views: Mapping[str, Callable[[], Array]] = MappingProxyType({})
    through_time: tuple[Array, ...] = ()


class Binding(Protocol):
    """What the compiler hands to `bind`. Arrays have the batch axis first and live as long as the plan.

    `input_gradients[i]` is None where no gradient is wanted there, and `gradients` lacks the parameters that are
    frozen. A kernel *writes* its gradients (it does not add to them): the compiler sums where wires branch.
    `input_masks[i]` is (batch, T) bool, True where a step is real, or None where every step is; it is filled before
    `forward` runs. A layer whose masking is "make" writes `output_mask` in `forward`.
    """

    inputs: tuple[Array, ...]
    outputs: tuple[Array, ...]
    input_gradients: tuple[Array | None, ...]
    output_gradients: tuple[Array, ...]
    input_masks: tuple[Array | None, ...]
    output_mask: Array | None
    parameters: Mapping[str, Array]
    gradients: Mapping[str, Array]
    training: bool
    frozen: bool
    batch: int
    dtype: np.dtype[Any]

    def buffer(self, shape: Shape, dtype: object = None) -> Array:
        """Return an array of the kernel's own, whose content lasts from forward to backward and on."""

    def scratch(self, shape: Shape, dtype: object = None) -> Array:
        """Return an array whose content lasts only during one call of forward or of backward."""

    def random(self, purpose: str) -> np.random.Generator:
        """Return the node's own random stream for `purpose`."""


class Example(NamedTuple):
    """A small instance for the contract tests: a layer, and the shapes of what feeds it (without the batch axis)."""

    layer: Layer
    inputs: tuple[Shape, ...]


class Layer(Component, frozen=True):
    """Base of every layer type. The docstring of a subclass is its help page: first line, formula, shapes, source."""

    FAMILY: ClassVar[str] = "shape"
    """Its colour: input, shape, dense, activation, convolution, pooling, normalization, regularization, recurrent,
    attention, merge or output."""
    CATEGORY: ClassVar[str] = "Core"
    """Its heading in the palette."""
    KEYWORDS: ClassVar[tuple[str, ...]] = ()
    """Further words under which the search palette finds it."""
    FORMULA: ClassVar[str] = ""
    """One line for the inspector, such as y = g(x W + b)."""
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ()
    """The one or two settings that a node shows on the canvas."""
    INPUTS: ClassVar[tuple[Port, ...]] = (Port("input"),)
    OUTPUTS: ClassVar[tuple[Port, ...]] = (Port("output"),)
    FED: ClassVar[bool] = False
    """True where the values come from outside, and no kernel computes them (Input)."""
    INTEGERS: ClassVar[bool] = False
    """True where the layer takes ids, whole numbers that name something (Embedding); `input_dim` says how many."""
    MASKING: ClassVar[Masking] = "stop"
    """See `masking`."""
    MASK_FROM_FIRST: ClassVar[bool] = False
    """True where a mask that passes is the first input's alone (attention: the steps of the query)."""
    ALIAS: ClassVar[bool] = False
    """True where the output is the input under another shape: no kernel, no copy."""
    ALIAS_INFERENCE: ClassVar[bool] = False
    """True where the layer is an alias while predicting (Dropout)."""
    ACTIVATION_FIELD: ClassVar[str] = "activation"
    """The field whose activation the compiler applies to the output as a step of its own ("" for none)."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "NAME" not in cls.__dict__ and not cls.__name__.startswith("_"):
            cls.NAME = cls.__name__

    def check(self) -> None:
        """Check every component field against its registry. Raises SettingError."""
        for field in describe(type(self)):
            value = getattr(self, field.name)
            if field.registry and value is not None:
                family(field.registry).get(value)

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Return the shape at each output port. `inputs` are in port order. Raises ShapeError."""
        return inputs[:1]

    def fitting(self, inputs: tuple[Shape, ...]) -> Layer | None:
        """Return the layer with a setting changed so that it takes inputs which it refuses; None where none helps."""
        return None

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        """Return the parameters needed for inputs of these shapes, in the order in which files list them."""
        return ()

    def masking(self) -> Masking:
        """Return what becomes of the masks of the inputs. Those that pass are joined: real is what is real in all."""
        return self.MASKING

    def bind(self, binding: Binding) -> Kernel:
        """Return the kernels that compute on the binding's buffers."""
        raise TypeError(f"{type(self).__name__} has no kernel: the compiler must not bind it.")

    def multiply_adds(self, inputs: tuple[Shape, ...]) -> int:
        """Return the multiply-add operations of the forward pass for one sample (0 where none are counted)."""
        return 0

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return small instances that between them reach every setting; the contract tests run each."""
        raise TypeError(f"{cls.__name__} gives no examples: every layer needs some for its contract tests.")


def refuse(layer: Layer, expected: str, received: Shape) -> ShapeError:
    """Return the error for an input of the wrong shape, in one wording for every layer."""
    return ShapeError(f"{layer.NAME} expects {expected}. Received: {text(received)}.", shapes=(received,))


layers: Family[Layer] = Family("layer", "engine.layers", Layer)
