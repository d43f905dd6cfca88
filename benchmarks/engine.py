"""Training steps of the engine against PyTorch eager and against the bare matrix products.

`python -m benchmarks engine` pins every library to one thread before NumPy is loaded. Each row is a ratio from one run:
the other's time over ours, so above 1 we are faster.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import engine
from benchmarks._measure import Row, compare, report
from engine.compiler.network import Network
from engine.optimizers.base import Optimizer

Step = Callable[[], object]
TEMPLATES = Path(__file__).resolve().parent.parent / "resources" / "templates"


def our_step(network: Network, x: np.ndarray, y: np.ndarray, optimizer: Optimizer) -> Step:
    """Return one training step as the trainer takes it: feed, forward, loss, backward, update."""
    plan, updater = network.plan(len(x), training=True), network.updater(optimizer)
    inputs, targets = plan.inputs[network.inputs[0]], plan.targets[network.outputs[0]]
    x = x.reshape(inputs.shape)

    def step() -> float:
        np.copyto(inputs, x)
        np.copyto(targets, y)
        plan.forward()
        loss = plan.loss()
        plan.backward()
        updater.step(optimizer.learning_rate)
        return loss

    return step


def torch_step(model: Any, loss: Any, optimizer: Any, x: np.ndarray, y: np.ndarray) -> Step:
    """Return one eager training step of a PyTorch model."""
    import torch

    inputs, targets = torch.from_numpy(x), torch.from_numpy(y)

    def step() -> float:
        optimizer.zero_grad(set_to_none=True)
        value = loss(model(inputs), targets)
        value.backward()
        optimizer.step()
        return float(value.item())

    return step


def mnist_mlp() -> tuple[Step, Step, Step]:
    """784-512-10, batch 128, RMSprop: ours, PyTorch's, and the five matrix products of its shapes."""
    import torch

    design = engine.Design()
    x = design.add("Input", shape=(784,))
    h = design.add("Dense", x, units=512, activation="relu")
    design.add("Output", design.add("Dense", h, units=10, activation="softmax"))
    random = np.random.default_rng(0)
    samples, labels = random.random((128, 784), np.float32), random.integers(0, 10, 128)
    network = engine.compile(design, seed=0)
    ours = our_step(
        network, samples, np.eye(10, dtype=np.float32)[labels], engine.optimizers.RMSprop(learning_rate=1e-3)
    )
    model = torch.nn.Sequential(torch.nn.Linear(784, 512), torch.nn.ReLU(), torch.nn.Linear(512, 10))
    rmsprop = torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.9)
    theirs = torch_step(model, torch.nn.functional.cross_entropy, rmsprop, samples, labels)
    return ours, theirs, bare_products(128, (784, 512, 10))


def bare_products(batch: int, sizes: tuple[int, ...]) -> Step:
    """Return the matrix products of a dense network's step and nothing else: forward, weights, inputs."""
    random = np.random.default_rng(1)
    calls: list[tuple[Any, Any, Any]] = []
    for place, (rows, columns) in enumerate(itertools.pairwise(sizes)):
        x, w, d = (random.random(s, np.float32) for s in ((batch, rows), (rows, columns), (batch, columns)))
        calls += [(x, w, np.empty_like(d)), (x.T, d, np.empty_like(w))]
        calls += [(d, w.T, np.empty_like(x))] if place else []

    def step() -> None:
        for a, b, out in calls:
            np.dot(a, b, out)

    return step


def digits_cnn() -> tuple[Step, Step]:
    """The digits CNN as its template has it, with the template's batch size and optimizer, against its twin."""
    import torch
    from torch import nn

    design = engine.Design.load(TEMPLATES / "digits-cnn.json")
    batch = design.training.batch_size
    random = np.random.default_rng(0)
    samples, labels = random.random((batch, 8, 8, 1), np.float32), random.integers(0, 10, batch)
    network = engine.compile(design, seed=0)
    optimizer = engine.optimizers.optimizers.get(design.training.optimizer)
    ours = our_step(network, samples, np.eye(10, dtype=np.float32)[labels], optimizer)
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(256, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 10),
    )  # fmt: skip
    count = sum(parameter.numel() for parameter in model.parameters())
    if count != network.parameter_vector.size or optimizer.NAME != "adam":
        raise SystemExit("The template digits-cnn has changed: its twin in this benchmark must follow.")
    adam = torch.optim.Adam(model.parameters(), lr=optimizer.learning_rate)
    images = np.ascontiguousarray(samples.transpose(0, 3, 1, 2))
    return ours, torch_step(model, nn.functional.cross_entropy, adam, images, labels)


def heavier_cnn() -> tuple[Step, Step]:
    """8x8x1, Conv2D 16 and 32, one pooling, Dense 64, batch 64, Adam: here the products count, not the overhead."""
    import torch
    from torch import nn

    design = engine.Design()
    h = design.add("Input", shape=(8, 8, 1))
    for filters in (16, 32):
        h = design.add("Conv2D", h, filters=filters, kernel_size=(3, 3), padding="same", activation="relu")
    h = design.add("Flatten", design.add("MaxPooling2D", h, pool_size=(2, 2)))
    h = design.add("Dense", h, units=64, activation="relu")
    design.add("Output", design.add("Dense", h, units=10, activation="softmax"))
    random = np.random.default_rng(0)
    samples, labels = random.random((64, 8, 8, 1), np.float32), random.integers(0, 10, 64)
    network = engine.compile(design, seed=0)
    ours = our_step(network, samples, np.eye(10, dtype=np.float32)[labels], engine.optimizers.Adam())
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(512, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip
    adam = torch.optim.Adam(model.parameters())
    images = np.ascontiguousarray(samples.transpose(0, 3, 1, 2))
    return ours, torch_step(model, nn.functional.cross_entropy, adam, images, labels)


def convolution() -> tuple[Step, Step]:
    """One Conv2D of 32 to 64 channels on 14x14, batch 64, forward and backward to its input."""
    import torch
    from torch import nn

    design = engine.Design()
    x = design.add("Input", shape=(14, 14, 1))
    h = design.add("Conv2D", x, filters=32, kernel_size=(1, 1))
    h = design.add("Conv2D", h, filters=64, kernel_size=(3, 3), padding="same", activation="relu")
    h = design.add("GlobalAveragePooling2D", h)
    design.add("Output", design.add("Dense", h, units=10, activation="softmax"))
    random = np.random.default_rng(0)
    samples, labels = random.random((64, 14, 14, 1), np.float32), random.integers(0, 10, 64)
    network = engine.compile(design, seed=0)
    ours = our_step(network, samples, np.eye(10, dtype=np.float32)[labels], engine.optimizers.SGD())
    model = nn.Sequential(
        nn.Conv2d(1, 32, 1), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(64, 10),
    )  # fmt: skip
    sgd = torch.optim.SGD(model.parameters(), lr=0.01)
    images = np.ascontiguousarray(samples.transpose(0, 3, 1, 2))
    return ours, torch_step(model, nn.functional.cross_entropy, sgd, images, labels)


def two_spirals() -> tuple[Step, Step]:
    """2-8-8-2 with tanh, batch 32, Adam: a network so small that only the overhead counts."""
    import torch
    from torch import nn

    design = engine.Design()
    h = design.add("Input", shape=(2,))
    for _ in range(2):
        h = design.add("Dense", h, units=8, activation="tanh")
    design.add("Output", design.add("Dense", h, units=2, activation="softmax"))
    random = np.random.default_rng(0)
    samples, labels = random.random((32, 2), np.float32), random.integers(0, 2, 32)
    network = engine.compile(design, seed=0)
    ours = our_step(network, samples, np.eye(2, dtype=np.float32)[labels], engine.optimizers.Adam())
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 2))
    adam = torch.optim.Adam(model.parameters())
    return ours, torch_step(model, nn.functional.cross_entropy, adam, samples, labels)


def main() -> int:
    """Measure and print every ratio; return 1 where one falls short of a limit."""
    import torch

    from benchmarks._attention import self_attention, transformer_block
    from benchmarks._recurrent import recurrent

    torch.set_num_threads(1)
    ours, theirs, bare = mnist_mlp()
    pairs: list[tuple[str, tuple[Step, Step], float, bool]] = [
        ("MNIST MLP, PyTorch / ours", (ours, theirs), 1.0, True),
        ("MNIST MLP, bare products / ours", (ours, bare), 0.5, True),
        ("digits CNN, PyTorch / ours", digits_cnn(), 1.0, True),
        ("two spirals 2-8-8-2, PyTorch / ours", two_spirals(), 3.0, True),
        ("CNN of 16 and 32 filters, PyTorch / ours", heavier_cnn(), 1.0, False),
        ("Conv2D 32 to 64 on 14x14, PyTorch / ours", convolution(), 0.8, True),
        ("LSTM of 128 units, 64 steps, PyTorch / ours", recurrent("LSTM"), 1.0, True),
        ("LSTM, both directions, PyTorch / ours", recurrent("LSTM", "bidirectional"), 1.0, False),
        ("GRU of 128 units, 64 steps, PyTorch / ours", recurrent("GRU"), 1.0, False),
        ("self-attention of 4 heads, PyTorch / ours", self_attention(4), 1.0, True),
        ("self-attention of 8 heads, PyTorch / ours", self_attention(8), 1.0, True),
        ("transformer block with GELU, PyTorch / ours", transformer_block(), 1.0, False),
    ]
    rows = []
    for what, pair, wanted, required in pairs:
        found = compare(*pair)
        figures = f"ours {found.ours * 1e3:.3f} ms, other {found.other * 1e3:.3f} ms"
        rows.append(Row(what, figures, found.ratio, wanted, required))
    return report(rows)


if __name__ == "__main__":
    sys.exit(main())
