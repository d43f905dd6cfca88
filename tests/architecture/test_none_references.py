"""PySide6 must not lose references to None: on Python 3.11 the process aborts when the last one is gone."""

from __future__ import annotations

import sys

import pytest

CALLS = 2000
# Other code may hold or drop a few references to None while the loop runs.
SLACK = 100


@pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="None is immortal since Python 3.12: it has no count to lose"
)
def test_void_calls_give_back_every_reference_to_none(qapp: object) -> None:
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QGraphicsRectItem, QGraphicsScene

    thing, item, scene = QObject(), QGraphicsRectItem(), QGraphicsScene()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        thing.setObjectName("a")
        thing.parent()
        item.setPos(1.0, 2.0)
        scene.update()
    assert sys.getrefcount(None) >= before - SLACK, "this PySide6 loses references to None (6.12.0 does)"
