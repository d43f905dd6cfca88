"""A compiled network: its parameters, and plans for the batch sizes in use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.compiler.feedback import FreeRun, feedbacks_of, forced
from engine.compiler.feeding import as_batch, as_targets
from engine.compiler.parameters import Key, ParameterStore
from engine.compiler.plan import Plan
from engine.compiler.program import Program, lower, nodes_in_use, taken_apart
from engine.core.errors import DataError, SettingError
from engine.core.random import restore, state_of, stream
from engine.core.registry import family
from engine.design.design import Design
from engine.design.phases import first_objectives
from engine.losses.base import Loss
from engine.optimizers.base import Optimizer, Updater

Array = NDArray[Any]
Samples = ArrayLike | Mapping[str, ArrayLike]
PLANS_KEPT = 8
PREDICTION_BATCH = 512


class Network:
    """A design compiled for one seed and one dtype.

    Attributes:
        design: the design as it was compiled (a copy), with every block taken apart.
        inference: its shapes and parameters.
        weights: "name/parameter" -> array view, every parameter and statistic; writable in place.
        parameters: the trainable part of it.
        parameter_vector, gradient_vector: 1-D, all parameters and their gradients, what moves first.
        segments: the (start, stop) ranges of the vectors that move.
        parameter_slices: "name/parameter" -> where in the vectors it lies.
        inputs, outputs: the ids of the Input and Output nodes, in the order of the network. An Input that no Output
            depends on is not among them: it needs no samples.
        losses: output node id -> its loss.
        targets: the outputs whose targets come from the data; the others compare with a value of the network, or
            (`constants`) with a number that a phase says.
        feedbacks: the outputs that are fed back as inputs (PreviousOutput); `looks_back_only` says that it was checked
            that no prediction depends on what it is to predict.
        class_weights: output node id -> how much each class counts (C,) in the training loss. See `weigh_classes`.
    """

    def __init__(self, design: Design, *, seed: int | None = None, dtype: str = "float32") -> None:
        if dtype not in ("float32", "float64"):
            raise SettingError(f"A network computes in float32 or float64. Received: {dtype!r}.")
        self.design, self.inference = taken_apart(design)
        self.dtype = np.dtype(dtype)
        self.seed = design.seed if seed is None else seed
        self.store = ParameterStore(self.design, self.inference, self.dtype, self.seed)
        names = {key: f"{self.design.nodes[key[0]].name}/{key[1]}" for key in self.store.specs}
        self._keys: dict[str, Key] = {name: key for key, name in names.items()}
        self.weights: Mapping[str, Array] = MappingProxyType(
            {names[k]: v for k, v in self.store.views.items()}
        )
        trained = [key for key, spec in self.store.specs.items() if spec.trainable]
        self.parameters: Mapping[str, Array] = MappingProxyType(
            {names[k]: self.store.views[k] for k in trained}
        )
        self.parameter_vector = self.store.vector
        self.gradient_vector = self.store.gradient
        self.segments = self.store.segments
        self.parameter_slices = {names[key]: part for key, part in self.store.slices.items()}
        nodes = [self.design.nodes[node_id] for node_id in self.inference.order]
        used = nodes_in_use(self.design)
        self.inputs = tuple(node.id for node in nodes if node.type == "Input" and node.id in used)
        self.outputs = tuple(node.id for node in nodes if node.type == "Output")
        self.losses: dict[str, Loss] = {
            node.id: family("loss").get(getattr(node.layer, "loss"))  # noqa: B009 - Layer has no loss by itself
            for node in nodes
            if node.type == "Output"
        }
        wired = {edge.target for edge in self.design.edges if edge.target_port == "target"}
        fed = {o.output for phase in design.phases for o in phase.objectives if o.target == "data"}
        self.constants = tuple(n for n in first_objectives(design.phases) if n not in fed)
        self.targets = tuple(n for n in self.outputs if n not in wired and n not in self.constants)
        self.feedbacks = feedbacks_of(self.design, used)
        self.looks_back_only = False
        self.class_weights: dict[str, Array] = {}
        self._streams: dict[tuple[str, str], np.random.Generator] = {}
        self._programs: dict[tuple[bool, int | None], Program] = {}
        self._plans: OrderedDict[tuple[int, bool, bool, int | None], Plan] = OrderedDict()
        self._updater: Updater | None = None

    # ------------------------------------------------------------------ plans

    def plan(self, batch: int, training: bool, *, keep: bool = False, phase: int | None = None) -> Plan:
        """Return the plan for a batch size, made at the first call. `keep` lets views read an inference plan's taps.

        `phase` is the place of one of the design's phases: the plan computes what that phase needs, and gradients of
        what it trains. None is the whole network.
        """
        key = (batch, training, keep, phase)
        plan = self._plans.get(key)
        if plan is None:
            plan = Plan(
                self.program(training, phase),
                self.store,
                batch,
                self.stream_of,
                keep=keep,
                class_weights=self.class_weights,
            )
            self._plans[key] = plan
            if len(self._plans) > PLANS_KEPT:
                self._plans.popitem(last=False)
        self._plans.move_to_end(key)
        return plan

    def weigh_classes(self, weights: Mapping[str, Array]) -> None:
        """Let each class count so much in the training loss: output node id -> (C,). Outputs left out count alike."""
        if weights or self.class_weights:
            self.class_weights = dict(weights)
            for key in [key for key in self._plans if key[1]]:
                del self._plans[key]

    def program(self, training: bool, phase: int | None = None) -> Program:
        """Return the program of the whole network or of a phase, made at the first call."""
        key = (training, phase)
        if key not in self._programs:
            chosen = None if phase is None else self.design.phases[phase]
            self._programs[key] = lower(self.design, self.inference, training=training, phase=chosen)
        return self._programs[key]

    def plan_until(self, node_id: str, batch: int) -> Plan:
        """Return a new inference plan that computes a node and what it depends on; read it in the plan's `taps`."""
        program = lower(self.design, self.inference, training=False, until=node_id)
        return Plan(program, self.store, batch, self.stream_of, keep=True)

    def segments_of(self, phase: int | None) -> tuple[tuple[int, int], ...]:
        """Return the (start, stop) ranges of the vectors that move in a phase (None: at all)."""
        if phase is None:
            return self.segments
        return self.store.segments_of(self.program(True, phase).moving)

    def updater(self, optimizer: Optimizer, phase: int | None = None) -> Updater:
        """Return a new updater of this optimizer for the parameters that move, at all or in a phase."""
        segments, kernels = self.segments_of(phase), self.store.kernels
        if phase is None or not segments:
            return Updater(optimizer, self.parameter_vector, self.gradient_vector, segments, kernels)
        # The optimizer's slots are as long as what it is given: a phase's are only as long as what lies in it.
        first, last = segments[0][0], segments[-1][1]
        parts = [(start - first, stop - first) for start, stop in segments]
        kernels = tuple((start - first, stop - first) for start, stop in kernels)
        vectors = self.parameter_vector[first:last], self.gradient_vector[first:last]
        return Updater(optimizer, *vectors, parts, kernels)

    def feed(self, plan: Plan, x: Samples, y: Samples | None = None) -> None:
        """Copy samples, and targets where given, into a plan's buffers. Raises DataError where a shape does not fit."""
        for node_id, array in self._by_node(x, self.inputs).items():
            if node_id in plan.inputs:
                plan.inputs[node_id][...] = as_batch(
                    array, plan.inputs[node_id].shape, self.design.nodes[node_id].name
                )
        if y is None:
            return
        for node_id, array in self._by_node(y, self.targets).items():
            if node_id not in plan.targets or node_id in plan.constants:
                continue
            loss = self.losses[node_id]
            target = plan.targets[node_id]
            target[...] = as_targets(array, loss, target.shape, self.design.nodes[node_id].name)
        for feedback in self.feedbacks:
            if feedback.node in plan.inputs and feedback.output in plan.targets:
                plan.inputs[feedback.node][...] = forced(feedback, plan.targets[feedback.output])

    # ------------------------------------------------------------------ use

    def predict(self, x: Samples, *, batch_size: int = PREDICTION_BATCH) -> Array | dict[str, Array]:
        """Return the predictions for samples `x` (N, *shape): one array, or a dict by node name for several outputs.

        A network that is fed its own previous outputs runs free: step by step, on what it gives itself.
        """
        fed, count = self._by_node(x, self.inputs), self.batch_of(x)
        if not count:
            shapes = {node_id: self.inference.inputs[node_id][0] for node_id in self.outputs}
            empty = {self.design.nodes[n].name: np.empty((0, *s), self.dtype) for n, s in shapes.items()}
            return next(iter(empty.values())) if len(self.outputs) == 1 else empty
        results: dict[str, list[Array]] = {node_id: [] for node_id in self.outputs}
        for start in range(0, count, batch_size):
            part = {node_id: array[start : start + batch_size] for node_id, array in fed.items()}
            plan = self.plan(len(next(iter(part.values()))), training=False, keep=bool(self.feedbacks))
            self.feed(plan, {self.design.nodes[node_id].name: array for node_id, array in part.items()})
            if self.feedbacks:
                FreeRun(plan, self.feedbacks)()
            else:
                plan.forward()
            for node_id, prediction in plan.predictions.items():
                results[node_id].append(prediction.copy())
        joined = {self.design.nodes[n].name: np.concatenate(parts) for n, parts in results.items() if parts}
        return next(iter(joined.values())) if len(self.outputs) == 1 else joined

    def loss_and_gradients(self, x: Samples, y: Samples | None = None) -> tuple[float, dict[str, Array]]:
        """Return the loss of a batch, and the gradient of every parameter that moves, as copies by name.

        `y` may be left out where every Output has a wire at its target.
        """
        plan = self._run(x, y)
        loss = plan.loss()
        plan.backward()
        return loss, {name: self.store.gradients[key].copy() for name, key in self.moving_parameters()}

    def train_step(self, x: Samples, y: Samples | None, optimizer: Optimizer) -> float:
        """Move the parameters by one step on the batch (x, y) and return the loss before it.

        The optimizer's momenta go on from the step before for as long as equal optimizers are passed.
        """
        if self._updater is None or self._updater.optimizer != optimizer:
            self._updater = self.updater(optimizer)
        plan = self._run(x, y)
        loss = plan.loss()
        plan.backward()
        self._updater.step(optimizer.learning_rate)
        return loss

    def load_weights(self, arrays: Mapping[str, ArrayLike]) -> None:
        """Copy arrays in by name. Raises SettingError, before anything is changed, where one does not fit."""
        unknown = [name for name in arrays if name not in self._keys]
        if unknown:
            raise SettingError(
                f"The network has no parameter {unknown[0]!r}. It has: {', '.join(self._keys)}."
            )
        self.store.load({self._keys[name]: np.asarray(array) for name, array in arrays.items()})

    def reset(self) -> None:
        """Go back to the first weights and to the start of every random stream."""
        self.store.reset()
        self._updater = None
        for (owner, purpose), generator in self._streams.items():
            restore(generator, state_of(stream(self.seed, owner, purpose)))

    def summary(self) -> str:
        """Return the table of layers, output shapes and parameters, with their totals."""
        from engine.compiler.summary import summary_text

        return summary_text(self.design, self.inference)

    def random_states(self) -> dict[str, Any]:
        """Return the state of every random stream in use, as JSON data."""
        return {f"{owner}\0{purpose}": state_of(g) for (owner, purpose), g in self._streams.items()}

    def restore_random_states(self, states: Mapping[str, Any]) -> None:
        """Put the random streams back to what `random_states` returned."""
        for key, state in states.items():
            owner, _, purpose = key.partition("\0")
            restore(self.stream_of(owner, purpose), state)

    def batch_of(self, x: Samples) -> int:
        """Return how many samples `x` holds."""
        arrays = self._by_node(x, self.inputs).values()
        counts = {len(array) if array.ndim else -1 for array in arrays}
        if -1 in counts:
            raise DataError("Samples are arrays with one row each. Received: a single value.")
        if len(counts) > 1:
            raise DataError(
                f"The inputs differ in their number of samples: {', '.join(map(str, sorted(counts)))}."
            )
        return counts.pop()

    # ------------------------------------------------------------------ parts

    def _run(self, x: Samples, y: Samples | None) -> Plan:
        if y is None and self.targets:
            names = ", ".join(self.design.nodes[node_id].name for node_id in self.targets)
            raise DataError(f"There are no targets for {names}.")
        count = self.batch_of(x)
        if not count:
            raise DataError("There is not a single sample to work with.")
        plan = self.plan(count, training=True)
        self.feed(plan, x, y)
        plan.forward()
        return plan

    def moving_parameters(self) -> list[tuple[str, Key]]:
        """Return ("name/parameter", (node id, parameter)) of every parameter that moves."""
        return [(name, key) for name, key in self._keys.items() if key in self.store.gradients]

    def stream_of(self, owner: str, purpose: str) -> np.random.Generator:
        """Return the random stream of a node for a purpose, made at the first call."""
        key = (owner, purpose)
        if key not in self._streams:
            self._streams[key] = stream(self.seed, owner, purpose)
        return self._streams[key]

    def _by_node(self, data: Samples, nodes: tuple[str, ...]) -> dict[str, Array]:
        if not isinstance(data, Mapping):
            if len(nodes) != 1:
                names = ", ".join(self.design.nodes[node_id].name for node_id in nodes)
                raise SettingError(
                    f"The network has {len(nodes)} of these: pass a dict with an array for each: {names}."
                )
            return {nodes[0]: np.asarray(data)}
        found = {}
        for node_id in nodes:
            name = self.design.nodes[node_id].name
            if name not in data:
                raise SettingError(f"There is no array for {name}. Received: {', '.join(data) or 'none'}.")
            found[node_id] = np.asarray(data[name])
        return found


def compile_design(design: Design, *, seed: int | None = None, dtype: str = "float32") -> Network:
    """Compile a design into a network. Raises DesignError naming the node at which it can't be.

    `seed` replaces the design's own; `dtype` is "float32", or "float64" for checks.
    """
    return Network(design, seed=seed, dtype=dtype)
