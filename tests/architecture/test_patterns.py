"""Remarks of reviews, made into rules: a pattern, where it is looked for, and why it may not stand there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, python_files, shown, text_files, tree

# What ruff sees (bare noqa, type: ignore without a code, print, eval, pickle, global NumPy randomness) is left to it.
# The patterns are written so that they do not match themselves.
PATTERNS = [
    (r"qtbot\.wait[(]", ("tests",), "wait for a signal or a state (waitSignal, waitUntil), never for time"),
    (r"QTest\.qWait[(]|QThread\.m?sleep[(]", ("tests",), "wait for a signal or a state, never for time"),
    (r"time\.sleep[(]", ("tests/designer", "tests/engine", "designer"), "wait for a signal, never for time"),
    (
        r"processEvents[(][)]\s*$",
        ("designer/canvas", "designer/document"),
        "re-entering the event loop hides bugs",
    ),
    (r"default_rng[(][)]", (), "randomness is an argument: pass a seed or a generator"),
    (r"allow_pickle\s*=\s*(?!False)", (), "opening a file must never run code"),
    (r"\b(import|from) (pickle|shelve|marshal|dill|joblib)\b", (), "opening a file must never run code"),
    (
        r"np\.random\.(seed|rand|randn|randint|normal|uniform|choice|shuffle|permutation)[(]",
        (),
        "no global randomness",
    ),
    (r"\b(TO[D]O|FIX[M]E|XX[X])\b", (), "finish it, or write an issue"),
    (r"setColorScheme[(]", ("designer",), "it does nothing without a platform theme: set the palette"),
    (r"#\s*noqa(?!: [A-Z]+\d)", (), "say which rule, and why"),
    (r"#\s*type:\s*ignore(?!\[)", (), "say which error"),
]
FOLDERS_OF_A_MACHINE = re.compile(r"(?<![\w.~}])/(?:home|root|tmp|Users|work)/[\w.-]")


@pytest.mark.parametrize(("pattern", "folders", "reason"), PATTERNS, ids=[row[0] for row in PATTERNS])
def test_banned_pattern(pattern: str, folders: tuple[str, ...], reason: str) -> None:
    expression = re.compile(pattern)
    found = [
        f"{shown(path)}:{number}: {line.strip()}"
        for path in python_files(*folders)
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if expression.search(line)
    ]
    assert not found, f"{reason}:\n" + "\n".join(found)


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    found = []
    for path in text_files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a file without a suffix that is not text
        found += [
            f"{shown(path)}:{n}" for n, line in enumerate(lines, 1) if FOLDERS_OF_A_MACHINE.search(line)
        ]
    assert not found, found


def _reason_is_missing(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    if name in ("pytest.skip", "pytest.xfail"):
        return not call.args and not any(k.arg == "reason" for k in call.keywords)
    if name in ("pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"):
        return not any(keyword.arg == "reason" for keyword in call.keywords)
    return False


def test_every_skip_says_why() -> None:
    silent = []
    for path in python_files("tests"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and _reason_is_missing(node):
                silent.append(f"{shown(path)}:{node.lineno}")
            decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
            bare = [d for d in decorators if ast.unparse(d) in ("pytest.mark.skip", "pytest.mark.xfail")]
            silent += [f"{shown(path)}:{d.lineno}" for d in bare]
    assert not silent, f"a skip without a reason: {silent}"


def test_resources_hold_no_code() -> None:
    code = [shown(path) for path in (ROOT / "resources").rglob("*.py")]
    assert not code, code
