"""No number under five can be seen, nor worked out from what is."""

from __future__ import annotations

import itertools

import pytest

from bot.reports.hiding import SMALLEST, hide, hide_count, share_of, show


@pytest.mark.parametrize(
    ("cells", "shown", "total"),
    [
        ({"a": 5, "b": 0}, {"a": 5, "b": 0}, 5),
        ({"a": 40, "b": 3, "c": 9}, {"a": 40, "b": None, "c": None}, 52),
        ({"a": 40, "b": 3}, {"a": None, "b": None}, 43),
        ({"a": 1, "b": 1, "c": 30, "d": 50}, {"a": None, "b": None, "c": None, "d": 50}, 82),
        ({"a": 4, "b": 4, "c": 30}, {"a": None, "b": None, "c": 30}, 38),
        ({"a": 3, "b": 0}, {"a": None, "b": 0}, None),
        ({"a": 2, "b": 2}, {"a": None, "b": None}, None),
        ({}, {}, 0),
    ],
)
def test_what_is_hidden(cells, shown, total):
    found = hide(cells)
    assert (dict(found.cells), found.total) == (shown, total)


@pytest.mark.requirement("R-07", "R-28")
def test_no_small_number_comes_out_by_subtraction():
    """All tables of four cells up to seven: what is left for the hidden cells never tells a small one."""
    for numbers in itertools.product(range(8), repeat=4):
        cells = dict(zip("abcd", numbers, strict=True))
        found = hide(cells)
        assert all(number is None or number == 0 or number >= SMALLEST for number in found.cells.values())
        hidden = [name for name, number in found.cells.items() if number is None]
        if hidden and found.total is not None:
            left = found.total - sum(number or 0 for number in found.cells.values())
            assert len(hidden) > 1, cells
            assert left >= SMALLEST, cells


def test_a_number_that_stands_alone():
    assert [hide_count(number) for number in (0, 1, 4, 5)] == [0, None, None, 5]


def test_a_share_is_hidden_with_its_parts():
    assert share_of(show({"a": 30, "b": 10, "c": 0}), ("a",)) == 75.0
    assert share_of(show({"a": 30, "b": 10, "c": 10}), ("a",), ("c",)) == 75.0
    assert share_of(hide({"a": 30, "b": 3, "c": 20}), ("c",)) is None
    assert share_of(hide({"a": 30, "b": 3, "c": 20}), ("a",)) == 56.6
    assert share_of(hide({"a": 0, "b": 0}), ("a",)) is None
    assert share_of(hide({"a": 40}), ("a",)) == 100.0
