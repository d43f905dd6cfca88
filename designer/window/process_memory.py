"""How much memory a process has, where the system tells it without asking a further package."""

from __future__ import annotations

import os
from pathlib import Path

from designer.common.text import format_bytes


def memory_text(process_id: int | None) -> str:
    """Return a process's resident memory as "214 MB", "" where it can't be told."""
    if not process_id:
        return ""
    try:
        pages = int(Path(f"/proc/{process_id}/statm").read_text(encoding="ascii").split()[1])
        return format_bytes(pages * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError, IndexError, AttributeError):
        return ""
