"""Records 20 steps of Keras 3's optimizers, and its ReduceLROnPlateau, into tests/golden/keras_optimizers.npz.

pip install keras==3.15.1 torch
KERAS_BACKEND=torch python -m tests.reference.keras_optimizers
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "keras_optimizers.npz"
STEPS, SIZE, RATE = 20, 6, 0.02

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {}),
    "sgd momentum": ("SGD", {"momentum": 0.9}),
    "sgd nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "sgd weight decay": ("SGD", {"momentum": 0.5, "weight_decay": 0.3}),
    "adagrad": ("Adagrad", {}),
    "adadelta": ("Adadelta", {}),
    "adadelta rho": ("Adadelta", {"rho": 0.8, "epsilon": 1e-4}),
    "rmsprop": ("RMSprop", {}),
    "rmsprop momentum": ("RMSprop", {"momentum": 0.8}),
    "rmsprop centered": ("RMSprop", {"centered": True, "momentum": 0.5, "rho": 0.7}),
    "adam": ("Adam", {}),
    "adam amsgrad": ("Adam", {"amsgrad": True, "beta_1": 0.7, "beta_2": 0.9}),
    "adam weight decay": ("Adam", {"weight_decay": 0.1}),
    "adamw": ("AdamW", {}),
    "adamax": ("Adamax", {}),
    "adamax weight decay": ("Adamax", {"beta_1": 0.6, "beta_2": 0.9, "weight_decay": 0.2}),
    "nadam": ("Nadam", {}),
    "nadam betas": ("Nadam", {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-4}),
    "lion": ("Lion", {}),
    "lion weight decay": ("Lion", {"beta_1": 0.5, "beta_2": 0.8, "weight_decay": 0.5}),
    "clip value": ("SGD", {"clipvalue": 0.4}),
    "clip norm": ("Adam", {"clipnorm": 0.7}),
    "clip global norm": ("SGD", {"global_clipnorm": 0.9, "momentum": 0.9}),
    "average": ("SGD", {"use_ema": True, "ema_momentum": 0.8}),
    "average overwrites": ("Adam", {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 6}),
}
"""Name -> Keras' optimizer and its settings. Two variables of 6 and 2 x 3 values move."""

PLATEAUS: dict[str, dict[str, Any]] = {
    "plain": {"factor": 0.3, "patience": 3, "min_delta": 1e-3, "min_lr": 1e-3},
    "cooldown": {"factor": 0.5, "patience": 2, "min_delta": 0.0, "cooldown": 3},
}


def scores() -> list[float]:
    """Return validation losses that fall, stand still, and fall again."""
    noise = np.random.default_rng(3).random(60)
    losses: list[float] = (np.exp(-np.arange(60) / 12) + 0.06 * noise).tolist()
    return losses


def gradients() -> tuple[np.ndarray, np.ndarray]:
    """Return the first values (2, 6) and the gradients (20, 2, 6)."""
    random = np.random.default_rng(11)
    start, steps = random.standard_normal((2, SIZE)), random.standard_normal((STEPS, 2, SIZE))
    steps[7, 0, 2] = 0.0
    return start, steps


def main() -> None:
    """Run every optimizer in float64 and write the variables after each step, and their average where one is kept."""
    import keras

    keras.config.set_floatx("float64")
    arrays: dict[str, np.ndarray] = {"version": np.array(keras.__version__)}
    start, steps = gradients()
    for name, (kind, settings) in CASES.items():
        variables = [keras.Variable(start[0]), keras.Variable(start[1].reshape(2, 3))]
        optimizer = getattr(keras.optimizers, kind)(learning_rate=RATE, **settings)
        optimizer.build(variables)
        for before in optimizer.variables:
            assert before.dtype in ("float64", "int64", "int32"), (name, before.dtype)
        rows = []
        for gradient in steps:
            parts = (gradient[0], gradient[1].reshape(2, 3))
            optimizer.apply([keras.ops.convert_to_tensor(part) for part in parts])
            rows.append([keras.ops.convert_to_numpy(variable).reshape(-1) for variable in variables])
        arrays[f"{name}|weights"] = np.array(rows)
        if optimizer.use_ema:
            optimizer.finalize_variable_values(variables)
            arrays[f"{name}|average"] = np.array(
                [keras.ops.convert_to_numpy(variable).reshape(-1) for variable in variables]
            )
    for name, settings in PLATEAUS.items():
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
        callback = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", **settings)
        callback.set_model(model)
        callback.on_train_begin()
        rates = []
        for epoch, score in enumerate(scores()):
            callback.on_epoch_end(epoch, {"val_loss": score})
            rates.append(float(model.optimizer.learning_rate))
        arrays[f"plateau {name}"] = np.array(rates)
    np.savez_compressed(GOLDEN, **arrays)


if __name__ == "__main__":
    main()
