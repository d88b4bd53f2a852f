"""Small numbers are hidden (R-07): a number under `SMALLEST` could point at a person who is known to have been there.

Of one table, others are hidden along, the smallest first, until the hidden ones add up to `SMALLEST` and are at least
two: so neither the one nor the other comes out by subtracting what is shown from the total. Zero tells of nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST = 5


@dataclass(frozen=True)
class Shown:
    """What may be seen of a table; None stands for a hidden number."""

    cells: Mapping[str, int | None]
    total: int | None


def hide(cells: Mapping[str, int]) -> Shown:
    """Return a table as it may be seen."""
    total = sum(cells.values())
    if 0 < total < SMALLEST:
        return Shown({name: None if number else 0 for name, number in cells.items()}, None)
    hidden = {name for name, number in cells.items() if 0 < number < SMALLEST}
    if hidden:
        others = sorted((number, name) for name, number in cells.items() if number >= SMALLEST)
        for _, name in others:
            if len(hidden) > 1 and sum(cells[one] for one in hidden) >= SMALLEST:
                break
            hidden.add(name)
    alone = len(hidden) == 1 or 0 < sum(cells[one] for one in hidden) < SMALLEST
    return Shown(
        {name: None if name in hidden else number for name, number in cells.items()},
        None if alone else total,
    )


def show(cells: Mapping[str, int]) -> Shown:
    """Return a table that hides nothing."""
    return Shown(dict(cells), sum(cells.values()))


def hide_count(number: int) -> int | None:
    """Return a number that stands alone as it may be seen."""
    return None if 0 < number < SMALLEST else number


def share_of(shown: Shown, part: tuple[str, ...], without: tuple[str, ...] = ()) -> float | None:
    """Return how many of a hundred are in `part`; None where that is hidden, or would be of nothing."""
    needed = [shown.cells.get(name, 0) for name in (*part, *without)]
    if shown.total is None or any(number is None for number in needed):
        return None
    whole = shown.total - sum(shown.cells.get(name, 0) or 0 for name in without)
    number = sum(shown.cells.get(name, 0) or 0 for name in part)
    if not whole or 0 < whole - number < SMALLEST:
        return None
    return round(100 * number / whole, 1)
