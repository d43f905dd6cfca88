"""Records what PyTorch computes for the networks of networks.py into tests/golden/pytorch.npz.

pip install torch==2.13.0
python -m tests.reference.record
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import engine
from tests.reference.networks import CASES
from tests.reference.torch_twin import run

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "pytorch.npz"


def main() -> None:
    """Run every network once in PyTorch, in float32, and write weights, loss and gradients."""
    arrays: dict[str, np.ndarray] = {}
    for name, make in CASES.items():
        case = make()
        weights = {key: array.copy() for key, array in engine.compile(case.design, seed=0).parameters.items()}
        random = np.random.default_rng(0)
        for array in weights.values():
            array += 0.1 * random.standard_normal(array.shape).astype(np.float32)
        loss, gradients = run(case.design, weights, case.x, case.y)
        arrays[f"{name}|loss"] = np.array(loss)
        arrays |= {f"{name}|weight|{key}": array for key, array in weights.items()}
        arrays |= {f"{name}|gradient|{key}": array for key, array in gradients.items()}
    np.savez_compressed(GOLDEN, **arrays)


if __name__ == "__main__":
    main()
