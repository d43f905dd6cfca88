"""gradloom check FILE: the problems of a design, then its gradients against central differences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.printing import print_json

if TYPE_CHECKING:
    from engine.compiler.network import Network

SAMPLES = 8
MEMORY = 2**30
"""Bytes that the values of the check may take."""


def check(
    file: Annotated[str, typer.Argument(help="A design, or a template's name.", metavar="FILE")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
) -> None:
    """List what is wrong with a design, then check its gradients numerically; fails if anything is wrong."""
    from engine.cli.opening import open_design

    archive, _ = open_design(file)
    design = archive.design
    problems = design.check()
    for problem in problems:
        row = {
            "severity": problem.severity,
            "node": problem.node,
            "code": problem.code,
            "message": problem.message,
        }
        cure = f" Cure: {problem.repair.label}." if problem.repair else ""
        if as_json:
            print_json(row)
        else:
            typer.echo(f"{problem.severity}: {problem.message}{cure}")
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)

    import engine
    from engine.compiler.gradient_check import PASS

    network = engine.compile(design)
    if archive.weights:
        network.load_weights(archive.weights)
    errors = engine.check_gradients(network, *_made_up_batch(network))
    for name, error in errors.items():
        good = error < PASS
        if as_json:
            print_json({"parameter": name, "relative_error": error, "passed": good})
        else:
            typer.echo(f"{'passed' if good else 'FAILED'}  {name}: relative error {error:.2e}")
    if not all(error < PASS for error in errors.values()):
        raise typer.Exit(1)


def _made_up_batch(network: Network) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return samples drawn at random and targets that suit each loss: a gradient is right for any data or for none."""
    import numpy as np

    from engine.core.shapes import size

    random = np.random.default_rng(0)
    # In float64, value and gradient: a large network is checked on fewer samples.
    values = sum(size(shape) for shapes in network.inference.outputs.values() for shape in shapes)
    samples = max(1, min(SAMPLES, MEMORY // (16 * max(values, 1))))
    plan, nodes = network.plan(samples, training=True), network.design.nodes
    x: dict[str, Any] = {
        nodes[n].name: random.standard_normal(a.shape) for n, a in plan.inputs.items() if a.dtype.kind == "f"
    }
    x |= {
        nodes[n].name: random.integers(0, 2, a.shape) for n, a in plan.inputs.items() if a.dtype.kind != "f"
    }
    y: dict[str, Any] = {}
    for node_id, target in plan.targets.items():
        classes = plan.predictions[node_id].shape[-1]
        match network.losses[node_id].TARGET:
            case "index":
                y[nodes[node_id].name] = random.integers(0, classes, target.shape)
            case "one_hot":
                y[nodes[node_id].name] = np.eye(classes)[random.integers(0, classes, target.shape[:-1])]
            case _:
                y[nodes[node_id].name] = random.random(target.shape)
    return x, y
