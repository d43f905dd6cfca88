"""The coloured field: smooth between the grid's places, crisp where the lead changes, and nothing where none leads."""

from __future__ import annotations

import numpy as np
import pytest

from designer.plots.decision_field import class_field, enlarged, value_field

BLUE, ORANGE, SURFACE, LINE = (
    np.array(c, np.float32) for c in ((0, 0, 255), (255, 128, 0), (30, 30, 30), (255, 255, 255))
)
COLORS = np.stack((BLUE, ORANGE))


def slope(side: int = 40) -> np.ndarray:
    """Probability of the second class, which rises from left to right."""
    rising = np.tile(np.linspace(0, 1, side, dtype=np.float32), (side, 1))
    return np.stack((1 - rising, rising), axis=-1)


def test_enlarging_keeps_a_plane_and_puts_the_lowest_row_below() -> None:
    rows = np.arange(10, dtype=np.float32)
    grid = (rows[:, None] * 2 + rows[None, :])[..., None]
    large = enlarged(grid, 100, 50)[..., 0]
    assert large.shape == (50, 100)
    assert large[-1, 0] == grid.min()
    assert large[0, -1] == grid.max()
    inner = large[5:-5, 10:-10]
    assert np.allclose(np.diff(inner, axis=1), 0.1, atol=1e-4)
    assert np.allclose(np.diff(inner, axis=0), -0.4, atol=1e-4)
    assert enlarged(grid[:1, :1], 4, 4).shape == (4, 4, 1)


def test_the_border_is_one_line_where_the_lead_changes() -> None:
    pixels = class_field(enlarged(slope(), 200, 200), COLORS, SURFACE, LINE).astype(float)
    bright = pixels.min(axis=-1) > 100
    columns = np.flatnonzero(bright.any(axis=0))
    assert bright[:, columns].all()
    assert 1 <= len(columns) <= 3
    assert abs(columns.mean() - 99.5) <= 1
    assert pixels[0, 5, 2] > pixels[0, 5, 0]
    assert pixels[0, -5, 0] > pixels[0, -5, 2]


def test_a_network_that_knows_nothing_shows_the_surface_without_lines() -> None:
    undecided = np.full((50, 50, 2), 0.5, np.float32)
    pixels = class_field(undecided, COLORS, SURFACE, LINE)
    assert (pixels == pixels[0, 0]).all()
    assert np.abs(pixels[0, 0].astype(float) - SURFACE).max() < 40


def test_three_classes_have_borders_between_each_two() -> None:
    side = 120
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    angle = np.arctan2(y, x)
    scores = np.stack([np.cos(angle - turn) for turn in (0, 2.1, 4.2)], axis=-1) * 6
    shares = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    colors = np.array([[200, 0, 0], [0, 200, 0], [0, 0, 200]], np.float32)
    bright = class_field(shares.astype(np.float32), colors, SURFACE, LINE).min(axis=-1) > 120
    ring = np.abs(np.hypot(x, y) - 0.8) < 0.02
    angles = np.sort(angle[bright & ring])
    groups = 1 + int((np.diff(angles) > 0.3).sum())
    assert groups == 3


def test_values_take_the_colours_between_their_ends() -> None:
    table = np.stack([np.arange(256)] * 3, axis=-1).astype(np.uint8)
    values = np.array([[-2.0, -1.0, 0.0, 1.0, 5.0, np.nan]])
    assert value_field(values, -1.0, 1.0, table)[0, :, 0] == pytest.approx([0, 0, 128, 255, 255, 128], abs=1)
