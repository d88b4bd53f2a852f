"""What stands in the operations store and matters to operators: counts and ages, never whose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.engine import Connection

from bot.handoff.models import RequestState
from bot.handoff.presence import LAPSE
from bot.handoff.tables import HANDOFF_PRESENCE, HANDOFF_REQUEST
from bot.hub.statements import PENDING
from bot.hub.tables import MESSAGE
from bot.jobs.runner import Job, last_runs
from bot.ops.clock import CITY_TIME
from bot.petitions.models import OPEN as OPEN_PETITIONS
from bot.petitions.tables import PETITION
from bot.privacy.models import RequestState as DataRequestState
from bot.privacy.requests import is_open
from bot.privacy.tables import REQUEST as DATA_REQUEST
from bot.zalo.states import OPEN_STATES, InState
from bot.zalo.tables import INBOX, OUTBOX, TEMPLATE, TOKEN, in_state
from bot.zalo.template_rows import TemplateState

DUE = ("later", "soon", "overdue")
SOON = timedelta(days=3)
"""So long before its day a request about data is due soon; one that nobody has acknowledged is so on its day."""
IN_INBOX = (InState.NEW.value, InState.FAILED.value)
IN_TEMPLATES = (TemplateState.WAITING.value, TemplateState.SENDING.value)


@dataclass(frozen=True)
class Figure:
    """One value of a declared gauge, with the values of its labels in their order."""

    name: str
    value: float
    labels: tuple[str, ...] = ()


def read_figures(connection: Connection, now: datetime, jobs: Sequence[Job]) -> list[Figure]:
    """Return everything that the store tells, in one transaction."""
    return [
        *_turns(connection, now),
        *_zalo(connection),
        *_handoff(connection, now),
        *_petitions(connection, now),
        *_data_requests(connection, now),
        *_jobs(last_runs(connection), jobs),
    ]


def _turns(connection: Connection, now: datetime) -> Iterator[Figure]:
    waiting = select(func.count(), func.min(MESSAGE.c.created_at)).where(PENDING)
    number, oldest = connection.execute(waiting).one()
    yield Figure("motcua_pending_turns", number)
    yield Figure("motcua_oldest_pending_turn_seconds", _age(oldest, now))


def _zalo(connection: Connection) -> Iterator[Figure]:
    queues = (("inbox", INBOX, IN_INBOX), ("outbox", OUTBOX, OPEN_STATES), ("templates", TEMPLATE, IN_TEMPLATES))
    for queue, table, states in queues:
        counted = select(table.c.state, func.count()).where(in_state(table, *states)).group_by(table.c.state)
        found = dict(iter(connection.execute(counted)))
        for state in states:
            yield Figure("motcua_zalo_queue", found.get(state, 0), (queue, state))
    for token in connection.execute(select(TOKEN.c.access_until, TOKEN.c.dead_at).limit(1)):
        yield Figure("motcua_zalo_token_until_seconds", token.access_until.timestamp())
        yield Figure("motcua_zalo_token_dead", token.dead_at is not None)


def _handoff(connection: Connection, now: datetime) -> Iterator[Figure]:
    waits = HANDOFF_REQUEST.c.state == RequestState.WAITING.value
    counted = select(HANDOFF_REQUEST.c.urgent, func.count()).where(waits).group_by(HANDOFF_REQUEST.c.urgent)
    found = {bool(urgent): number for urgent, number in connection.execute(counted)}
    for urgent in (True, False):
        yield Figure("motcua_handoff_waiting", found.get(urgent, 0), ("yes" if urgent else "no",))
    first = connection.execute(select(func.min(HANDOFF_REQUEST.c.waiting_since)).where(waits)).scalar()
    yield Figure("motcua_handoff_longest_wait_seconds", _age(first, now))
    here = and_(HANDOFF_PRESENCE.c.present.is_(True), HANDOFF_PRESENCE.c.seen_at > now - LAPSE)
    number = connection.execute(select(func.count()).select_from(HANDOFF_PRESENCE).where(here)).scalar()
    yield Figure("motcua_officers_present", number or 0)


def _petitions(connection: Connection, now: datetime) -> Iterator[Figure]:
    still_open = PETITION.c.state.in_([state.value for state in OPEN_PETITIONS])
    today = now.astimezone(CITY_TIME).date()
    total = _number(connection, still_open)
    overdue = _number(connection, and_(still_open, PETITION.c.due_answer < today))
    yield Figure("motcua_petitions_open", overdue, ("yes",))
    yield Figure("motcua_petitions_open", total - overdue, ("no",))


def _number(connection: Connection, which: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(PETITION).where(which)).scalar() or 0)


def _data_requests(connection: Connection, now: datetime) -> Iterator[Figure]:
    """The law's days of what citizens ask about their data: to be acknowledged, to be done."""
    today = now.astimezone(CITY_TIME).date()
    columns = (DATA_REQUEST.c.state, DATA_REQUEST.c.acknowledge_by, DATA_REQUEST.c.due_on)
    found = dict.fromkeys(DUE, 0)
    for row in connection.execute(select(*columns).where(is_open())):
        unseen = row.state == DataRequestState.WAITING.value
        day = min(row.acknowledge_by + SOON, row.due_on) if unseen else row.due_on
        late = row.due_on < today or (unseen and row.acknowledge_by < today)
        found["overdue" if late else "soon" if day - SOON <= today else "later"] += 1
    for due, number in found.items():
        yield Figure("motcua_data_requests_open", number, (due,))


def _jobs(runs: Mapping[str, Any], jobs: Sequence[Job]) -> Iterator[Figure]:
    """A job that never ended well has no moment of success: an alert on its absence tells that."""
    for job in jobs:
        yield Figure("motcua_job_every_seconds", job.every.total_seconds(), (job.name,))
    for name, row in sorted(runs.items()):
        yield Figure("motcua_job_failed", "error" in (row.result or {}), (name,))
        if row.succeeded_at is not None:
            yield Figure("motcua_job_last_success_seconds", row.succeeded_at.timestamp(), (name,))


def _age(moment: datetime | None, now: datetime) -> float:
    return max(now - moment, timedelta(0)).total_seconds() if moment is not None else 0.0
