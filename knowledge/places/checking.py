"""What is wrong in the files that editors maintain: contacts, hours, support points. One rule a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from knowledge.curated import line_of
from knowledge.linting.models import Severity
from knowledge.places.contacts import CONTACTS, HOURS, SUPPORT_POINTS, VALID_FOR, Day, OfficeKind, rows_of
from knowledge.places.loading import load_places

FILES = (CONTACTS, HOURS, SUPPORT_POINTS)
_SHARED = {"name", "address", "phones", "hours", "note", "source", "verified_on", "verified_by"}
FIELDS = {
    CONTACTS: {"unit", "office", *_SHARED},
    SUPPORT_POINTS: {"unit", "helps_with", *_SHARED},
    HOURS: {"id", "spans", "note", "source", "verified_on", "verified_by"},
}
_REQUIRED = {CONTACTS: ("unit", "office", "name"), SUPPORT_POINTS: ("unit", "name", "address"), HOURS: ("id", "spans")}
_PHONE = re.compile(r"0\d{9,10}|1[89]00\d{4,6}|1022|11[0-5]")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row. place: file and line, or file and row of an import."""

    rule: str
    severity: Severity
    place: str
    evidence: str

    def __str__(self) -> str:
        return f"{self.severity.value:<7} {self.place} {self.rule}: {self.evidence}"


@dataclass(frozen=True)
class Around:
    """What a row is held against: the day, the names of hours, and what stood before it in the same file."""

    day: date
    hours: frozenset[str]
    seen: frozenset[tuple[str, ...]] = frozenset()


Found = Iterator[tuple[str, Severity, str]]
Rule = Callable[[str, dict[str, Any], Around], Found]


def check_rows(name: str, rows: Sequence[Any], around: Around) -> Iterator[tuple[int, str, Severity, str]]:
    """Yield (row number from 0, rule, severity, evidence) of every fault in the rows of the file `name`."""
    seen: set[tuple[str, ...]] = set()
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            yield number, "shape", Severity.ERROR, f"a row is a list of fields, not {row!r}"
            continue
        now = Around(around.day, around.hours, frozenset(seen))
        for rule in _RULES:
            yield from ((number, *found) for found in rule(name, row, now))
        seen.add(key_of(name, row))


def check_folder(folder: Path, day: date) -> Iterator[Fault]:
    """Yield every fault in the editors' files of `folder`, with file and line."""
    around = Around(day, hours_names(folder))
    for name in FILES:
        path = folder / name
        for number, rule, severity, evidence in check_rows(name, rows_of(folder, name), around):
            yield Fault(rule, severity, f"{name}:{line_of(path, [path.stem, number])}", evidence)


def sound_rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows without an error; a verification that ran out is no error here, it hides the row by its date."""
    rows = rows_of(folder, name)
    around = Around(date.max, hours_names(folder))
    faulty = {
        number
        for number, rule, severity, _ in check_rows(name, rows, around)
        if severity is Severity.ERROR and rule != "expired"
    }
    return [row for number, row in enumerate(rows) if number not in faulty]


def hours_names(folder: Path) -> frozenset[str]:
    return frozenset(str(row.get("id")) for row in rows_of(folder, HOURS) if isinstance(row, dict))


def key_of(name: str, row: dict[str, Any]) -> tuple[str, ...]:
    """Return what tells a row from the others of its file."""
    fields = {CONTACTS: ("unit", "office"), SUPPORT_POINTS: ("unit", "name"), HOURS: ("id",)}[name]
    return tuple(str(row.get(field) or "") for field in fields)


def _shape(name: str, row: dict[str, Any], around: Around) -> Found:
    for field in sorted(set(map(str, row)) - FIELDS[name]):
        yield "unknown_field", Severity.ERROR, f"{field}: no such field; there are {', '.join(sorted(FIELDS[name]))}"
    for field in _REQUIRED[name]:
        if not row.get(field):
            yield "missing", Severity.ERROR, f"{field} is empty"
    if key_of(name, row) in around.seen:
        yield "twice", Severity.ERROR, f"{' '.join(key_of(name, row))} stands above already"


def _unit(name: str, row: dict[str, Any], around: Around) -> Found:
    code = str(row.get("unit") or "")
    if name != HOURS and code and code not in load_places().by_code:
        yield "unknown_unit", Severity.ERROR, f"{code} is the code of no ward, commune or special zone (units.yml)"
    kinds = [kind.value for kind in OfficeKind]
    if name == CONTACTS and row.get("office") and row["office"] not in kinds:
        yield "unknown_office", Severity.ERROR, f"{row['office']}: say one of {', '.join(kinds)}"


def _phones(name: str, row: dict[str, Any], around: Around) -> Found:
    phones = row.get("phones") or []
    if not isinstance(phones, list):
        yield "phone", Severity.ERROR, f"phones is a list, not {phones!r}"
        return
    for phone in phones:
        if not isinstance(phone, str):
            yield "phone", Severity.ERROR, f"{phone!r} is a number: put it in quotes, or its first 0 is lost"
        elif not _PHONE.fullmatch(re.sub(r"[ .\-()]", "", phone)):
            yield "phone", Severity.ERROR, f"{phone} is no telephone number of Viet Nam (0 and 9 or 10 digits, 1022 …)"


def _hours(name: str, row: dict[str, Any], around: Around) -> Found:
    named = str(row.get("hours") or "")
    if name != HOURS and named and named not in around.hours:
        yield "unknown_hours", Severity.ERROR, f"{named}: no such hours in {HOURS}"
    if name == HOURS:
        yield from _spans(row.get("spans") or [])


def _spans(spans: Any) -> Found:
    by_day: dict[str, list[tuple[str, str]]] = {}
    for span in spans if isinstance(spans, list) else [spans]:
        fault = _span_fault(span)
        if fault:
            yield "span", Severity.ERROR, fault
            continue
        for day in span["days"]:
            by_day.setdefault(day, []).append((str(span["from"]), str(span["to"])))
    for day, times in by_day.items():
        times.sort()
        for (_, end), (start, _) in pairwise(times):
            if start < end:
                yield "overlap", Severity.ERROR, f"{day}: open until {end}, and again from {start}"


def _span_fault(span: Any) -> str:
    if not isinstance(span, dict) or set(span) != {"days", "from", "to"}:
        return f"a span has days, from and to, not {span!r}"
    days = span["days"] if isinstance(span["days"], list) else [span["days"]]
    unknown = [str(day) for day in days if day not in [one.value for one in Day]]
    if unknown or not isinstance(span["days"], list):
        return f"days: {', '.join(unknown) or span['days']}; say a list of {', '.join(day.value for day in Day)}"
    if not all(_TIME.fullmatch(str(span[end])) for end in ("from", "to")):
        return f'{span["from"]}–{span["to"]}: times are written "07:30"'
    return f"{span['from']} is not before {span['to']}" if str(span["from"]) >= str(span["to"]) else ""


def _verified(name: str, row: dict[str, Any], around: Around) -> Found:
    said, by = str(row.get("verified_on") or ""), str(row.get("verified_by") or "").strip()
    if not said or not by:
        missing = " and ".join(field for field, value in (("verified_on", said), ("verified_by", by)) if not value)
        yield "unverified", Severity.WARNING, f"no {missing}: not shown to citizens"
    if not said:
        return
    try:
        on = date.fromisoformat(said)
    except ValueError:
        yield "verified_on", Severity.ERROR, f"{said} is no day; write 2026-11-26"
        return
    if on > around.day:
        yield "verified_on", Severity.ERROR, f"{said} is still to come"
    elif around.day - on > VALID_FOR:
        yield "expired", Severity.ERROR, f"verified on {said}, more than a year ago: not shown; verify again"
    elif around.day - on > VALID_FOR - _SOON:
        yield "expires_soon", Severity.WARNING, f"verified on {said}: runs out on {on + VALID_FOR}"


_RULES: tuple[Rule, ...] = (_shape, _unit, _phones, _hours, _verified)
