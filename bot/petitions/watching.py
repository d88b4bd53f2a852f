"""What must not be overlooked: days that come near, days that have passed, petitions without anybody, silent citizens.

A reminder has a key that names the petition, what, and for which day, so that it is made once whoever looks, however
often. What is overdue is listed anew every working day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row

from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog
from bot.petitions.clocks import take_up_by
from bot.petitions.models import OPEN, SYSTEM, EventKind, PetitionState
from bot.petitions.routing import Routing
from bot.petitions.store import Facts, new_id, petition_row, take_step
from bot.petitions.tables import ALERT, PARTY, PETITION
from bot.petitions.views import Views, is_overdue
from bot.store.engine import Database
from bot.store.reach import ReachableStore
from knowledge.working_days import Calendar

log = EventLog("petitions.watching")

ANSWER_STEPS = (3, 1)
"""Working days before the answer is due on which whoever is at work on it is reminded."""
SECOND_STEP_AFTER = 5
"""Working days after which the first unit's head is told too: it stays answerable to the citizen (R-37)."""
REMIND_CITIZEN_AFTER, DECIDE_AFTER = 5, 15
"""Working days without a reply after which the citizen is reminded, and after which an officer has to decide."""


class AlertKind(str, Enum):
    """What a unit is told; the sentences are in wording.yml."""

    URGENT = "urgent"
    ORPHAN = "orphan"
    REFUSE_SOON = "refuse_soon"
    NOT_TAKEN_UP = "not_taken_up"
    ASK_SOON = "ask_soon"
    ANSWER_SOON = "answer_soon"
    ANSWER_OVERDUE = "answer_overdue"
    ANSWER_LONG_OVERDUE = "answer_long_overdue"
    OVERDUE_LIST = "overdue_list"
    NO_REPLY = "no_reply"
    PUBLISH_SOON = "publish_soon"
    PUBLISH_OVERDUE = "publish_overdue"


TO_HEAD = frozenset(
    {
        AlertKind.URGENT,
        AlertKind.ORPHAN,
        AlertKind.NOT_TAKEN_UP,
        AlertKind.ANSWER_OVERDUE,
        AlertKind.ANSWER_LONG_OVERDUE,
        AlertKind.PUBLISH_OVERDUE,
    }
)
"""Escalations: the head of the unit is told; the others go to whoever is at work on it."""


@dataclass(frozen=True)
class Alert:
    """One reminder. unit_code: who is told; whom: a person's name there, "" where none is known."""

    petition_id: str
    kind: AlertKind
    unit_code: str
    whom: str
    due_on: date | None
    made_on: date

    @property
    def key(self) -> str:
        """What it is made once for: a list anew every day, the others for the day that they are about."""
        about = self.made_on if self.kind is AlertKind.OVERDUE_LIST else self.due_on
        return f"{self.petition_id}:{self.kind.value}:{about}:{self.unit_code}"


@dataclass(frozen=True)
class MadeAlert:
    """A reminder on record, with the petition's code and whether people are in danger."""

    code: str
    urgent: bool
    kind: AlertKind
    unit_code: str
    whom: str
    due_on: date | None
    made_at: datetime


class PetitionWatch:
    """Looks at all petitions; called by the jobs, as often as one likes."""

    def __init__(
        self,
        database: Callable[[], Database],
        clock: Clock,
        calendar: Calendar,
        routing: Routing,
        views: Views,
        official: bool,
    ) -> None:
        self._store = ReachableStore(database)
        self._clock = clock
        self._calendar = calendar
        self._routing = routing
        self._views = views
        self._official = official

    async def remind(self) -> int:
        """Make the reminders of now; return how many are new."""
        made = await self._store.write(self._remind)
        return made

    async def remind_citizens(self) -> int:
        """Remind citizens, once a question, of what they were asked for; return how many."""
        return await self._store.write(self._remind_citizens)

    async def close_answered(self) -> int:
        """Close what was answered and can be opened again no more; return how many."""
        return await self._store.write(self._close_answered)

    async def alerts(self, since: date, until: date) -> list[MadeAlert]:
        """Return the reminders made on the city's days `since` … `until`, urgent petitions first."""
        return await self._store.read(_alerts, since, until)

    def _remind(self, connection: Connection) -> int:
        today, now = city_date(self._clock.now()), self._clock.now()
        if not self._calendar.is_working_day(today):
            return 0
        open_ones = PETITION.c.state.in_([state.value for state in OPEN])
        unpublished = and_(PETITION.c.due_publish.isnot(None), PETITION.c.published_at.is_(None))
        answered = and_(PETITION.c.state.in_(("answered", "closed")), unpublished)
        watched = or_(open_ones, answered) if self._official else open_ones
        rows = connection.execute(select(PETITION).where(watched)).all()
        return sum(_add(connection, alert, now) for row in rows for alert in self._alerts_of(row, today))

    def _alerts_of(self, row: Row, today: date) -> Iterator[Alert]:
        if PetitionState(row.state) not in OPEN:
            yield from self._of_publishing(row, today)
            return
        if row.urgent:
            yield self._alert(row, AlertKind.URGENT, row.clock_from, today)
        if not (row.unit_code and row.person) and today > (due := take_up_by(self._calendar, row.unit_since)):
            yield self._alert(row, AlertKind.ORPHAN, due, today)
        if row.state == PetitionState.ASKED_FOR_MORE.value:
            if row.asked_on and self._calendar.between(row.asked_on, today).days >= DECIDE_AFTER:
                yield self._alert(row, AlertKind.NO_REPLY, row.asked_on, today)
            return
        yield from self._of_first_look(row, today)
        yield from self._of_answer(row, today)

    def _of_first_look(self, row: Row, today: date) -> Iterator[Alert]:
        """Refusing and asking have days of their own; both are over once they have passed."""
        if row.state in (PetitionState.RECEIVED.value, PetitionState.REOPENED.value):
            if self._is_near(today, row.due_refuse, 1):
                yield self._alert(row, AlertKind.REFUSE_SOON, row.due_refuse, today)
            if today > row.due_refuse:
                yield self._alert(row, AlertKind.NOT_TAKEN_UP, row.due_refuse, today)
        if self._is_near(today, row.due_ask, 1):
            yield self._alert(row, AlertKind.ASK_SOON, row.due_ask, today)

    def _of_answer(self, row: Row, today: date) -> Iterator[Alert]:
        if is_overdue(row, today):
            yield self._alert(row, AlertKind.ANSWER_OVERDUE, row.due_answer, today)
            yield self._alert(row, AlertKind.OVERDUE_LIST, row.due_answer, today)
            if self._calendar.between(row.due_answer, today).days >= SECOND_STEP_AFTER:
                yield self._alert(row, AlertKind.ANSWER_LONG_OVERDUE, row.due_answer, today, row.contact_unit_code)
            return
        near = [days for days in ANSWER_STEPS if self._is_near(today, row.due_answer, days)]
        if near:
            # One reminder a step: the day that it is about is that of the step.
            yield self._alert(row, AlertKind.ANSWER_SOON, self._calendar.add(row.due_answer, -min(near)).day, today)

    def _of_publishing(self, row: Row, today: date) -> Iterator[Alert]:
        if today > row.due_publish:
            yield self._alert(row, AlertKind.PUBLISH_OVERDUE, row.due_publish, today)
        elif self._is_near(today, row.due_publish, 1):
            yield self._alert(row, AlertKind.PUBLISH_SOON, row.due_publish, today)

    def _is_near(self, today: date, due: date, days: int) -> bool:
        return today <= due and self._calendar.between(today, due).days <= days

    def _alert(self, row: Row, kind: AlertKind, due: date | None, today: date, unit_code: str = "") -> Alert:
        code = unit_code or row.unit_code
        unit = self._routing.unit(code)
        head, person = (unit.head, unit.person) if unit else ("", "")
        return Alert(row.id, kind, code, head if kind in TO_HEAD else row.person or person, due, today)

    def _remind_citizens(self, connection: Connection) -> int:
        now, today = self._clock.now(), city_date(self._clock.now())
        query = select(PETITION.c.id, PETITION.c.asked_on).where(
            PETITION.c.state == PetitionState.ASKED_FOR_MORE.value, PETITION.c.asked_on.isnot(None)
        )
        reminded = 0
        for found in connection.execute(query).all():
            if self._calendar.between(found.asked_on, today).days >= REMIND_CITIZEN_AFTER:
                row = petition_row(connection, found.id, lock=True)
                due = self._calendar.add(found.asked_on, REMIND_CITIZEN_AFTER).day
                alert = Alert(row.id, AlertKind.NO_REPLY, "citizen", "", due, today)
                if _add(connection, alert, now):
                    facts = Facts(SYSTEM, due_on=due)
                    reminded += take_step(connection, row, EventKind.REMINDED, facts, now, {}) is not None
        return reminded

    def _close_answered(self, connection: Connection) -> int:
        now, today = self._clock.now(), city_date(self._clock.now())
        closed = 0
        query = select(PETITION.c.id).where(PETITION.c.state == PetitionState.ANSWERED.value)
        for found in connection.execute(query).all():
            row = petition_row(connection, found.id, lock=True)
            until = self._views.last_reopen_day(row)
            if until is not None and until < today:
                done = take_step(connection, row, EventKind.CLOSED, Facts(SYSTEM), now, {"ended_at": now})
                closed += done is not None
        return closed


def _add(connection: Connection, alert: Alert, now: datetime) -> int:
    """Keep a reminder unless it was made; 1 where it is new."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {
        "id": new_id(),
        "petition_id": alert.petition_id,
        "key": alert.key,
        "kind": alert.kind.value,
        "unit_code": alert.unit_code,
        "whom": alert.whom[:80],
        "due_on": alert.due_on,
        "made_on": alert.made_on,
        "made_at": now,
    }
    adding = dialect.insert(ALERT).values(**values).on_conflict_do_nothing(index_elements=["key"])
    return int(connection.execute(adding).rowcount)


def _alerts(connection: Connection, since: date, until: date) -> list[MadeAlert]:
    query = (
        select(ALERT, PARTY.c.code, PETITION.c.urgent)
        .join(PETITION, PETITION.c.id == ALERT.c.petition_id)
        .join(PARTY, and_(PARTY.c.petition_id == PETITION.c.id, PARTY.c.role == "owner"))
        .where(ALERT.c.made_on.between(since, until), ALERT.c.unit_code != "citizen")
        .order_by(PETITION.c.urgent.desc(), ALERT.c.due_on, PARTY.c.code)
    )
    return [
        MadeAlert(row.code, row.urgent, AlertKind(row.kind), row.unit_code, row.whom, row.due_on, row.made_at)
        for row in connection.execute(query)
    ]
