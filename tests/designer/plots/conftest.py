"""The stage that the tests of the plots play on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.designer.plots.stage import Stage


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    """A stage whose run is ended at the end."""
    stage = Stage(qtbot)
    yield stage
    stage.session.close()
