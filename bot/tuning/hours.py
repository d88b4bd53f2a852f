"""A unit's week: on which days, from when until when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat")
MOST_CLOSED = 60
_KEYS = {"days", "shifts", "closed"}


@dataclass(frozen=True)
class Span:
    """Part of a day, in the city's time; `until` is not part of it."""

    begins: time
    until: time


@dataclass(frozen=True)
class Hours:
    """A unit's week. days: 0 is Monday; closed: further days without duty."""

    days: tuple[int, ...]
    spans: tuple[Span, ...]
    closed: frozenset[date] = frozenset()


def hours_fault(entry: Any) -> str:
    """Say in English, for operators, what is wrong with hours as they are written; nothing where they can be read."""
    if not isinstance(entry, dict) or set(entry) - _KEYS:
        return f"hours are a mapping of {', '.join(sorted(_KEYS))}"
    days, shifts = entry.get("days"), entry.get("shifts")
    if not isinstance(days, list) or not days or any(day not in DAYS for day in days):
        return f"days must be some of {', '.join(DAYS)}"
    if not isinstance(shifts, list) or not shifts:
        return 'shifts must name at least one, {from: "07:30", until: "11:30"}'
    try:
        spans = [_span(one) for one in shifts]
        _closed(entry)
        ends = [at for span in spans for at in (span.begins, span.until)]
        follows = ends == sorted(set(ends))  # a time with a zone compares with none without
    except (KeyError, TypeError, ValueError):
        return 'times are written "07:30", closed days 2026-12-31'
    return "" if follows else "shifts must follow one another, each ending after it begins"


def hours_of(entry: dict[str, Any]) -> Hours:
    """Return the hours of an entry without a fault."""
    days = tuple(sorted({DAYS.index(day) for day in entry["days"]}))
    return Hours(days, tuple(_span(one) for one in entry["shifts"]), _closed(entry))


def hours_entry(hours: Hours) -> dict[str, Any]:
    """Return hours as they are written."""
    return {
        "days": [DAYS[day] for day in hours.days],
        "shifts": [{"from": f"{span.begins:%H:%M}", "until": f"{span.until:%H:%M}"} for span in hours.spans],
        "closed": [day.isoformat() for day in sorted(hours.closed)],
    }


def _span(entry: dict[str, Any]) -> Span:
    return Span(time.fromisoformat(entry["from"]), time.fromisoformat(entry["until"]))


def _closed(entry: dict[str, Any]) -> frozenset[date]:
    return frozenset(date.fromisoformat(str(day)) for day in entry.get("closed") or ())
