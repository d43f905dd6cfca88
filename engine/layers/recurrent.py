"""What the recurrent layers share: their settings, ports, shapes and parameters, and both directions."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from engine.core.fields import ComponentValue
from engine.core.shapes import Shape
from engine.layers.base import Binding, Example, Kernel, Layer, Masking, ParameterSpec, Port, refuse
from engine.layers.recurrent_merge import MergeMode, bind_directions
from engine.layers.recurrent_sweep import Cell, Sweep
from engine.layers.settings import KernelReparameterization

Rate = Annotated[float, Meta(ge=0, lt=1)]


class Recurrent(Layer, frozen=True):
    """Base of the layers that read a sequence step by step and keep a state."""

    NAME: ClassVar[str] = ""
    FAMILY: ClassVar[str] = "recurrent"
    CATEGORY: ClassVar[str] = "Recurrent"
    SUMMARY_FIELDS: ClassVar[tuple[str, ...]] = ("direction",)
    ACTIVATION_FIELD: ClassVar[str] = ""
    INPUTS: ClassVar[tuple[Port, ...]] = (
        Port("input", "A sequence: steps of features."),
        Port("hidden", "The state before the first step; 0 where nothing is wired.", optional=True),
    )
    OUTPUTS: ClassVar[tuple[Port, ...]] = (
        Port("output", "The state after the last step, or after each (return sequences)."),
        Port("hidden", "The state after the last step."),
    )
    GATES: ClassVar[int] = 1
    """How many vectors of `units` a step computes from the input and the state."""
    CARRY: ClassVar[bool] = False
    """True where a memory goes from step to step beside the hidden state."""

    units: Annotated[int, Meta(ge=1, le=10**6, description="Length of the state.")] = 32
    activation: Annotated[
        ComponentValue,
        Meta(description="Function of what is written to the state.", extra={"registry": "activation"}),
    ] = "tanh"
    return_sequences: Annotated[
        bool, Meta(description="Give the state after every step, not only after the last.")
    ] = False
    direction: Annotated[
        Literal["forward", "backward", "bidirectional"],
        Meta(
            description="Read from the first step, from the last (the outputs come in that order), or both ways "
            "with weights of their own."
        ),
    ] = "forward"
    merge_mode: Annotated[
        MergeMode,
        Meta(
            description="How the outputs of both directions become one.",
            extra={"when": {"direction": ["bidirectional"]}},
        ),
    ] = "concat"
    backpropagation_steps: Annotated[
        int,
        Meta(
            ge=0,
            le=10**6,
            description="Cut the gradient through time at the borders of segments of so many steps; 0: never.",
            extra={"basic": False},
        ),
    ] = 0
    dropout: Annotated[
        Rate,
        Meta(
            description="Part of the inputs set to 0 while training: the same at every step of a sequence.",
            extra={"basic": False},
        ),
    ] = 0.0
    recurrent_dropout: Annotated[
        Rate,
        Meta(
            description="Part of the state that the gates do not see while training: the same at every step.",
            extra={"basic": False},
        ),
    ] = 0.0
    use_bias: Annotated[
        bool, Meta(description="Add a trained constant to each unit.", extra={"basic": False})
    ] = True
    kernel_initializer: Annotated[
        ComponentValue,
        Meta(
            description="First values of the input's weights.",
            extra={"registry": "initializer", "basic": False},
        ),
    ] = "glorot_uniform"
    recurrent_initializer: Annotated[
        ComponentValue,
        Meta(
            description="First values of the state's weights.",
            extra={"registry": "initializer", "basic": False},
        ),
    ] = "orthogonal"
    bias_initializer: Annotated[
        ComponentValue,
        Meta(description="First values of the biases.", extra={"registry": "initializer", "basic": False}),
    ] = "zeros"
    kernel_regularizer: Annotated[
        ComponentValue | None,
        Meta(
            description="Penalty on large weights of the input.",
            extra={"registry": "regularizer", "basic": False},
        ),
    ] = None
    recurrent_regularizer: Annotated[
        ComponentValue | None,
        Meta(
            description="Penalty on large weights of the state.",
            extra={"registry": "regularizer", "basic": False},
        ),
    ] = None
    kernel_reparameterization: KernelReparameterization = None
    recurrent_reparameterization: Annotated[
        ComponentValue | None,
        Meta(
            description="What the state's weights pass through before they are used.",
            extra={"registry": "reparameterization", "basic": False},
        ),
    ] = None
    bias_regularizer: Annotated[
        ComponentValue | None,
        Meta(description="Penalty on large biases.", extra={"registry": "regularizer", "basic": False}),
    ] = None

    @property
    def both(self) -> bool:
        """Whether the sequence is read both ways."""
        return self.direction == "bidirectional"

    def masking(self) -> Masking:
        return "pass" if self.return_sequences else "stop"

    def output_shapes(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        shape, states = inputs[0], inputs[1:]
        if len(shape) != 2:
            raise refuse(self, "a sequence (steps, features)", shape)
        state = (self.units * (2 if self.both else 1),)
        for given in states:
            if given != state:
                raise refuse(self, f"an initial state of {state[0]} values", given)
        width = state if self.merge_mode == "concat" else (self.units,)
        output = (shape[0], *width) if self.return_sequences else width
        return (output, *(state for _ in self.OUTPUTS[1:]))

    def bias_shape(self) -> Shape:
        """Return the shape of the bias of one direction."""
        return (self.GATES * self.units,)

    def bias_value(self) -> ComponentValue:
        """Return the initializer of the bias."""
        return self.bias_initializer

    def prefixes(self) -> tuple[str, ...]:
        """Return what the names of the parameters of each direction begin with."""
        return ("forward_", "backward_") if self.both else ("",)

    def parameter_specs(self, inputs: tuple[Shape, ...]) -> tuple[ParameterSpec, ...]:
        features, width = inputs[0][-1], self.GATES * self.units
        found: list[ParameterSpec] = []
        for prefix in self.prefixes():
            kernel = ParameterSpec(prefix + "kernel", (features, width), self.kernel_initializer)
            recurrent = ParameterSpec(
                prefix + "recurrent_kernel", (self.units, width), self.recurrent_initializer
            )
            found.append(
                kernel._replace(
                    regularizer=self.kernel_regularizer, reparameterization=self.kernel_reparameterization
                )
            )
            found.append(
                recurrent._replace(
                    regularizer=self.recurrent_regularizer,
                    reparameterization=self.recurrent_reparameterization,
                )
            )
            if self.use_bias:
                bias = ParameterSpec(prefix + "bias", self.bias_shape(), self.bias_value())
                found.append(bias._replace(regularizer=self.bias_regularizer))
        return tuple(found)

    def cell(self, sweep: Sweep, prefix: str) -> Cell:
        """Return what computes a step of a sweep, with the parameters whose names begin with `prefix`."""
        raise TypeError(f"{type(self).__name__} has no cell.")

    def bind(self, binding: Binding) -> Kernel:
        sweeps = []
        for place, prefix in enumerate(self.prefixes()):
            backwards = self.direction == "backward" or place == 1
            rates = (self.dropout, self.recurrent_dropout)
            sweep = Sweep(
                binding, self.units, carry=self.CARRY, backwards=backwards, place=place, rates=rates
            )
            sweeps.append((sweep, self.cell(sweep, prefix)))
        return bind_directions(
            binding,
            sweeps,
            whole=self.return_sequences,
            mode=self.merge_mode if self.both else "concat",
            reach=self.backpropagation_steps,
        )

    def multiply_adds(self, inputs: tuple[Shape, ...]) -> int:
        steps, features = inputs[0]
        return len(self.prefixes()) * steps * (features + self.units) * self.GATES * self.units

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        sequence = (4, 3)
        trained = {
            "use_bias": False,
            "kernel_initializer": "he_normal",
            "recurrent_initializer": "random_normal",
            "kernel_regularizer": "l2",
            "recurrent_regularizer": "l2",
            "kernel_reparameterization": "weight",
            "recurrent_reparameterization": "spectral",
        }
        both = cls.validated(
            {
                "units": 2,
                "direction": "bidirectional",
                "merge_mode": "mul",
                "return_sequences": True,
                "bias_initializer": "ones",
                "bias_regularizer": "l2",
            }
        )
        dropping = {"units": 3, "direction": "backward", "dropout": 0.3, "recurrent_dropout": 0.3}
        states = ((3,),) * (len(cls.INPUTS) - 1)
        return (
            Example(cls(units=3), (sequence, *states)),
            Example(cls.validated({"units": 2, "activation": "softsign", **trained}), (sequence,)),
            Example(both, ((3, 2),)),
            Example(cls.validated(dropping), ((3, 2),)),
            Example(cls(units=2, return_sequences=True, backpropagation_steps=10), (sequence,)),
            *(Example(layer, (sequence,)) for layer in cls.special_examples()),
        )

    @classmethod
    def special_examples(cls) -> tuple[Recurrent, ...]:
        """Return further examples, for the settings that the layer has of its own."""
        return ()
