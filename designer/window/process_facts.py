"""What the system knows of the training process: its memory, where it tells that without a further package."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

from designer.common.text import count_noun, format_bytes

PROCESS_NAME = "gradloom"


def training_process_facts() -> list[str]:
    """Return the facts of the training process that lives, such as ["1 thread", "214 MB"]; empty where none does."""
    from engine.core.threads import default_threads

    for child in multiprocessing.active_children():
        if child.name.startswith(PROCESS_NAME) and child.pid is not None:
            memory = memory_text(child.pid)
            return [count_noun(default_threads(), "thread"), *([memory] if memory else [])]
    return []


def memory_text(process_id: int) -> str:
    """Return a process's resident memory as "214 MB", "" where it can't be told."""
    try:
        pages = int(Path(f"/proc/{process_id}/statm").read_text(encoding="ascii").split()[1])
        return format_bytes(pages * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError, IndexError, AttributeError):
        return ""
