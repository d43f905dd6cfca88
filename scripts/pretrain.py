"""Learns the features that the template `transfer` begins with, and writes them beside it.

The same network with all its layers free is trained on the digits 0 to 4: each training image as it is and shifted by
a pixel in eight directions, so that the features do not hang on an exact place. The head is left out: it knows only
0 to 4.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

import engine
from engine.data import load
from engine.design import edits as e
from engine.design import templates, transfer
from engine.design.files import write_atomically
from engine.training import evaluate
from engine.training.arrays import pack_arrays

EPOCHS = 6


def shifted(images: NDArray[Any], labels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the images (N, height, width, 1) at nine places, with their labels; what leaves at an edge is lost."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    height, width = images.shape[1:3]
    places = itertools.product(range(3), repeat=2)
    copies = [padded[:, top : top + height, left : left + width] for top, left in places]
    return np.concatenate(copies), np.tile(labels, len(copies))


def main() -> None:
    """Train on 0 to 4 and write the weights of everything but the head."""
    design = templates.load("transfer")
    for edit in transfer.unfrozen(design):
        design.apply(edit)
    assert design.data is not None
    data = design.data.replace(options={"which": "0 to 4"}, test_fraction=0.15, limit=None)
    design.apply(e.SetSection("data", data))
    head = transfer.head_of(design, "output_1").name
    network, samples = engine.compile(design), load(data)
    settings = design.training.replace(epochs=EPOCHS, batch_size=32)
    for _ in engine.fit(network, shifted(np.asarray(samples.train.x), np.asarray(samples.train.y)), settings):
        pass
    assert samples.test is not None
    print(f"digits 0 to 4: test accuracy {evaluate(network, samples.test)['accuracy']:.3f}")
    kept = {name: array for name, array in network.weights.items() if not name.startswith(f"{head}/")}
    path = templates.templates_folder() / f"transfer{templates.WEIGHTS_SUFFIX}"
    write_atomically(path, pack_arrays(kept))
    print(f"{path.name}: {sum(array.size for array in kept.values()):,} numbers")


if __name__ == "__main__":
    main()
