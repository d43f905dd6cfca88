"""Numbers in the form in which the window shows them."""

from __future__ import annotations

import pytest

from designer.common.text import (
    count_noun,
    elided_middle,
    format_amount,
    format_bytes,
    format_count,
    format_duration,
    format_number,
    format_percent,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.000438568, "4.39e-4"),
        (0.0413, "0.0413"),
        (0.04, "0.04"),
        (1.0, "1"),
        (12.5, "12.5"),
        (1380.4, "1,380"),
        (99_960.0, "99,960"),
        (123_456.0, "123,456"),
        (1_234_567.0, "1.23e6"),
        (0.0009999, "0.001"),
        (-0.5, "−0.5"),
        (-2.5e-7, "−2.5e-7"),
        (0, "0"),
        (float("nan"), "NaN"),
        (float("-inf"), "−∞"),
    ],
)
def test_numbers_have_three_significant_digits(value: float, text: str) -> None:
    assert format_number(value) == text


def test_a_readout_keeps_its_width() -> None:
    assert [format_number(x, fixed=True) for x in (0.04, 0.041, 0.0412)] == ["0.0400", "0.0410", "0.0412"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(401_536, "402\u00a0k"), (9999, "9,999"), (12_900_000, "12.9\u00a0M"), (2e9, "2\u00a0G")],
)
def test_amounts(value: float, text: str) -> None:
    assert format_amount(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(41, "0:41"), (725, "12:05"), (3753, "1:02:33"), (float("nan"), "—"), (-1, "—")]
)
def test_durations(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_the_rest() -> None:
    assert format_count(401_536) == "401,536"
    assert format_percent(0.981) == "98.1\u00a0%"
    assert format_bytes(214 * 2**20) == "214\u00a0MB"
    assert count_noun(1, "layer") == "1 layer"
    assert count_noun(9, "layer") == "9 layers"
    assert elided_middle("abcdefghij", 7) == "abc…hij"
    assert elided_middle("short", 7) == "short"
