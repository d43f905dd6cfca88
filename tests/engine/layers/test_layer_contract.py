"""What every layer type promises, checked on each of its examples; a new layer is found by itself."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from engine.core.errors import SettingError, ShapeError
from engine.core.fields import describe
from engine.core.registry import family
from engine.layers import layers
from engine.layers.base import Example, Layer
from tests.engine.layers.fake_binding import FakeBinding, worst_error

FAMILY_NAMES = {
    "input", "shape", "dense", "activation", "convolution", "pooling", "normalization", "regularization",
    "recurrent", "attention", "merge", "output",
}  # fmt: skip
CLASSES = list(layers.classes.values())
EXAMPLES = [pytest.param(e, id=f"{c.NAME}-{i}") for c in CLASSES for i, e in enumerate(c.examples())]
WITH_KERNEL = [
    pytest.param(e, id=f"{c.NAME}-{i}")
    for c in CLASSES
    if c.INPUTS and c.OUTPUTS and not c.ALIAS
    for i, e in enumerate(c.examples())
]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.NAME)
def test_says_what_it_is(cls: type[Layer]) -> None:
    text = cls.__doc__ or ""
    assert text.splitlines()[0].rstrip().endswith((".", ":")), "the first line is a sentence for the palette"
    assert "Shapes:" in text
    assert "Formula:" in text or cls.NAME == "Input"
    assert cls.FAMILY in FAMILY_NAMES
    assert cls.CATEGORY
    assert cls.FORMULA
    assert not cls.ACTIVATION_FIELD or cls.ACTIVATION_FIELD in cls.__struct_fields__
    assert set(cls.SUMMARY_FIELDS) <= set(cls.__struct_fields__)
    for field in describe(cls):
        assert field.description.endswith("."), f"{field.name} needs a description"
        assert not field.registry or family(field.registry).names()


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.NAME)
def test_examples_reach_every_setting(cls: type[Layer]) -> None:
    changed = {
        name
        for e in cls.examples()
        for name in cls.__struct_fields__
        if getattr(e.layer, name) != getattr(cls(), name)
    }
    free = {"dtype", "loss", "weight"}
    assert changed - free == set(cls.__struct_fields__) - free


@pytest.mark.parametrize("example", EXAMPLES)
def test_survives_a_file(example: Example) -> None:
    layer = example.layer
    assert type(layer).validated(layer.to_data()) == layer
    with pytest.raises(SettingError):
        type(layer).validated({**layer.to_data(), "no_such_setting": 1})


@pytest.mark.parametrize("example", EXAMPLES)
def test_rules_do_not_depend_on_the_run(example: Example) -> None:
    layer, shapes = example.layer, example.inputs
    assert layer.output_shapes(shapes) == layer.output_shapes(shapes)
    assert layer.multiply_adds(shapes) >= 0
    names = [spec.name for spec in layer.parameter_specs(shapes)]
    assert len(names) == len(set(names))
    if type(layer).ALIAS:
        assert np.prod(layer.output_shapes(shapes)[0]) == np.prod(shapes[0])


@pytest.mark.parametrize("example", WITH_KERNEL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shapes_and_dtype_and_inputs(example: Example, dtype: type) -> None:
    for batch in (1, 4):
        b = FakeBinding(example.layer, example.inputs, batch=batch, dtype=dtype)
        before = [x.copy() for x in b.inputs]
        weights = {name: p.copy() for name, p in b.parameters.items()}
        first = [y.copy() for y in b.forward()]
        b.backward()
        gradients = [g.copy() for g in (*b.input_gradients, *b.gradients.values()) if g is not None]
        assert all(np.isfinite(y).all() and y.dtype == dtype for y in first), "every output is written"
        assert all(np.isfinite(g).all() for g in gradients), "every gradient is written"
        assert all(np.array_equal(x, kept) for x, kept in zip(b.inputs, before, strict=True)), (
            "inputs are kept"
        )
        assert all(np.array_equal(b.parameters[name], kept) for name, kept in weights.items())
        again = [y.copy() for y in b.forward()]
        b.backward()
        assert all(np.array_equal(x, y) for x, y in zip(first, again, strict=True)), "the same, once more"
        later = [g for g in (*b.input_gradients, *b.gradients.values()) if g is not None]
        for old, new in zip(gradients, later, strict=True):
            assert np.array_equal(old, new), "gradients are written, not added"


@pytest.mark.parametrize("example", WITH_KERNEL)
@pytest.mark.parametrize("training", [True, False], ids=["training", "predicting"])
def test_gradients(example: Example, training: bool) -> None:
    b = FakeBinding(example.layer, example.inputs, training=training)
    b.forward()
    b.backward()
    for x, dx in zip(b.inputs, b.input_gradients, strict=True):
        assert dx is None or worst_error(b, x, dx) < 1e-6
    for name, gradient in b.gradients.items():
        assert worst_error(b, b.parameters[name], gradient) < 1e-6


@pytest.mark.parametrize("example", WITH_KERNEL)
def test_leaves_out_what_is_not_wanted(example: Example) -> None:
    whole = FakeBinding(example.layer, example.inputs)
    whole.forward()
    whole.backward()
    inner = FakeBinding(example.layer, example.inputs, wanted=False)
    inner.forward()
    if inner.kernel.backward is not None:
        inner.backward()
    for name, gradient in inner.gradients.items():
        np.testing.assert_allclose(gradient, whole.gradients[name], rtol=1e-12, atol=1e-12)
    frozen = FakeBinding(example.layer, example.inputs, frozen=True)
    frozen.forward()
    frozen.backward()
    for x, dx in zip(frozen.inputs, frozen.input_gradients, strict=True):
        assert dx is None or worst_error(frozen, x, dx) < 1e-6


@pytest.mark.parametrize("example", WITH_KERNEL)
def test_predicts_without_a_backward_half(example: Example) -> None:
    plain = FakeBinding(example.layer, example.inputs, training=False, backward=False)
    full = FakeBinding(example.layer, example.inputs, training=False)
    for y, same in zip(plain.forward(), full.forward(), strict=True):
        np.testing.assert_allclose(y, same, rtol=1e-12)


@pytest.mark.parametrize("example", WITH_KERNEL)
def test_allocates_nothing_while_it_runs(example: Example) -> None:
    smallest = min(int(np.prod(s)) for s in (*example.inputs, *example.layer.output_shapes(example.inputs)))
    b = FakeBinding(example.layer, example.inputs, batch=400_000 // smallest, dtype=np.float32)
    b.kernel.forward()
    b.backward()
    tracemalloc.start()
    try:
        b.kernel.forward()
        b.backward()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # Every array has 1.6 MB or more; NumPy's own buffers, where it converts while it works, come to some 100 kB.
    assert peak < 400_000, f"{peak} bytes were allocated"


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.NAME)
def test_refuses_nonsense_with_a_reason(cls: type[Layer]) -> None:
    for shapes in (((),), ((2, 2, 2, 2, 2, 2),), ((1, 1, 1),)):
        for example in cls.examples():
            if len(example.inputs) != 1:
                continue
            try:
                result = example.layer.output_shapes(shapes)
            except ShapeError as error:
                assert "Received" in str(error) or "values" in str(error) or "input of" in str(error)
                assert error.shapes
            else:
                assert all(n >= 1 for shape in result for n in shape)
