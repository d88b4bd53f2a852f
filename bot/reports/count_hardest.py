"""Procedures that people find hard: section "hardest" (R-07, I.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from bot.reports.count_opinions import Opinion
from bot.reports.count_talks import Tally

MOST = 20
SMALLEST = 5
COLUMNS = ("unsolved", "disliked", "papers", "petitions")


def count_hardest(talks: Tally, opinions: Sequence[Opinion], petitioned: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of the ranking, the hardest first; what has fewer than five signs is none."""
    signs = {
        "unsolved": talks.unsolved,
        "disliked": Counter(one.procedure_code for one in opinions if one.complains and one.procedure_code),
        "papers": talks.papers,
        "petitions": Counter(petitioned),
    }
    codes = {code for counted in signs.values() for code in counted}
    numbers = {code: {name: signs[name][code] for name in COLUMNS} for code in sorted(codes)}
    heavy = [code for code in numbers if sum(numbers[code].values()) >= SMALLEST]
    hardest = sorted(heavy, key=lambda code: -sum(numbers[code].values()))[:MOST]
    return [{"key": code, "numbers": numbers[code]} for code in hardest]
