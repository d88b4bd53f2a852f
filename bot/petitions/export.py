"""Petitions as rows without people, for reports and spreadsheets. Columns are added, never renamed: schema 1."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.ops.clock import city_date
from bot.ops.screening.masking import mask
from bot.petitions.models import EventKind, PetitionState
from bot.petitions.store import Role, history_of, supporters_of
from bot.petitions.tables import PARTY, PETITION, RATING
from bot.store.engine import Database
from bot.store.reach import ReachableStore
from knowledge.working_days import Calendar

SCHEMA = 1
COLUMNS = (
    "code",
    "kind",
    "state",
    "urgent",
    "received_on",
    "unit_code",
    "unit_name",
    "contact_unit_code",
    "procedure_code",
    "commune_code",
    "channel",
    "due_refuse",
    "due_ask",
    "due_answer",
    "asked_times",
    "transfers",
    "reopened_times",
    "answered_on",
    "answer_late",
    "working_days_to_answer",
    "refused_on",
    "refusal_reason",
    "refusal_late",
    "ended_on",
    "published_on",
    "publish_late",
    "supporters",
    "satisfaction",
)
TEXT_COLUMNS = ("content", "wish", "answer")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class PetitionReports:
    """Rows and counts of what was received on the city's days `since` … `until`."""

    database: Callable[[], Database]
    calendar: Calendar

    async def rows(self, since: date, until: date, with_text: bool = False) -> list[dict[str, Any]]:
        """Return one row a petition, oldest first. with_text: also what was written, masked."""
        return await ReachableStore(self.database).read(self._rows, since, until, with_text)

    async def counts(self, since: date, until: date) -> dict[str, Any]:
        """Return counts for a report; they add up to the rows of the same days."""
        return _counts(await self.rows(since, until))

    def _rows(self, connection: Connection, since: date, until: date, with_text: bool) -> list[dict[str, Any]]:
        query = (
            select(PETITION, PARTY.c.code, PARTY.c.channel)
            .join(PARTY, PARTY.c.petition_id == PETITION.c.id)
            .where(PARTY.c.role == Role.OWNER.value)
            .order_by(PETITION.c.received_at, PARTY.c.code)
        )
        found = [row for row in connection.execute(query) if since <= city_date(row.received_at) <= until]
        return [self._row(connection, row, with_text) for row in found]

    def _row(self, connection: Connection, row: Row, with_text: bool) -> dict[str, Any]:
        events = history_of(connection, row.id)
        kinds = Counter(event.kind for event in events)
        refused, published = _last(events, EventKind.REFUSED), _last(events, EventKind.PUBLISHED)
        answered = _last(events, EventKind.ANSWERED)
        values = {name: getattr(row, name) for name in COLUMNS if name in row.keys()}  # noqa: SIM118 - a row of SQL
        values |= {
            "received_on": city_date(row.received_at),
            "asked_times": kinds[EventKind.ASKED.value],
            "transfers": kinds[EventKind.TRANSFERRED.value],
            "reopened_times": kinds[EventKind.REOPENED.value],
            "answered_on": city_date(answered.at) if answered else None,
            "answer_late": answered.was_late if answered else None,
            "working_days_to_answer": days_to_answer(self.calendar, row.received_at, events, answered)
            if answered
            else None,
            "refused_on": city_date(refused.at) if refused else None,
            "refusal_late": refused.was_late if refused else None,
            "ended_on": city_date(row.ended_at) if row.ended_at else None,
            "published_on": city_date(row.published_at) if row.published_at else None,
            "publish_late": published.was_late if published else None,
            "supporters": supporters_of(connection, [row.id]).get(row.id, 0),
            "satisfaction": _satisfaction(connection, row.id),
        }
        if with_text:
            values |= {name: mask(getattr(row, name)).text for name in TEXT_COLUMNS}
        return values


def days_to_answer(calendar: Calendar, received_at: datetime, events: Sequence[Row], answered: Row) -> int:
    """Working days from the clock's day to the answer, without those on which it waited for the citizen."""
    begun = [event for event in events if event.kind == EventKind.REOPENED.value and event.id < answered.id]
    start = calendar.received_day(begun[-1].at if begun else received_at)
    waited, asked_on = 0, None
    for event in events:
        if event.id > answered.id or (begun and event.id < begun[-1].id):
            continue
        if event.kind == EventKind.ASKED.value:
            asked_on = asked_on or city_date(event.at)
        elif asked_on and event.state_before == PetitionState.ASKED_FOR_MORE.value != event.state_after:
            waited += calendar.between(asked_on, city_date(event.at)).days
            asked_on = None
    return max(0, calendar.between(start, city_date(answered.at)).days - waited)


def as_csv(rows: Iterable[dict[str, Any]], with_text: bool = False) -> str:
    """Return rows as CSV that a spreadsheet opens without running what citizens wrote."""
    file = io.StringIO()
    table = csv.DictWriter(file, fieldnames=[*COLUMNS, *(TEXT_COLUMNS if with_text else ())], lineterminator="\n")
    table.writeheader()
    table.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return file.getvalue()


def as_json(rows: Iterable[dict[str, Any]]) -> str:
    """Return rows as JSON, with the number of the schema."""
    return json.dumps({"schema": SCHEMA, "petitions": list(rows)}, ensure_ascii=False, indent=1, default=str)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _last(events: Sequence[Row], kind: EventKind) -> Row | None:
    return next((event for event in reversed(events) if event.kind == kind.value), None)


def _satisfaction(connection: Connection, petition_id: str) -> str:
    """The last rating of who lodged it; "" where there is none."""
    query = (
        select(RATING.c.rating)
        .join(PARTY, PARTY.c.id == RATING.c.party_id)
        .where(RATING.c.petition_id == petition_id, PARTY.c.role == Role.OWNER.value)
        .order_by(RATING.c.event_id.desc())
    )
    return str(connection.execute(query).scalar() or "")


def _counts(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    def by(name: str) -> dict[str, int]:
        return dict(sorted(Counter(str(row[name]) for row in rows if row[name] not in ("", None)).items()))

    answered = [row for row in rows if row["answer_late"] is not None]
    refused = [row for row in rows if row["refusal_late"] is not None]
    days = [row["working_days_to_answer"] for row in answered]
    return {
        "received": len(rows),
        "urgent": sum(row["urgent"] for row in rows),
        "supporters": sum(row["supporters"] for row in rows),
        "by_kind": by("kind"),
        "by_state": by("state"),
        "by_unit": by("unit_name"),
        "answered": len(answered),
        "answered_on_time": sum(not row["answer_late"] for row in answered),
        "mean_working_days_to_answer": round(sum(days) / len(days), 1) if days else None,
        "refused": len(refused),
        "refused_on_time": sum(not row["refusal_late"] for row in refused),
        "by_refusal": by("refusal_reason"),
        "reopened": sum(row["reopened_times"] > 0 for row in rows),
        "transferred": sum(row["transfers"] > 0 for row in rows),
        "by_satisfaction": by("satisfaction"),
    }
