"""How timely the catalogue is: section "catalogue" (R-04, R-05, R-06)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from bot.reports.periods import Span
from bot.reports.tallies import Values, partition, spread
from knowledge.history import History
from knowledge.models import Origin
from knowledge.store import CatalogueStore
from knowledge.timeliness import LIMIT, Clock, Timing, timings, waiting
from knowledge.working_days import Calendar

REMOVED = "removed"
"""Its record still cites the decision that once announced it, so no clock runs from there."""
_CLOCK = {
    Clock.IN_TIME: "in_time",
    Clock.OVERDUE: "overdue",
    Clock.NO_DATE: "no_date",
    Clock.BASELINE: "earlier",
}


def count_catalogue(catalogue: CatalogueStore, calendar: Calendar, span: Span, today: date) -> Values:
    """Count what came in during a period, and what waits for an editor today."""
    history = catalogue.history
    filled = first_filling(history)
    changes = timings(history, calendar, span.since, span.until)
    found = [one for one in changes if (one.state, one.first_seen) != (Clock.BASELINE, filled)]
    decided = [one for one in found if one.action != REMOVED]
    dated = [one.elapsed for one in decided if one.state in (Clock.IN_TIME, Clock.OVERDUE)]
    late = (one.elapsed is not None and one.elapsed > LIMIT for one in waiting(history, calendar, today))
    return {
        "catalogue_changes": partition("catalogue_changes", (one.action for one in found)),
        "catalogue_clock": partition("catalogue_clock", (_CLOCK[one.state] for one in decided)),
        "catalogue_days": spread([days for days in dated if days is not None]),
        "catalogue_waiting": partition("catalogue_waiting", ("overdue" if one else "in_time" for one in late)),
        "catalogue_coverage": partition("catalogue_coverage", Counter(catalogue.holding().kinds).elements()),
        "catalogue_list": [_row(one) for one in found],
    }


def first_filling(history: History) -> date | None:
    """Return the day on which the catalogue was first filled: what it held then was no news."""
    for load, items in history.walk():
        if load.origin is Origin.PORTAL and load.undone_by is None and load.kind not in ("undo", "render") and items:
            return load.day
    return None


def _row(one: Timing) -> dict[str, Any]:
    removed = one.action == REMOVED
    return {
        "key": one.code,
        "name": one.title,
        "action": one.action,
        "decision_number": one.decision_number,
        "decision_date": one.decision_date.isoformat() if one.decision_date else "",
        "first_seen": one.first_seen.isoformat(),
        "elapsed": None if removed else one.elapsed,
        "clock": "" if removed else _CLOCK[one.state],
    }
