"""The working-day clock: which days count for a time limit, and how sure that is (law brief B.6, R-04, R-05).

Holidays by law come from the `holidays` library; what was announced otherwise stands in content/calendar.yml.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

from knowledge.curated import line_of, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.settings import CONTENT_DIR

CALENDAR_PATH = CONTENT_DIR / "calendar.yml"
SCHEMA_PATH = CONTENT_DIR / "calendar.schema.json"
VIETNAM = timezone(timedelta(hours=7))
_SATURDAY, _SUNDAY = 5, 6
_WEEKEND = "Nghỉ cuối tuần"


class YearStatus(str, Enum):
    """How well a year's days off are known."""

    OFFICIAL = "official"
    PROVISIONAL = "provisional"
    MISSING = "missing"


@dataclass(frozen=True)
class Count:
    """A number of working days; `unsure_years` are those it went through whose days off are not announced."""

    days: int
    unsure_years: tuple[int, ...] = ()


@dataclass(frozen=True)
class Due:
    """A day reached by counting working days; `unsure_years` as in `Count`."""

    day: date
    unsure_years: tuple[int, ...] = ()


@dataclass
class Calendar:
    """Which days are worked. Years are filled in when first asked for; safe to share once they are."""

    statuses: dict[int, YearStatus]
    off: dict[date, str]
    worked: frozenset[date]
    saturday_counts: bool = False
    _by_law: dict[int, dict[date, str]] = field(default_factory=dict)

    def status_of(self, year: int) -> YearStatus:
        """Say whether the days off of `year` are announced, only computed, or not held here at all."""
        return self.statuses.get(year, YearStatus.MISSING)

    def name_of_day_off(self, day: date) -> str:
        """Return why `day` is not worked; empty for a working day."""
        if day in self.worked:
            return ""
        named = self.off.get(day) or self._holidays(day.year).get(day, "")
        if named:
            return named
        weekend = day.weekday() == _SUNDAY or (day.weekday() == _SATURDAY and not self.saturday_counts)
        return _WEEKEND if weekend else ""

    def is_working_day(self, day: date) -> bool:
        """Say whether `day` counts for a time limit."""
        return not self.name_of_day_off(day)

    def add(self, start: date, days: int) -> Due:
        """Return the day `days` working days after `start` (before it, if negative); `start` itself does not count.

        0 is `start`, or the next working day where it is none.
        """
        day, left, step = start, abs(days), timedelta(days=-1 if days < 0 else 1)
        while left or not self.is_working_day(day):
            day += step
            left -= self.is_working_day(day) if left else 0
        return Due(day, self._unsure(start, day))

    def between(self, start: date, end: date) -> Count:
        """Return the working days after `start` up to and including `end`; negative where `end` is before `start`."""
        if end < start:
            back = self.between(end, start)
            return Count(-back.days, back.unsure_years)
        days = sum(self.is_working_day(start + timedelta(days=number)) for number in range(1, (end - start).days + 1))
        return Count(days, self._unsure(start, end))

    def received_day(self, moment: datetime, cutoff: time | None = None) -> date:
        """Return the working day on which something received at `moment` counts as received, in the city.

        cutoff: what arrives at or after this time counts for the next working day (15:00 at the civil-status desk).
        """
        local = moment.astimezone(VIETNAM)
        day = local.date()
        if self.is_working_day(day) and cutoff is not None and local.time() >= cutoff:
            day += timedelta(days=1)
        return self.add(day, 0).day

    def _holidays(self, year: int) -> dict[date, str]:
        if year not in self._by_law:
            self._by_law[year] = _by_law(year)
        return self._by_law[year]

    def _unsure(self, start: date, end: date) -> tuple[int, ...]:
        years = range(min(start, end).year, max(start, end).year + 1)
        return tuple(year for year in years if self.status_of(year) is not YearStatus.OFFICIAL)


def warning(unsure_years: tuple[int, ...]) -> str:
    """Return the sentence for operators about years that are not announced; empty where all are."""
    if not unsure_years:
        return ""
    years = ", ".join(str(year) for year in unsure_years)
    return f"WARNING: the days off of {years} are not official in the calendar; counts across them may be wrong"


@lru_cache(maxsize=4)
def load_calendar(path: Path = CALENDAR_PATH) -> Calendar:
    """Return the calendar in `path`; raise `RecordInvalidError` with file and line."""
    data = read_yaml(path)
    schema = json.loads(SCHEMA_PATH.read_text("utf-8"))
    for fault in jsonschema.Draft7Validator(schema).iter_errors(_with_text_years(data)):
        keys = [int(part) if isinstance(part, str) and part.isdecimal() else part for part in fault.path]
        raise RecordInvalidError(f"{path}:{line_of(path, _as_written(keys))}", fault.message[:200])
    try:
        return _calendar(data, path)
    except ValueError as error:
        raise RecordInvalidError(str(path), str(error)) from error


def _with_text_years(data: Any) -> Any:
    if isinstance(data, dict) and isinstance(data.get("years"), dict):
        return data | {"years": {str(year): value for year, value in data["years"].items()}}
    return data


def _as_written(keys: list[Any]) -> list[Any]:
    """Keys as they stand in the file's text, where years are written without quotes."""
    return [str(key) if place == 1 else key for place, key in enumerate(keys)]


def _calendar(data: dict[str, Any], path: Path) -> Calendar:
    off: dict[date, str] = {}
    worked: set[date] = set()
    for year, entries in data["years"].items():
        for entry in entries.get("off", ()):
            off[_in_year(entry["day"], year, path)] = entry["name"]
        for entry in entries.get("worked", ()):
            worked.add(_in_year(entry["day"], year, path))
    statuses = {int(year): YearStatus(entries["status"]) for year, entries in data["years"].items()}
    return Calendar(statuses, off, frozenset(worked), data["saturday_counts"])


def _in_year(text: str, year: Any, path: Path) -> date:
    day = date.fromisoformat(text)
    if day.year != int(year):
        raise ValueError(f"{text} stands under {year}")
    return day


def _by_law(year: int) -> dict[date, str]:
    import holidays  # takes a quarter of a second; only who counts days needs it

    return dict(holidays.country_holidays("VN", years=year, language="vi"))
