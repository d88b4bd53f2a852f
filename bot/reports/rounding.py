"""Numbers of what may still change, in fives: two files of such figures, or one and the closed month, tell of nobody.

A number is moved to one of the two multiples of five around it, by a step that hangs on a secret, the month, the
figure and the cell. So it is the same whenever it is asked for, it is right on average, and who sees it change from one
file to the next learns neither how many came nor what the number is now (as statistical offices do: random rounding to
base 5, consistent by cell). What cannot be put in fives, medians and rankings, is left out.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.reports.counting import Counted
from bot.reports.metrics import NAMED_BY_WHAT_HAPPENED, Metric, Shape, metrics
from bot.reports.tallies import Cells

BASE = 5


@dataclass(frozen=True)
class Rounding:
    """key: returns the secret; asked for only where something is rounded."""

    key: Callable[[], bytes]

    def of(self, counted: Counted, month: str) -> Counted:
        """Return figures in fives. month: YYYY-MM of their last day; within it a cell always moves by the same step."""
        found = {key: (metric, counted.values[key]) for key, metric in metrics().items() if key in counted.values}
        return replace(
            counted,
            values={
                key: self._rounded(metric, value, month) if metric.about_people else value
                for key, (metric, value) in found.items()
                if not metric.about_people or metric.shape in (Shape.PARTITION, Shape.COUNT)
            },
        )

    def _rounded(self, metric: Metric, value: Any, month: str) -> Any:
        if metric.shape is Shape.COUNT:
            return self._number(value, month, metric.key, "")
        cells: Cells = {name: self._number(number, month, metric.key, name) for name, number in value.items()}
        if metric.names in NAMED_BY_WHAT_HAPPENED:  # a row alone would say "one at least"
            return {name: number for name, number in cells.items() if number}
        return cells

    def _number(self, number: int, *place: str) -> int:
        """0 stays 0; 1 to 4 become 0 or 5."""
        step = int.from_bytes(hmac.digest(self.key(), "\0".join(("rounding", *place)).encode(), "sha256")[:8], "big")
        return (number + step % BASE) // BASE * BASE
