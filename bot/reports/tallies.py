"""Small sums that every section uses."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.reports.metrics import metrics

Cells = dict[str, int]
Values = dict[str, Any]
"""Figure → what was counted: cells of a partition, a spread, a count, rows."""
NINE_TENTHS = 0.9


def partition(key: str, found: Iterable[str] | Mapping[str, int]) -> Cells:
    """Count what was found, in the order of the figure's cells; what is no cell comes after them, sorted.

    A mapping is counted already.
    """
    counted = Counter(found)
    known = list(metrics()[key].cells)
    return {cell: counted[cell] for cell in [*known, *sorted(counted.keys() - set(known))]}


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float | int | None]:
    """Return number, median and 90th percentile (nearest rank); None where there is nothing."""
    if not values:
        return {"count": 0, "median": None, "p90": None}
    ordered = sorted(values)
    ninth = ordered[math.ceil(NINE_TENTHS * len(ordered)) - 1]
    return {
        "count": len(ordered),
        "median": round(statistics.median(ordered), digits),
        "p90": round(ninth, digits),
    }
