"""gradloom predict FILE --data SOURCE --out OUT.csv: a trained design's predictions, one row per sample."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.printing import print_json

if TYPE_CHECKING:
    from engine.data import Preprocessing


def predict(
    file: Annotated[str, typer.Argument(help="A trained design.", metavar="FILE")],
    out: Annotated[Path, typer.Option(help="Write the predictions here (.csv).")],
    data: Annotated[str | None, typer.Option(help="A data set's name, or a CSV, NPZ or IDX file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write predictions as CSV: the class and its probabilities, or the predicted numbers in the data's own units."""
    import numpy as np

    from engine.cli.evaluate import trained_network, treated_samples
    from engine.cli.opening import check_writable, open_design
    from engine.design.files import write_atomically
    from engine.training.targets import samples_for

    check_writable(out)
    archive, folder = open_design(file)
    network = trained_network(archive, file)
    split = treated_samples(archive, data, folder, need_targets=False)
    with np.errstate(all="ignore"):
        result = network.predict(samples_for(network, split.x))
    outputs: dict[str, Any] = result if isinstance(result, dict) else {"prediction": result}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns: list[tuple[str, Any]] = []
    for name, values in outputs.items():
        columns += _columns(name, values, archive.preprocessing)
    writer.writerow([name for name, _ in columns])
    writer.writerows(zip(*(values for _, values in columns), strict=True))
    write_atomically(out, text.getvalue().encode())
    if as_json:
        print_json({"out": str(out), "samples": len(split), "columns": [label for label, _ in columns]})
    else:
        typer.echo(f"{out}: {len(split):,} predictions.")


def _columns(name: str, values: Any, preprocessing: Preprocessing | None) -> list[tuple[str, Any]]:
    flat = values.reshape(len(values), -1)
    classes = preprocessing.classes if preprocessing is not None else ()
    if preprocessing is not None and preprocessing.vocabulary and values.shape[1:][1:] == (len(classes),):
        from engine.data.tokens import text_of

        return [(name, [text_of(ids, classes, preprocessing.unit) for ids in values.argmax(axis=-1)])]
    if classes and flat.shape[1] == len(classes):
        chosen = [classes[index] for index in flat.argmax(axis=1)]
        return [(name, chosen), *((f"p({label})", flat[:, i]) for i, label in enumerate(classes))]
    if len(classes) == 2 and flat.shape[1] == 1:
        chosen = [classes[int(p > 0.5)] for p in flat[:, 0]]
        return [(name, chosen), (f"p({classes[1]})", flat[:, 0])]
    if preprocessing is not None and not classes and flat.shape[1] == len(preprocessing.target_offset):
        flat = preprocessing.inverse_target(flat)
    labels = [name] if flat.shape[1] == 1 else [f"{name}_{i + 1}" for i in range(flat.shape[1])]
    return [(label, flat[:, i]) for i, label in enumerate(labels)]
