"""A data set's arrays, made to fit a network: samples into its inputs, targets into the form that each loss takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.feedback import forced, refuse_looking_ahead
from engine.compiler.feeding import as_targets
from engine.compiler.network import Network
from engine.compiler.plan import Plan
from engine.core.errors import DataError, TrainingError
from engine.core.shapes import Shape, size, text
from engine.data.dataset import Split
from engine.losses.base import Loss

Array = NDArray[Any]
Fill = Callable[[Array], None]
"""Copies the samples of these numbers into a plan's buffers."""

ONE_HOT_BYTES = 128 * 2**20
"""One-hot rows up to this size are made once; larger ones (a vocabulary at every step) batch by batch."""


@dataclass
class BoundData:
    """A split bound to a network. Arrays are by node id, of the buffers' dtype and shape after the sample axis.

    `labels` are targets that are kept as class numbers and become one-hot rows in the buffer.
    """

    samples: int
    inputs: dict[str, Array] = field(default_factory=dict)
    targets: dict[str, Array] = field(default_factory=dict)
    labels: dict[str, Array] = field(default_factory=dict)
    reconstructed: tuple[str, ...] = ()

    def real_steps(self, node: str, indices: Array) -> Array:
        """Return which steps (batch, T) of these samples count: those at which ids that are fed back are no padding."""
        return np.not_equal(self.inputs[node].take(indices, 0), 0)

    def filler(self, plan: Plan) -> Fill:
        """Return the function that fills this plan's inputs and targets."""
        pairs = [(self.inputs[node].take, buffer) for node, buffer in plan.inputs.items()]
        wanted = plan.targets.keys() - plan.constants
        pairs += [(self.targets[node].take, plan.targets[node]) for node in self.targets if node in wanted]
        wide = [(self.labels[node], plan.targets[node]) for node in self.labels if node in wanted]

        def fill(indices: Array) -> None:
            for take, buffer in pairs:
                take(indices, 0, buffer, "clip")  # "raise" would go through a second buffer
            for labels, buffer in wide:
                buffer.fill(0)
                np.put_along_axis(buffer, labels.take(indices, 0)[..., None], 1, axis=-1)

        return fill


def bind_data(network: Network, split: Split) -> BoundData:
    """Bind a split to a network's inputs and outputs. Raises TrainingError naming the node that it does not fit.

    A dictionary's arrays go to the nodes of those names; a single array goes to every input (output) that it fits, or,
    where several inputs (outputs of numbers) together take as many values as a sample has, to each its part, in order.
    An output of the shape of the input, which the targets do not fit, is trained to give the input back: that is an
    autoencoder, and it needs no targets of its own.
    """
    bound = BoundData(len(split))
    if not bound.samples:
        raise TrainingError("There is not a single sample to work with.")
    samples = _shared_out(network, network.inputs, split.x)
    for node_id in network.inputs:
        bound.inputs[node_id] = _inputs_for(network, node_id, samples)
    targets = _shared_out(network, network.targets, split.y)
    for node_id in network.outputs:
        if node_id in network.targets:
            _bind_target(network, node_id, targets, bound)
        elif node_id not in network.constants:
            bound.reconstructed = (*bound.reconstructed, node_id)
    if network.feedbacks:
        bind_feedback(network, bound)
    return bound


def bind_feedback(network: Network, bound: BoundData) -> None:
    """Let what is fed back come from the targets (teacher forcing). Raises TrainingError where a layer looks ahead."""
    for feedback in network.feedbacks:
        targets = bound.labels if feedback.output in bound.labels else bound.targets
        if feedback.output not in targets:
            name = network.design.nodes[feedback.node].name
            raise TrainingError(f"{name} is fed the targets of an Output that has none.", node=feedback.node)
        dtype = np.int64 if feedback.is_ids else network.dtype
        bound.inputs[feedback.node] = forced(feedback, targets[feedback.output]).astype(dtype, copy=False)
    if not network.looks_back_only:
        plan = network.plan(1, False, keep=True)
        bound.filler(plan)(np.array([_longest(bound, network)]))
        refuse_looking_ahead(plan, network.feedbacks, network.inference.order, network.design)
        network.looks_back_only = True


def _longest(bound: BoundData, network: Network) -> int:
    """Return the number of the sample with the fewest steps of padding, among the first."""
    fed = bound.inputs[network.feedbacks[0].node][:256]
    return int(np.count_nonzero(fed.reshape(len(fed), -1), axis=1).argmax())


def prepare_targets(
    loss: Loss, y: Array, output_shape: Shape, classes: int = 0, name: str = "The output"
) -> Array:
    """Return targets `y` (N, ...) in the form that `loss` takes for predictions of `output_shape`.

    Class numbers become one-hot rows where the loss wants those. `classes` (0: not known) is how many there are.
    Raises TrainingError with both shapes where they don't fit.
    """
    whole = y.dtype.kind in "iub"
    if whole and y.size and loss.TARGET != "values" and output_shape:
        low, high = int(y.min()), int(y.max())
        if (low < 0 or high >= output_shape[-1]) and (loss.TARGET == "index" or y.ndim == len(output_shape)):
            raise TrainingError(
                f"{name} has {output_shape[-1]} units, but the classes run from {low} to {high}: "
                f"give the last layer {max(classes, high + 1)} units."
            )
    if whole and output_shape == (1,) and loss.NAME == "binary_crossentropy" and y.size and y.max() > 1:
        count = max(classes, int(y.max()) + 1)
        raise TrainingError(
            f"{name} has one unit, which tells two classes apart, but the data has {count}: give the last layer "
            f"{count} units with softmax, and the loss categorical_crossentropy."
        )
    try:
        return as_targets(y, loss, (len(y), *loss.target_shape(output_shape)), name)
    except DataError as error:
        raise TrainingError(str(error)) from None


def samples_for(network: Network, x: Array | Mapping[str, Array]) -> Array | Mapping[str, Array]:
    """Return what `Network.predict` takes for the samples of a data set: one array may be for several inputs."""
    shared = _shared_out(network, network.inputs, x)
    if shared is x or not isinstance(shared, Mapping):
        return x
    return {network.design.nodes[node_id].name: array for node_id, array in shared.items()}


def _shared_out(
    network: Network, nodes: tuple[str, ...], arrays: Array | Mapping[str, Array]
) -> Array | Mapping[str, Array]:
    """Return arrays by node id where one array holds the values of several nodes, one after another."""
    if isinstance(arrays, Mapping) or len(nodes) < 2 or (whole := np.asarray(arrays)).ndim < 2:
        return arrays
    ports = network.inference.outputs if nodes == network.inputs else network.inference.inputs
    sizes = [size(ports[node_id][0]) for node_id in nodes]
    if sum(sizes) != size(whole.shape[1:]):
        return arrays
    parts = np.split(whole.reshape(len(whole), -1), np.cumsum(sizes)[:-1], axis=1)
    return {node_id: part.reshape(-1, *ports[node_id][0]) for node_id, part in zip(nodes, parts, strict=True)}


def _inputs_for(network: Network, node_id: str, samples: Array | Mapping[str, Array]) -> Array:
    node = network.design.nodes[node_id]
    array = _array_for(samples, node.name, node_id, "samples")
    (shape,) = network.inference.outputs[node_id]
    dtype = np.dtype(np.int64) if getattr(node.layer, "dtype", "float") == "int" else network.dtype
    if array.dtype.kind not in "fiub":
        raise TrainingError(f"{node.name} takes numbers. Received: an array of {array.dtype}.", node=node_id)
    if size(array.shape[1:]) != size(shape):
        raise TrainingError(
            f"{node.name} takes samples of {text(shape)}, but the data's are {text(array.shape[1:])}: "
            f"set its shape to {text(array.shape[1:])}, or choose other data.",
            node=node_id,
        )
    return np.ascontiguousarray(array.reshape(len(array), *shape), dtype=dtype)


def _bind_target(
    network: Network, node_id: str, targets: Array | Mapping[str, Array], bound: BoundData
) -> None:
    node, loss = network.design.nodes[node_id], network.losses[node_id]
    shape = network.inference.inputs[node_id][0]
    wanted = loss.target_shape(shape)
    y = _array_for(targets, node.name, node_id, "targets")
    source = next((array for array in bound.inputs.values() if size(array.shape[1:]) == size(wanted)), None)
    if loss.TARGET == "one_hot" and _is_too_wide(y, shape, network.dtype.itemsize):
        _check_labels(y, shape, node.name, node_id)
        bound.labels[node_id] = y.astype(np.int64, copy=False)
        return
    may_reconstruct = loss.TARGET == "values" and source is not None and shape != (1,)
    # Ten class numbers would fit 784 units as one-hot rows, but an output of the input's shape means the input.
    unsuited = y.dtype.kind in "iu" and y.ndim == 1 and int(y.max()) + 1 != shape[-1]
    try:
        ready = None if may_reconstruct and unsuited else prepare_targets(loss, y, shape, name=node.name)
    except TrainingError as error:
        if not may_reconstruct:
            error.node = node_id
            raise
        ready = None
    if ready is None:
        assert source is not None
        ready = source
        bound.reconstructed = (*bound.reconstructed, node_id)
    dtype = np.dtype(np.int64) if loss.TARGET == "index" else network.dtype
    bound.targets[node_id] = np.ascontiguousarray(ready.reshape(len(y), *wanted), dtype=dtype)


def _is_too_wide(y: Array, shape: Shape, itemsize: int) -> bool:
    numbers = y.dtype.kind in "iu" and y.shape[1:] == shape[:-1]
    return numbers and y.size * shape[-1] * itemsize > ONE_HOT_BYTES


def _check_labels(y: Array, shape: Shape, name: str, node_id: str) -> None:
    if y.min() < 0 or y.max() >= shape[-1]:
        raise TrainingError(
            f"{name} has {shape[-1]} units, but the classes run from {y.min()} to {y.max()}.", node=node_id
        )


def _array_for(arrays: Array | Mapping[str, Array], name: str, node_id: str, what: str) -> Array:
    if not isinstance(arrays, Mapping):
        return np.asarray(arrays)
    for key in (name, node_id):
        if key in arrays:
            return np.asarray(arrays[key])
    there = ", ".join(arrays) or "none"
    raise TrainingError(f"There are no {what} for {name}; the data has them for: {there}.", node=node_id)
