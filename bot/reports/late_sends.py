"""What went to citizens after its day (R-35): each by its reference, why, and when it went; nobody's name or words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.engine import Connection, Row

from bot.cases.follows import BY_END
from bot.cases.tables import CASE_FOLLOW, CASE_NOTICE, CASE_WORD
from bot.ops.clock import city_date
from bot.petitions.models import EventKind
from bot.petitions.store import Role
from bot.petitions.tables import EVENT, PARTY, PETITION, WORD
from bot.reports.periods import Scope, Span
from bot.store.engine import Database
from knowledge.working_days import Calendar

_NOTICE_WORD = "notice:"
_CHUNK = 400


class LateKind(str, Enum):
    """What should have gone by its day; the last four are steps on a petition."""

    NOTICE = "notice"
    ANSWERED = "answered"
    REFUSED = "refused"
    ASKED = "asked"
    PUBLISHED = "published"


class LateCause(str, Enum):
    WRITTEN = "written"
    """An officer wrote it after its day; only these are late in the figures of the reports."""
    TOLD = "told"
    """Written by its day; it reached the citizen's conversation after it."""
    UNTOLD = "untold"
    """Written by its day, which is over, and still on its way."""


@dataclass(frozen=True)
class LateSend:
    """One of them. reference: a dossier's or a petition's code. due_on: None where it is not known any more (the
    petition was opened again since). days: working days after it. told_at: when the last conversation that follows it
    had it; None where none follows, or it is on its way (waits). moves: how often the petition changed its unit
    before.
    """

    kind: LateKind
    cause: LateCause
    reference: str
    unit: str
    due_on: date | None
    written_at: datetime
    days: int | None
    told_at: datetime | None = None
    waits: bool = False
    moves: int = 0


@dataclass(frozen=True)
class _Told:
    last: datetime | None = None
    waits: bool = False


@dataclass(frozen=True)
class LateSends:
    """Reads them; `today` tells what is still on its way too late."""

    database: Callable[[], Database]
    calendar: Calendar

    async def find(self, span: Span, scope: Scope, today: date) -> list[LateSend]:
        """Return what was written in a period and went late, the last written first."""
        return await self.database().run(self._find, span, scope, today)

    def _find(self, connection: Connection, span: Span, scope: Scope, today: date) -> list[LateSend]:
        found = [*self._notices(connection, span, scope, today), *self._steps(connection, span, scope, today)]
        return sorted(found, key=lambda one: (one.written_at, one.reference), reverse=True)

    def _notices(self, connection: Connection, span: Span, scope: Scope, today: date) -> Iterator[LateSend]:
        of = CASE_NOTICE.c
        query = select(CASE_NOTICE).where(of.written_at >= span.begins, of.written_at < span.ends)
        rows = [row for row in connection.execute(query) if scope.has_case_unit(row.unit)]
        told = _notices_told(connection, span)
        for row in rows:
            yield from self._late(
                LateKind.NOTICE, row, row.written_at, row.due_on, told.get(row.id), today, row.case_code, row.unit
            )

    def _steps(self, connection: Connection, span: Span, scope: Scope, today: date) -> Iterator[LateSend]:
        rows = [row for row in connection.execute(_steps_of(span)) if scope.has_petition_unit(row.unit_code)]
        told, moved = _steps_told(connection, span), _moves(connection, [row.petition_id for row in rows])
        for row in rows:
            due = _due_of(row)
            moves = sum(1 for number in moved.get(row.petition_id, ()) if number < row.id)
            yield from self._late(
                LateKind(row.kind), row, row.at, due, told.get(row.id), today, row.code, row.unit_name, moves
            )

    def _late(
        self,
        kind: LateKind,
        row: Row,
        written_at: datetime,
        due: date | None,
        told: _Told | None,
        today: date,
        reference: str,
        unit: str,
        moves: int = 0,
    ) -> Iterator[LateSend]:
        told = told or _Told()
        cause = _cause_of(row, due, told, today)
        if cause is None:
            return
        went = {LateCause.WRITTEN: city_date(written_at), LateCause.UNTOLD: today}.get(cause)
        went = went or (city_date(told.last) if told.last else today)
        days = self.calendar.between(due, went).days if due and due < went else None
        last = None if told.waits else told.last
        yield LateSend(kind, cause, reference, unit, due, written_at, days, last, told.waits, moves)


def _cause_of(row: Row, due: date | None, told: _Told, today: date) -> LateCause | None:
    if row.was_late:
        return LateCause.WRITTEN
    if due is None:
        return None
    if told.waits:
        return LateCause.UNTOLD if today > due else None
    return LateCause.TOLD if told.last is not None and city_date(told.last) > due else None


def _steps_of(span: Span) -> Any:
    """As the figures count them: of the questions about a petition only the first."""
    asked = EventKind.ASKED.value
    first_asked = select(func.min(EVENT.c.id)).where(EVENT.c.kind == asked).group_by(EVENT.c.petition_id)
    kinds = [kind.value for kind in LateKind if kind is not LateKind.NOTICE]
    of = PETITION.c
    columns = (EVENT.c.id, EVENT.c.petition_id, EVENT.c.kind, EVENT.c.at, EVENT.c.was_late, EVENT.c.due_on)
    return (
        select(*columns, of.unit_code, of.unit_name, of.clock_from, of.due_ask, PARTY.c.code)
        .select_from(
            EVENT.join(PETITION, of.id == EVENT.c.petition_id).join(PARTY, PARTY.c.petition_id == PETITION.c.id)
        )
        .where(PARTY.c.role == Role.OWNER.value, EVENT.c.kind.in_(kinds))
        .where(EVENT.c.at >= span.begins, EVENT.c.at < span.ends)
        .where(or_(EVENT.c.kind != asked, EVENT.c.id.in_(first_asked)))
    )


def _due_of(row: Row) -> date | None:
    """The day is kept with the step; of a question it stands in the petition, until that is opened again."""
    if row.due_on is not None or row.kind != EventKind.ASKED.value:
        day: date | None = row.due_on
        return day
    return row.due_ask if city_date(row.at) >= row.clock_from else None


def _notices_told(connection: Connection, span: Span) -> dict[str, _Told]:
    """By notice; a word's key is "notice:<notice>:<who follows>"."""
    words = CASE_WORD.c
    query = (
        select(words.key, words.sent_at)
        .join(CASE_FOLLOW, CASE_FOLLOW.c.id == words.follow_id)
        .where(words.key.startswith(_NOTICE_WORD), words.made_at >= span.begins)
        # Who follows no more is told nothing more: such a word is not on its way.
        .where(or_(words.sent_at.isnot(None), CASE_FOLLOW.c.ended_at.is_(None), CASE_FOLLOW.c.ended_why == BY_END))
    )
    return _gathered((row.key.split(":")[1], row.sent_at) for row in connection.execute(query))


def _steps_told(connection: Connection, span: Span) -> dict[int, _Told]:
    query = select(WORD.c.event_id, WORD.c.sent_at).join(EVENT, EVENT.c.id == WORD.c.event_id)
    query = query.where(EVENT.c.at >= span.begins, EVENT.c.at < span.ends)
    return _gathered((row.event_id, row.sent_at) for row in connection.execute(query))


def _gathered(words: Iterator[tuple[Any, datetime | None]]) -> dict[Any, _Told]:
    found: dict[Any, _Told] = {}
    for key, sent_at in words:
        known = found.get(key, _Told())
        sent = [moment for moment in (known.last, sent_at) if moment is not None]
        found[key] = _Told(max(sent, default=None), known.waits or sent_at is None)
    return found


def _moves(connection: Connection, ids: list[str]) -> dict[str, list[int]]:
    """Petition → numbers of the steps by which it changed its unit."""
    found: dict[str, list[int]] = {}
    for start in range(0, len(ids), _CHUNK):
        mine = (EVENT.c.petition_id.in_(ids[start : start + _CHUNK]), EVENT.c.kind == EventKind.TRANSFERRED.value)
        for row in connection.execute(select(EVENT.c.petition_id, EVENT.c.id).where(*mine)):
            found.setdefault(row.petition_id, []).append(row.id)
    return found
