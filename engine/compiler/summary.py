"""The familiar table: layer, output shape, parameters; and the totals."""

from __future__ import annotations

from engine.core.shapes import size, text
from engine.design.blocks import BlockLayer
from engine.design.design import Design
from engine.design.inference import Inference

BYTES = 4
"""A parameter's size in float32."""


def summary_rows(design: Design, inference: Inference) -> list[tuple[str, str, str, int]]:
    """Return (name, type, output shape, parameters) for each node, in the order of the network."""
    rows = []
    for node_id in (*inference.order, *inference.cycle):
        node = design.nodes[node_id]
        shapes = inference.outputs.get(node_id)
        if node.type == "Output":
            shapes = inference.inputs.get(node_id)
        shape = ", ".join(text(s) for s in shapes) if shapes else "?"
        rows.append((node.name, node.type, shape, inference.parameter_count(node_id)))
    return rows


def totals(design: Design, inference: Inference) -> tuple[int, int]:
    """Return (trainable, not trainable) counts: statistics and the parameters of frozen nodes do not train."""
    moving = still = 0
    for node_id, specs in inference.parameters.items():
        for spec in specs:
            if spec.trainable and not design.nodes[node_id].frozen:
                moving += size(spec.shape)
            else:
                still += size(spec.shape)
    return moving, still


def multiply_adds(design: Design, inference: Inference) -> int:
    """Return the multiply-add operations of one forward pass for one sample."""
    known = [n for n in inference.outputs if n in inference.inputs]
    total = sum(design.nodes[n].layer.multiply_adds(inference.inputs[n]) for n in known)
    for node_id, inner in inference.inner.items():
        layer = design.nodes[node_id].layer
        if isinstance(layer, BlockLayer) and not design.nodes[node_id].bypassed:
            total += multiply_adds(design.inside(layer.block), inner)
    return total


def summary_text(design: Design, inference: Inference) -> str:
    """Return the table as text."""
    rows = [
        (f"{name} ({kind})", shape, f"{count:,}")
        for name, kind, shape, count in summary_rows(design, inference)
    ]
    head = ("Layer (type)", "Output shape", "Parameters")
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(3)]
    line = "─" * (sum(widths) + 4)

    def row_text(row: tuple[str, str, str]) -> str:
        return f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}"

    moving, still = totals(design, inference)
    body = [f"Design: {design.name}", line, row_text(head), line, *(row_text(row) for row in rows), line]
    body += [
        f"Total parameters: {moving + still:,} ({_bytes((moving + still) * BYTES)})",
        f"Trainable parameters: {moving:,}",
        f"Non-trainable parameters: {still:,}",
        f"Multiply-adds for a sample: {multiply_adds(design, inference):,}",
    ]
    return "\n".join(body)


def _bytes(count: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:,.4g} {unit}"
        count /= 1024
    return f"{count:,.4g} GiB"
