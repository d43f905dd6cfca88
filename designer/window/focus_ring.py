"""Where Tab leads: through a region of the window in reading order, then to the next region.

Qt's own order is that in which widgets were made, which is not what is seen once forms are rebuilt; and it leads into
docks that lie behind another one's tab.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

LINE = 12
"""Pixels: what begins within as many of each other stands in one line."""


def tab_stops(region: QWidget) -> list[QWidget]:
    """Return what the Tab key reaches in a region: line by line, each from left to right."""
    found = [region, *region.findChildren(QWidget)]
    stops = [widget for widget in found if _is_stop(widget)]

    def place(widget: QWidget) -> tuple[int, int]:
        at = widget.mapTo(region, QPoint(0, 0)) if widget is not region else QPoint(0, 0)
        return (at.y() + min(widget.height(), 4 * LINE) // 2) // LINE, at.x()

    return sorted(stops, key=place)


def next_stop(regions: Sequence[QWidget], focused: QWidget | None, *, forward: bool) -> QWidget | None:
    """Return the stop after the focused widget (before it, where not `forward`), or None where there is none."""
    seen = [region for region in regions if region.isVisible() and not region.visibleRegion().isEmpty()]
    here = next((r for r in seen if focused is not None and (r is focused or r.isAncestorOf(focused))), None)
    step = 1 if forward else -1
    if here is not None:
        stops = tab_stops(here)
        place = stops.index(focused) + step if focused in stops else -1
        if 0 <= place < len(stops):
            return stops[place]
    start = seen.index(here) if here is not None else -1
    for distance in range(1, len(seen) + 1):
        stops = tab_stops(seen[(start + step * distance) % len(seen)])
        if stops:
            return stops[0 if forward else -1]
    return None


def _is_stop(widget: QWidget) -> bool:
    wanted = Qt.FocusPolicy.TabFocus
    return (
        widget.isVisible()
        and widget.isEnabled()
        and not widget.isWindow()
        and (widget.focusPolicy() & wanted) == wanted
        and widget.focusProxy() is None
    )
