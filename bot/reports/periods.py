"""Spans of days in the city, months, and whose figures are counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from bot.errors import ReportRefusedError
from bot.ops.clock import CITY_TIME

FIRST_YEAR, LAST_YEAR = 2020, 2199


@dataclass(frozen=True)
class Span:
    """Days in the city, both ends included."""

    since: date
    until: date

    @property
    def begins(self) -> datetime:
        """The first moment, in UTC."""
        return datetime.combine(self.since, time(), CITY_TIME).astimezone(timezone.utc)

    @property
    def ends(self) -> datetime:
        """The first moment after it, in UTC."""
        return datetime.combine(self.until + timedelta(days=1), time(), CITY_TIME).astimezone(timezone.utc)

    def days(self) -> Iterator[date]:
        """Yield each day."""
        for number in range((self.until - self.since).days + 1):
            yield self.since + timedelta(days=number)


@dataclass(frozen=True)
class Scope:
    """Whose figures: of all units, or of some. units: as hand-offs and requests for help name them; petition_units: as
    petitions do; holds_case: for a dossier's unit in words. None: all.
    """

    units: frozenset[str] | None = None
    petition_units: frozenset[str] | None = None
    holds_case: Callable[[str], bool] | None = None

    @property
    def is_city(self) -> bool:
        """Whether nothing is left out."""
        return self.units is None

    def has_unit(self, unit: str) -> bool:
        """Say whether hand-offs and requests of `unit` count."""
        return self.units is None or unit in self.units

    def has_petition_unit(self, unit: str) -> bool:
        """Say whether petitions of `unit` count."""
        return self.petition_units is None or unit in self.petition_units

    def has_case_unit(self, unit: str) -> bool:
        """Say whether dossiers of `unit` count."""
        return self.holds_case is None or self.holds_case(unit)


CITY = Scope()


def month_span(month: str) -> Span:
    """Return the days of a month ("2026-10"); raise `ReportRefusedError` where it is none."""
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month) or not FIRST_YEAR <= int(month[:4]) <= LAST_YEAR:
        raise ReportRefusedError(reason="month", month=month[:20])
    first = date(int(month[:4]), int(month[5:]), 1)
    return Span(first, next_month(first) - timedelta(days=1))


def next_month(day: date) -> date:
    """Return the first day of the month after `day`'s."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_of(day: date) -> str:
    """Return "2026-10"."""
    return f"{day:%Y-%m}"


def month_before(month: str) -> str:
    """Return the month before."""
    return month_of(month_span(month).since - timedelta(days=1))
