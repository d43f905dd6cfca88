"""The walk through "how to add a layer": its file, and nothing else, gives a layer that is known everywhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
import numpy as np
import engine, engine.layers
engine.layers.__path__.append(sys.argv[1])
from engine.core.fields import describe
from engine.design.document_json import read_document, write_document
from engine.layers import layers

cls = layers["Maxout"]
assert [field.name for field in describe(cls)] == ["units", "pieces"]
design = engine.Design()
h = design.add("Maxout", design.add("Input", shape=(4,)), units=5, pieces=3)
design.add("Output", design.add("Dense", h, units=3, activation="softmax"))
assert read_document(write_document(design)) == design
network = engine.compile(design)
random = np.random.default_rng(0)
errors = engine.check_gradients(network, random.standard_normal((6, 4)), random.integers(0, 3, 6))
assert max(errors.values()) < 1e-6, errors
assert network.weights["maxout_1/kernel"].shape == (3, 4, 5)
"""


def test_the_file_of_the_walk_through_is_all_that_a_layer_needs(tmp_path: Path, root: Path) -> None:
    page = (root / "docs" / "adding-a-layer.md").read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert code is not None
    (tmp_path / "maxout.py").write_text(code.group(1), encoding="utf-8")
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        pytest.fail(done.stderr)
