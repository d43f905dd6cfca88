"""The figures behind a picture of predictions, for an export as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Table = tuple[list[str], list[list[object]]]
PARTS = ("train", "validation", "test")


def _samples(value: Mapping[str, Any]) -> Table:
    if value["about"]["view"] == "images":
        return ["made image", "difference to the nearest real one"], [
            [number, distance] for number, distance in enumerate(value["distances"].tolist(), start=1)
        ]
    rows: list[list[object]] = []
    for name in ("real", "made"):
        rows += [[name, *place] for place in value[name].tolist()]
    return ["kind", "x1", "x2"], rows


def table_of(value: Mapping[str, Any]) -> Table:
    """Return (column names, rows): a sample to each row, or a class of the confusion matrix."""
    about = value["about"]
    kind = about["kind"]
    if kind == "confusion":
        names = about["rows"]
        rows = zip(names, value["matrix"].tolist(), strict=True)
        return ["true \\ predicted", *names], [[name, *counts] for name, counts in rows]
    if kind == "texts":
        from designer.plots.predictions_texts import text_rows

        written = [[r.source, "".join(p.text for p in r.answer), r.truth, r.exact] for r in text_rows(value)]
        return ["source", "network", "truth", "exact"], written
    if kind == "samples":
        return _samples(value)
    if kind == "attention":
        weights = value["weights"]
        names = ["sample", "head", "looking", "looked at", "weight"]
        return names, [[s + 1, h + 1, q + 1, k + 1, float(w)] for (s, h, q, k), w in np.ndenumerate(weights)]
    if kind == "reconstruction" and "codes" in value:
        name, classes = about["code"]["name"], about["code"]["classes"]
        columns = ["class", *(f"{name} {number + 1}" for number in value["dimensions"].tolist())]
        pairs = zip(value["labels"].tolist(), value["codes"].tolist(), strict=True)
        return columns, [[classes[label] if classes else "", *codes] for label, codes in pairs]
    if kind == "reconstruction":
        return ["image", "mean squared error"], [[i + 1, float(e)] for i, e in enumerate(value["errors"])]
    truth, answers = value["truth"].tolist(), value["answers"].tolist()
    if kind == "scatter":
        columns = [
            f"{what} {name}" for what in ("true", "predicted") for name in about["targets"][: len(truth[0])]
        ]
        return columns, [[*t, *a] for t, a in zip(truth, answers, strict=True)]
    places = value["places"].tolist()
    features = (
        about["features"] if len(about["features"]) == len(places[0]) else ["x1", "x2"][: len(places[0])]
    )
    parts = [PARTS[number] for number in value["part"].tolist()]
    if about["task"] == "classification":
        names = about["classes"]
        return ["part", *features, "true", "predicted", "probability"], [
            [part, *place, names[int(t[0])], names[int(a[0])], float(sure)]
            for part, place, t, a, sure in zip(
                parts, places, truth, answers, value["confidence"], strict=True
            )
        ]
    targets = about["targets"][: len(truth[0])]
    columns = ["part", *features, *(f"true {n}" for n in targets), *(f"predicted {n}" for n in targets)]
    return columns, [[p, *at, *t, *a] for p, at, t, a in zip(parts, places, truth, answers, strict=True)]
