"""When officers are on duty: two shifts a day with a break between, no days off, each unit its own. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.errors import SettingInvalidError
from bot.handoff.models import CITY_UNIT
from bot.ops.clock import CITY_TIME
from bot.tuning.hours import Hours, Span, hours_fault, hours_of
from bot.tuning.models import Tuned
from knowledge.curated import line_of, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.places import load_places
from knowledge.working_days import Calendar, YearStatus

__all__ = ["Hours", "Shift", "Shifts", "Span", "load_shifts", "shift_faults"]

SHIFTS_FILE = Path(__file__).with_name("shifts.yml")
_SATURDAY = 5
_LOOK_AHEAD_DAYS = 60


@dataclass(frozen=True)
class Shift:
    """One shift of one day. unsure: the year's days off are not announced."""

    begins: datetime
    until: datetime
    unsure: bool = False


@dataclass(frozen=True)
class Shifts:
    """The hours of all units. closed: days on which nobody is on duty anywhere, beside those of the calendar."""

    default: Hours
    units: Mapping[str, Hours]
    calendar: Calendar
    closed: frozenset[date] = frozenset()

    def tuned(self, tuned: Tuned) -> Shifts:
        """Return the hours with what administrators have set over those of the file."""
        own = {unit: hours for unit, hours in tuned.hours.items() if unit}
        default = tuned.hours.get("", self.default)
        return replace(self, default=default, units={**self.units, **own}, closed=self.closed | tuned.days_off)

    def hours_of(self, unit: str) -> Hours:
        """Return a unit's hours, the default where it has none of its own."""
        return self.units.get(unit, self.default)

    def running(self, unit: str, moment: datetime) -> Shift | None:
        """Return the shift that runs at `moment`; None out of hours."""
        day = moment.astimezone(CITY_TIME).date()
        return next((one for one in self._of_day(unit, day) if one.begins <= moment < one.until), None)

    def next_after(self, unit: str, moment: datetime) -> Shift | None:
        """Return the first shift that begins after `moment`; None where none does for two months."""
        day = moment.astimezone(CITY_TIME).date()
        for ahead in range(_LOOK_AHEAD_DAYS):
            for one in self._of_day(unit, day + timedelta(days=ahead)):
                if one.begins > moment:
                    return one
        return None

    def _of_day(self, unit: str, day: date) -> Iterator[Shift]:
        hours = self.hours_of(unit)
        if not self._is_worked(hours, day):
            return
        unsure = self.calendar.status_of(day.year) is not YearStatus.OFFICIAL
        for span in hours.spans:
            begins, until = (datetime.combine(day, at, CITY_TIME) for at in (span.begins, span.until))
            yield Shift(begins, until, unsure)

    def _is_worked(self, hours: Hours, day: date) -> bool:
        if day in hours.closed or day in self.closed:
            return False
        if day in self.calendar.worked:  # a Saturday that makes up for a day off
            return True
        calendar = replace(self.calendar, saturday_counts=True) if day.weekday() == _SATURDAY else self.calendar
        return day.weekday() in hours.days and calendar.is_working_day(day)


def load_shifts(calendar: Calendar, path: Path = SHIFTS_FILE) -> Shifts:
    """Return the hours in `path`; raise `SettingInvalidError` with all that is wrong, file and line."""
    try:
        data = read_yaml(path)
    except (RecordInvalidError, OSError) as error:
        raise SettingInvalidError(str(error)) from error
    faults = list(shift_faults(path, data))
    if faults:
        raise SettingInvalidError("\n".join(faults))
    units = {str(code): hours_of(entry) for code, entry in (data.get("units") or {}).items()}
    return Shifts(hours_of(data["default"]), units, calendar)


def shift_faults(path: Path, data: Any) -> Iterator[str]:
    """Yield what is wrong with a file of shifts, each with its line."""
    if not isinstance(data, dict) or set(data) - {"default", "units"} or not isinstance(data.get("default"), dict):
        yield f"{path}:1: a file of shifts has `default` and `units`, nothing else"
        return
    units = data.get("units") or {}
    if not isinstance(units, dict):
        yield f"{path}:{line_of(path, ['units'])}: units must be a mapping of commune codes"
        return
    known = load_places().by_code
    entries = [("default", data["default"], ["default"])]
    entries += [(str(code), entry, ["units", code]) for code, entry in units.items()]
    for name, entry, place in entries:
        reason = hours_fault(entry)
        if not reason and name not in ("default", CITY_UNIT) and name not in known:
            reason = f"no unit of today has the code {name}"
        if reason:
            yield f"{path}:{line_of(path, place)}: {name}: {reason}"
