"""Whether a screen is there. Qt ends the process where it can't reach the one that the environment names."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping


def screen_answers(environment: Mapping[str, str]) -> bool:
    """Return whether a Wayland display is named, or an X display that answers. One on another machine is believed."""
    if environment.get("WAYLAND_DISPLAY"):
        return True
    name = environment.get("DISPLAY", "")
    local = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", name)
    if local is None:
        return bool(name)
    path = os.path.join("/tmp", ".X11-unix", f"X{local[1]}")  # noqa: S108 - where every X server has its socket
    # The second is Linux's abstract namespace, where the socket is when /tmp is another one.
    return any(_connects(address) for address in (path, f"\0{path}"))


def _connects(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        try:
            probe.connect(address)
        except OSError:
            return False
    return True
