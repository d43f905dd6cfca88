"""Blocks in files: what was written is read, and what is damaged, or stands for too much, is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.core.errors import DesignError, FileFormatError
from engine.design import edits as e
from engine.design.blocks import Block, BlockLayer
from engine.design.checks import problems_of
from engine.design.document_json import read_document, write_document
from engine.design.flatten import flatten
from engine.design.inference import infer
from tests.engine.design.test_blocks import by_hand, node

GOLDEN = Path(__file__).parents[2] / "golden" / "version_1_blocks.json"


def test_the_golden_file_reads_as_it_was_meant() -> None:
    text = GOLDEN.read_text(encoding="utf-8")
    design = read_document(text)
    assert write_document(design) == text
    assert list(design.blocks) == ["residual", "pair"]
    assert design.blocks["pair"].description == "Two in a row"
    assert [(n.type, n.frozen) for n in design.nodes.values()][1:3] == [("Block", False), ("Block", True)]
    assert engine.compile(design).parameter_vector.size == 3 * 20 + 10


def test_a_few_lines_that_stand_for_more_than_any_memory_holds_are_refused() -> None:
    def nested(levels: int, each: int) -> str:
        data = json.loads(write_document(by_hand()))
        parts = [{"id": "d", "type": "Dense", "name": "d", "settings": {}}]
        data["blocks"] = [{"id": "b0", "name": "b0", "nodes": parts}]
        for level in range(1, levels):
            rows = [
                {"id": f"n{i}", "type": "Block", "name": f"n{i}", "settings": {"block": f"b{level - 1}"}}
                for i in range(each)
            ]
            data["blocks"].append({"id": f"b{level}", "name": f"b{level}", "nodes": rows})
        return json.dumps(data)

    assert len(read_document(nested(5, 5)).blocks) == 5
    with pytest.raises(FileFormatError, match="taken apart, the blocks hold"):
        read_document(nested(30, 3))
    with pytest.raises(FileFormatError, match="deep; at most 32"):
        read_document(nested(200, 1))
    design = read_document(nested(5, 5))
    design.apply(e.AddBlock(Block(id="wide", name="Wide", nodes=tuple(
        node(f"n{i}", BlockLayer(block="b4")) for i in range(30)))))  # fmt: skip
    design.add("wide")
    with pytest.raises(DesignError, match="at most 20,000"):
        design.add("wide")


def test_a_damaged_document_with_blocks_is_refused_or_can_be_shown() -> None:
    random = np.random.default_rng(0)
    text = GOLDEN.read_text(encoding="utf-8")
    values = [None, 3, "", "pair", "residual", [], {}, [[]], "input", "output", True, -1.5]
    read = 0
    for _ in range(400):
        data = json.loads(text)
        place: object = data["blocks"] if random.random() < 0.7 else data
        while isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = keys[int(random.integers(len(keys)))]
            inner = place[key]  # type: ignore[index]
            if not isinstance(inner, dict | list) or not inner or random.random() < 0.2:
                if random.random() < 0.3:
                    del place[key]  # type: ignore[arg-type]
                else:
                    place[key] = values[int(random.integers(len(values)))]  # type: ignore[index]
                break
            place = inner
        try:
            design = read_document(json.dumps(data))
        except FileFormatError:
            continue
        read += 1
        problems_of(design)
        infer(flatten(design).design)
        for block in design.blocks:
            problems_of(design.inside(block))
        assert read_document(write_document(design)) == design
    assert read > 20
