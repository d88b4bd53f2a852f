"""Small numbers are hidden (R-07): a number under `SMALLEST` could point at a person who is known to have been there.

Of one table, others are hidden along, the smallest first and equal ones together, until the hidden ones are at least
two that differ, and add up to `SMALLEST`: so none of them comes out by subtracting what is shown from the total, nor by
knowing this rule: whichever of them are changed for one another, the table looks the same. Zero tells of nobody, but
where nothing else is left to be seen zeros are hidden too: else a 1 in every cell that is not 0 would come out for
whoever knows the total, which another table may show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SMALLEST = 5


@dataclass(frozen=True)
class Shown:
    """What may be seen of a table; None stands for a hidden number."""

    cells: Mapping[str, int | None]
    total: int | None


def hide(cells: Mapping[str, int]) -> Shown:
    """Return a table as it may be seen; without its total where that is small itself."""
    total = sum(cells.values())
    hidden = {name for name, number in cells.items() if 0 < number < SMALLEST}
    for number in sorted({number for number in cells.values() if number >= SMALLEST}) if hidden else ():
        if _keeps_quiet([cells[one] for one in hidden]) and len({cells[one] for one in hidden}) > 1:
            break
        hidden |= {name for name, other in cells.items() if other == number}
    if hidden and sum(cells[one] for one in hidden) == total:
        return Shown(dict.fromkeys(cells), total if total >= SMALLEST else None)
    return Shown({name: None if name in hidden else number for name, number in cells.items()}, total)


def _keeps_quiet(hidden: Sequence[int]) -> bool:
    """Whether their sum, which comes out by subtraction, tells none of them: each is known to be one at least."""
    return len(hidden) > 1 and sum(hidden) >= SMALLEST and sum(hidden) > len(hidden)


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
