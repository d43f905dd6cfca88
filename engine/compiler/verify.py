"""The verifier: what a legal plan is, stated once, and checked in tests and before a plan is trusted.

A plan is legal when
1. each buffer is written before it is read (inputs and targets come from outside);
2. no step writes to memory that it reads, unless it is the very same array (in place, on purpose);
3. every parameter that moves has exactly one gradient slot, written once and then only added to;
4. gradient slots do not overlap one another, nor the parameters;
5. no step is without effect: what it writes is read by a later step, or is a prediction or a gradient.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.compiler.parameters import ParameterStore
from engine.compiler.plan import Plan
from engine.core.errors import GradloomError

Array = NDArray[Any]
Span = tuple[int, int]


class PlanError(GradloomError):
    """A plan breaks a rule: a fault of the compiler, never of the design."""


def verify(plan: Plan, store: ParameterStore) -> None:
    """Raise PlanError where the plan is not legal."""
    _written_before_read(plan)
    _overlap_within_steps(plan)
    if plan.training:
        _one_slot_per_gradient(plan, store)
    _no_dead_steps(plan, store)


def span(array: Array) -> Span:
    """Return the memory that a contiguous array covers, as (first byte, byte after the last)."""
    start = array.__array_interface__["data"][0]
    return start, start + array.nbytes


def _inside(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _meet(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _written_before_read(plan: Plan) -> None:
    written = [span(array) for array in plan.inputs.values()]
    # Gradients of outputs that nothing reads are zeros that were written when the plan was made.
    for record in plan.records:
        for array in (*record.reads, *record.adds):
            known = any(_inside(span(array), s) for s in written)
            if not known and array.nbytes and np.any(array):
                raise PlanError(f"Step {record.name!r} reads a buffer that no step before it wrote.")
        written += [span(array) for array in record.writes]


def _overlap_within_steps(plan: Plan) -> None:
    for record in plan.records:
        for target in record.writes:
            for source in record.reads:
                if _meet(span(target), span(source)) and span(target) != span(source):
                    raise PlanError(f"Step {record.name!r} writes into a part of what it reads.")
        spans = [span(array) for array in record.writes]
        for place, one in enumerate(spans):
            if any(_meet(one, other) for other in spans[place + 1 :]):
                raise PlanError(f"Step {record.name!r} writes two results into the same memory.")


def _one_slot_per_gradient(plan: Plan, store: ParameterStore) -> None:
    vector = span(store.gradient)
    for key, gradient in store.gradients.items():
        if not _inside(span(gradient), vector):
            raise PlanError(f"The gradient of {key[0]}/{key[1]} lies outside the gradient vector.")
        writers = [r.name for r in plan.records for w in r.writes if _meet(span(w), span(gradient))]
        if len(writers) > 1:
            raise PlanError(f"The gradient of {key[0]}/{key[1]} is written by {', '.join(writers)}.")
    places = sorted(span(gradient) for gradient in store.gradients.values())
    for before, after in itertools.pairwise(places):
        if _meet(before, after):
            raise PlanError("Two gradients share memory.")


def _no_dead_steps(plan: Plan, store: ParameterStore) -> None:
    results = [span(array) for array in plan.predictions.values()]
    results += [span(store.gradient)] if plan.training else []
    for place, record in enumerate(plan.records):
        if not record.writes:
            continue
        later = [span(a) for r in plan.records[place + 1 :] for a in (*r.reads, *r.adds)]
        if not any(_meet(span(w), s) for w in record.writes for s in (*later, *results)):
            raise PlanError(f"Nothing reads what step {record.name!r} writes.")
