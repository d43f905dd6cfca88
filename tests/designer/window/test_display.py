"""A screen that is named but not there is no screen."""

from __future__ import annotations

import pytest

from designer.window.display import screen_answers


@pytest.mark.parametrize(
    ("environment", "there"),
    [
        ({}, False),
        ({"DISPLAY": ""}, False),
        ({"DISPLAY": ":31999"}, False),
        ({"DISPLAY": "unix:31999.0"}, False),
        ({"DISPLAY": "desk.example:0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
    ],
)
def test_which_screens_count(environment: dict[str, str], there: bool) -> None:
    assert screen_answers(environment) is there


def test_a_server_that_runs_answers(xvfb_display: str) -> None:
    assert screen_answers({"DISPLAY": xvfb_display})
