"""Offices of the units, their hours and the support points: what editors have verified (knowledge/content/places)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.curated import read_yaml
from knowledge.places.loading import PLACES_DIR

CONTACTS, HOURS, SUPPORT_POINTS = "contacts.yml", "hours.yml", "support_points.yml"
VALID_FOR = timedelta(days=365)
"""After a year a verification is no longer believed."""


class OfficeKind(str, Enum):
    """ONE_STOP: the public-service centre that takes dossiers. COMMITTEE: the people's committee."""

    ONE_STOP = "one_stop"
    COMMITTEE = "committee"
    POLICE = "police"


class Day(str, Enum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


@dataclass(frozen=True)
class Verification:
    """Who held it against what, and when; `on` is None where nobody has."""

    on: date | None
    by: str
    source: str = ""

    def holds_on(self, day: date) -> bool:
        """Say whether it may be shown on `day`: named, not in the future, at most a year old."""
        return bool(self.on and self.by) and self.on is not None and self.on <= day <= self.on + VALID_FOR


@dataclass(frozen=True)
class Span:
    """Open on `days` from `start` to `end` ("07:30")."""

    days: tuple[Day, ...]
    start: str
    end: str


@dataclass(frozen=True)
class Hours:
    """Opening hours under a name."""

    id: str
    spans: tuple[Span, ...]
    verified: Verification
    note: str = ""


@dataclass(frozen=True)
class Office:
    """An office of a unit. hours: None where none are named."""

    unit: str
    kind: OfficeKind
    name: str
    address: str
    phones: tuple[str, ...]
    hours: Hours | None
    verified: Verification
    note: str = ""


@dataclass(frozen=True)
class SupportPoint:
    """Where people are helped with online filing."""

    unit: str
    name: str
    address: str
    phones: tuple[str, ...]
    hours: Hours | None
    helps_with: str
    verified: Verification
    note: str = ""


@dataclass(frozen=True)
class Directory:
    """All that editors maintain; look-ups give only what is verified on the day."""

    offices: tuple[Office, ...] = ()
    hours: tuple[Hours, ...] = ()
    support_points: tuple[SupportPoint, ...] = ()

    def office(self, unit: str, kind: OfficeKind, day: date) -> Office | None:
        """Return the verified office of a unit; None where there is none that may be shown."""
        found = (one for one in self.offices if one.unit == unit and one.kind is kind and one.verified.holds_on(day))
        return next(found, None)

    def support_of(self, unit: str, day: date) -> tuple[SupportPoint, ...]:
        """Return the verified support points of a unit."""
        return tuple(one for one in self.support_points if one.unit == unit and one.verified.holds_on(day))


@lru_cache(maxsize=4)
def load_directory(folder: Path = PLACES_DIR) -> Directory:
    """Return what stands in `folder`, read once; rows with faults (`knowledge.places.checking`) are left out.

    A faulty row must not take the others from the citizens; `python -m knowledge places check` names it.
    """
    from knowledge.places.checking import sound_rows

    hours = {row["id"]: _hours(row) for row in sound_rows(folder, HOURS)}
    offices = tuple(_office(row, hours) for row in sound_rows(folder, CONTACTS))
    points = tuple(_support_point(row, hours) for row in sound_rows(folder, SUPPORT_POINTS))
    return Directory(offices, tuple(hours.values()), points)


def rows_of(folder: Path, name: str) -> list[Any]:
    """Return the rows of one of the files, as they stand."""
    data = read_yaml(folder / name) or {}
    rows = data.get(Path(name).stem) if isinstance(data, dict) else None
    return rows if isinstance(rows, list) else []


def _verification(row: dict[str, Any]) -> Verification:
    on = str(row.get("verified_on") or "")
    return Verification(
        date.fromisoformat(on) if on else None, str(row.get("verified_by") or ""), str(row.get("source") or "")
    )


def _hours(row: dict[str, Any]) -> Hours:
    spans = tuple(Span(tuple(map(Day, one["days"])), str(one["from"]), str(one["to"])) for one in row["spans"])
    return Hours(str(row["id"]), spans, _verification(row), str(row.get("note") or ""))


def _office(row: dict[str, Any], hours: dict[str, Hours]) -> Office:
    return Office(kind=OfficeKind(row["office"]), **_common(row, hours))


def _support_point(row: dict[str, Any], hours: dict[str, Hours]) -> SupportPoint:
    return SupportPoint(helps_with=str(row.get("helps_with") or ""), **_common(row, hours))


def _common(row: dict[str, Any], hours: dict[str, Hours]) -> dict[str, Any]:
    return {
        "unit": str(row["unit"]),
        "name": str(row["name"]),
        "address": str(row.get("address") or ""),
        "phones": tuple(map(str, row.get("phones") or ())),
        "hours": hours.get(str(row.get("hours") or "")),
        "verified": _verification(row),
        "note": str(row.get("note") or ""),
    }
