"""The engine: designs, their compiler, training, data and files, on NumPy alone; it knows no screen.

>>> import engine
>>> design = engine.Design("digits")
>>> x = design.add("Input", shape=(64,))
>>> y = design.add("Dense", x, units=10, activation="softmax")
>>> output = design.add("Output", y, loss="categorical_crossentropy")
>>> network = engine.compile(design, seed=0)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.compiler.gradient_check import check_gradients
    from engine.compiler.network import Network
    from engine.compiler.network import compile_design as compile
    from engine.core.errors import GradloomError
    from engine.data import load as load_data
    from engine.design import Design, TrainingSettings
    from engine.training import evaluate, fit
    from engine.training.writing import generate

_HOMES = {
    "Design": ("engine.design", "Design"),
    "TrainingSettings": ("engine.design", "TrainingSettings"),
    "Network": ("engine.compiler.network", "Network"),
    "compile": ("engine.compiler.network", "compile_design"),
    "check_gradients": ("engine.compiler.gradient_check", "check_gradients"),
    "GradloomError": ("engine.core.errors", "GradloomError"),
    "fit": ("engine.training", "fit"),
    "evaluate": ("engine.training", "evaluate"),
    "generate": ("engine.training.writing", "generate"),
    "load_data": ("engine.data", "load"),
}
_PACKAGES = {
    "activations",
    "data",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "regularizers",
    "reparameterizations",
    "schedules",
}

__all__ = [
    "Design",
    "GradloomError",
    "Network",
    "TrainingSettings",
    "check_gradients",
    "compile",
    "evaluate",
    "fit",
    "generate",
    "load_data",
]


def __getattr__(name: str) -> Any:
    """Load a part of the engine when it is first asked for: `import engine` itself costs next to nothing."""
    if name in _HOMES:
        module, attribute = _HOMES[name]
        value = getattr(importlib.import_module(module), attribute)
    elif name in _PACKAGES:
        value = importlib.import_module(f"engine.{name}")
    else:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    globals()[name] = value
    return value
