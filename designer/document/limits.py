"""Limits of what the document takes in from outside."""

from __future__ import annotations

CLIPBOARD_BYTES = 16 * 2**20
"""Text beyond this can't be layers that somebody copied."""
RECENT_FILES = 10
AUTOSAVE_SECONDS = 60
"""At most this many seconds of edits are lost when the program or the machine dies."""
PASTE_OFFSET = 32.0
"""Canvas units by which a copy stands beside its original."""
