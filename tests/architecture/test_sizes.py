"""Ceilings that keep a file, a class and a function small enough to be read at once."""

from __future__ import annotations

import ast

from tests.architecture.sources import python_files, shown, tree

FILE_LINES = 400
CLASS_LINES = 300
FUNCTION_LINES = 60


def test_files_are_small() -> None:
    sizes = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    large = {name: lines for name, lines in sizes.items() if lines > FILE_LINES}
    assert not large, f"more than {FILE_LINES} lines: {large}"


def test_classes_and_functions_are_small() -> None:
    large = []
    for path in python_files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                limit = CLASS_LINES
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                limit = FUNCTION_LINES
            else:
                continue
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > limit:
                large.append(f"{shown(path)}:{node.lineno} {node.name} has {lines} lines, at most {limit}")
    assert not large, "\n".join(large)
