"""No number under five can be seen, nor worked out from what is."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict

import pytest

from bot.reports.hiding import SMALLEST, hide, hide_count, share_of, show


@pytest.mark.parametrize(
    ("cells", "shown", "total"),
    [
        ({"a": 5, "b": 0}, {"a": 5, "b": 0}, 5),
        ({"a": 40, "b": 3, "c": 9}, {"a": 40, "b": None, "c": None}, 52),
        ({"a": 40, "b": 3}, {"a": None, "b": None}, 43),
        ({"a": 1, "b": 1, "c": 30, "d": 50}, {"a": None, "b": None, "c": None, "d": 50}, 82),
        ({"a": 4, "b": 3, "c": 30}, {"a": None, "b": None, "c": 30}, 37),
        ({"a": 4, "b": 4, "c": 5}, {"a": None, "b": None, "c": None}, 13),
        ({"a": 4, "b": 5, "c": 5, "d": 9}, {"a": None, "b": None, "c": None, "d": 9}, 23),
        ({"a": 3, "b": 0}, {"a": None, "b": None}, None),
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 9}, dict.fromkeys("abcdef"), 14),
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}, dict.fromkeys("abcde"), 5),
        ({"a": 3, "b": 2, "c": 0}, {"a": None, "b": None, "c": None}, 5),
        ({"a": 3, "b": 9, "c": 0}, {"a": None, "b": None, "c": None}, 12),
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


@pytest.mark.requirement("R-07", "R-28")
@pytest.mark.parametrize(("size", "most"), [(2, 24), (3, 13), (4, 8), (6, 3)])
def test_no_small_number_comes_out_for_one_who_knows_the_rule(size, most):
    """All tables of a size: of those that look the same, each hidden small number might be another one."""
    worlds = defaultdict(list)
    for numbers in itertools.product(range(most + 1), repeat=size):
        found = hide(dict(zip("abcdef", numbers, strict=False)))
        worlds[(*found.cells.values(), found.total)].append(numbers)
    for seen, tables in worlds.items():
        if seen[-1] is not None and seen[-1] > most:
            continue  # its other worlds may have a number that is greater than those tried here
        for place in range(size):
            might_be = {table[place] for table in tables}
            assert seen[place] is not None or len(might_be) > 1, (seen, tables)


@pytest.mark.requirement("R-07", "R-28")
@pytest.mark.parametrize(("size", "total"), [(2, 12), (3, 13), (5, 5), (5, 9), (6, 5), (7, 7)])
def test_no_small_number_comes_out_for_one_who_has_the_total_from_another_table(size, total):
    """All tables of a size with one total: a 1 in every cell looks like others too, whatever shows that total."""
    worlds = defaultdict(list)
    for numbers in itertools.product(range(total + 1), repeat=size):
        if sum(numbers) == total:
            worlds[tuple(hide(dict(enumerate(numbers))).cells.values())].append(numbers)
    for seen, tables in worlds.items():
        for place in (place for place in range(size) if seen[place] is None):
            might_be = {table[place] for table in tables}
            assert len(might_be) > 1, (seen, tables)
            assert max(might_be) > 1, (seen, tables)


@pytest.mark.requirement("R-07", "R-28")
def test_hidden_numbers_may_change_places_unseen():
    """Of all sizes: two hidden numbers that differ are told apart by nothing that is shown."""
    chance = random.Random(7)
    for _ in range(2000):
        numbers = [chance.choice((0, 1, 1, 2, 4, 5, 5, 6, 30)) for _ in range(chance.randint(2, 12))]
        cells = {f"{place:02}": number for place, number in enumerate(numbers)}
        found = hide(cells)
        hidden = [name for name, number in found.cells.items() if number is None]
        for one, other in itertools.pairwise(hidden):
            swapped = {**cells, one: cells[other], other: cells[one]}
            assert hide(swapped) == found, (cells, one, other)


def test_a_number_that_stands_alone():
    assert [hide_count(number) for number in (0, 1, 4, 5)] == [0, None, None, 5]


def test_a_share_is_hidden_with_its_parts():
    assert share_of(show({"a": 30, "b": 10, "c": 0}), ("a",)) == 75.0
    assert share_of(show({"a": 30, "b": 10, "c": 10}), ("a",), ("c",)) == 75.0
    assert share_of(hide({"a": 30, "b": 3, "c": 20}), ("c",)) is None
    assert share_of(hide({"a": 30, "b": 3, "c": 20}), ("a",)) == 56.6
    assert share_of(hide({"a": 0, "b": 0}), ("a",)) is None
    assert share_of(hide({"a": 40}), ("a",)) == 100.0
