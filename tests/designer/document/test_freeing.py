"""A document and its steps are freed whatever order the garbage collector takes them in, and nothing stays behind."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from designer.document.document import Document
from designer.document.edit_command import EditCommand
from engine.design import edits as e

# Held from outside while the collector runs, the commands come before their document in its lists: so it comes upon
# them first when all of it becomes garbage. In a process of its own, for a double free ends that at once.
COMMANDS_FIRST = """
import gc
from PySide6.QtCore import QCoreApplication
from designer.document.document import Document
from engine.design import edits as e

program = QCoreApplication([])
document = Document()
for count in range(5):
    document.push("Rename", [e.SetSection("name", str(count))])
document.undo_stack.undo()
commands = [document.undo_stack.command(place) for place in range(5)]
del document
for _ in range(3):
    gc.collect()
del commands
gc.collect()
print("freed")
"""

COPIED_AT_THE_END = """
from PySide6.QtGui import QGuiApplication
from designer.document.clipboard import put_on_clipboard
from designer.document.fragment import fragment_of
from tests.designer.document.networks import chain

program = QGuiApplication([])
put_on_clipboard(fragment_of(chain(), ["dense_1", "dense_2"]))
print("copied")
"""


def run(script: str, root: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, where glibc overwrites what is freed: a use after that is seen."""
    environment = os.environ | {"MALLOC_PERTURB_": "165", "PYTHONPATH": str(root)}
    command = [sys.executable, "-X", "faulthandler", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)


def commands() -> int:
    """Return how many undo commands are alive."""
    gc.collect()
    return sum(isinstance(found, EditCommand) for found in gc.get_objects())


def test_the_commands_may_be_collected_before_their_document(root: Path) -> None:
    done = run(COMMANDS_FIRST, root)
    assert (done.stdout.strip(), done.returncode) == ("freed", 0), done.stderr


def test_steps_that_joined_leave_nothing_behind(qtbot: QtBot) -> None:
    before = commands()
    document = Document()
    for count in range(20):
        document.push("Rename", [e.SetSection("name", str(count))], merge="name")
    assert document.undo_stack.count() == 1
    assert commands() == before + 1
    del document
    assert commands() == before


def test_a_step_joins_neither_the_saved_state_nor_one_that_was_undone(qtbot: QtBot) -> None:
    document = Document()
    told: list[int] = []
    document.undo_changed.connect(lambda: told.append(document.undo_stack.index()))

    def rename(name: str) -> None:
        document.push("Rename", [e.SetSection("name", name)], merge="name")

    rename("one")
    rename("two")
    assert told == [1, 1]
    document.undo_stack.setClean()
    rename("three")
    rename("four")
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    assert (document.design.name, document.undo_stack.isClean()) == ("two", True)
    document.undo_stack.undo()
    rename("five")
    assert (document.undo_stack.count(), document.undo_stack.canRedo()) == (1, False)
    document.undo_stack.undo()
    assert document.design.name == Document().design.name


def test_the_program_may_end_with_layers_on_the_clipboard(root: Path) -> None:
    done = run(COPIED_AT_THE_END, root)
    assert (done.stdout.strip(), done.returncode) == ("copied", 0), done.stderr
