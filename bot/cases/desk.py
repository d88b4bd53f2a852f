"""What officers do about late dossiers: notices, follow-ups, the list of what is late. The console calls it too."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from bot.cases.models import CaseStatus, LateNotice
from bot.cases.notices import NoticeDraft, WrittenNotice, faults_of
from bot.cases.tables import CASE_FOLLOW, CASE_FOLLOW_UP, CASE_NOTICE, CASE_WORD
from bot.errors import NoticeRefusedError
from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog
from bot.store.engine import Database
from bot.store.prepared import Prepared
from knowledge.working_days import Calendar

log = EventLog("cases.desk")

LATE_WITHOUT_NOTICE, UNKNOWN_STATE, DUE_SOON = "late_without_notice", "unknown_state", "due_soon"
NOTICE, CHANGE = "notice", "change"


@dataclass(frozen=True)
class FollowUp:
    """A dossier that somebody of `unit` has to look at. why: one of the three reasons above."""

    id: str
    case_code: str
    unit: str
    why: str
    opened_at: datetime
    due_on: date | None = None
    closed_at: datetime | None = None
    outcome: str = ""


class CaseDesk:
    """Notices and follow-ups in the operations store."""

    def __init__(self, database: Callable[[], Database], clock: Clock, calendar: Calendar) -> None:
        self._database = database
        self._clock = clock
        self._calendar = calendar

    async def write_notice(self, draft: NoticeDraft) -> WrittenNotice:
        """Record a notice and have it told to all who follow the dossier.

        Raises `NoticeRefusedError` whose context holds the `faults`.
        """
        faults = faults_of(draft, city_date(self._clock.now()), self._calendar)
        if faults:
            raise NoticeRefusedError(faults=[fault.value for fault in faults])
        written = await self._database().write(self._write, draft)
        log.info("notice_written", notice=written.id[:8], was_late=written.was_late, followers=written.sent)
        return written

    async def notice_of(self, case_code: str) -> LateNotice | None:
        """Return the newest notice about a dossier."""
        return await self._database().run(_newest_notice, case_code)

    async def notices(self, since: date, until: date) -> list[WrittenNotice]:
        """Return the notices written on the city's days `since` … `until`, with how many followers each has reached."""
        found = await self._database().run(_all_notices)
        return [one for one in found if since <= city_date(one.written_at) <= until]

    async def follow_up(self, status: CaseStatus, why: str) -> FollowUp:
        """Open a follow-up for the unit that holds a dossier, or return the one that is open."""
        return await self._database().write(self._open, status, why)

    async def open_follow_ups(self) -> list[FollowUp]:
        """Return what is to be looked at, the oldest first."""
        return await self._database().run(_open_ones)

    async def close(self, follow_up_id: str, by: str, outcome: str) -> bool:
        """Close a follow-up with its outcome; False where it is unknown or closed."""
        if not by.strip() or not outcome.strip():
            return False
        return await self._database().write(self._close, follow_up_id, by, outcome)

    def _write(self, connection: Connection, draft: NoticeDraft) -> WrittenNotice:
        known = _notice_with(connection, draft.key)
        if known is not None:
            return known
        now = self._clock.now()
        assert draft.code is not None and draft.next_return_date is not None  # noqa: S101, PT018 - faults_of saw to it
        due_on = draft.due_on or city_date(now)
        written = WrittenNotice(
            id=draft.key or str(uuid.uuid4()),
            case_code=str(draft.code),
            notice=LateNotice(draft.apology.strip(), draft.reason.strip(), draft.next_return_date),
            due_on=due_on,
            written_by=draft.written_by.strip(),
            written_at=now,
            was_late=city_date(now) > due_on,
            unit=draft.unit,
            title=draft.title,
            contact=draft.contact,
        )
        row = {name: value for name, value in vars(written).items() if name not in ("notice", "sent")}
        connection.execute(insert(CASE_NOTICE).values(**row, **vars(written.notice)))
        followers = _followers(connection, written.case_code)
        for follow_id in followers:
            content = {"notice": written.id}
            add_word(connection, follow_id, f"{NOTICE}:{written.id}:{follow_id}", NOTICE, content, now)
        return WrittenNotice(**{**vars(written), "sent": len(followers)})

    def _open(self, connection: Connection, status: CaseStatus, why: str) -> FollowUp:
        is_it = (CASE_FOLLOW_UP.c.case_code == status.code, CASE_FOLLOW_UP.c.why == why)
        found = select(CASE_FOLLOW_UP).where(*is_it, CASE_FOLLOW_UP.c.closed_at.is_(None))
        row = connection.execute(found).first()
        if row is not None:
            return _follow_up_of(row)
        new = FollowUp(str(uuid.uuid4()), status.code, status.unit, why, self._clock.now(), status.due_on)
        values = {name: value for name, value in vars(new).items() if name not in ("outcome", "closed_at")}
        connection.execute(insert(CASE_FOLLOW_UP).values(**values))
        return new

    def _close(self, connection: Connection, follow_up_id: str, by: str, outcome: str) -> bool:
        is_open = (CASE_FOLLOW_UP.c.id == follow_up_id, CASE_FOLLOW_UP.c.closed_at.is_(None))
        closing = {"closed_at": self._clock.now(), "closed_by": by.strip()[:80], "outcome": outcome.strip()[:300]}
        return bool(connection.execute(update(CASE_FOLLOW_UP).where(*is_open).values(**closing)).rowcount)


def add_word(
    connection: Connection, follow_id: str, key: str, kind: str, content: dict[str, Any], at: datetime
) -> bool:
    """Store a word to a follower; False where the same `key` was stored before."""
    if connection.execute(select(CASE_WORD.c.id).where(CASE_WORD.c.key == key)).first() is not None:
        return False
    row = {"id": str(uuid.uuid4()), "follow_id": follow_id, "key": key, "kind": kind, "content": content, "made_at": at}
    connection.execute(insert(CASE_WORD).values(**row))
    return True


def _followers(connection: Connection, case_code: str) -> list[str]:
    query = select(CASE_FOLLOW.c.id).where(CASE_FOLLOW.c.case_code == case_code, CASE_FOLLOW.c.ended_at.is_(None))
    return [row.id for row in connection.execute(query)]


_NEWEST = Prepared(
    select(CASE_NOTICE)
    .where(CASE_NOTICE.c.case_code == bindparam("case_code"))
    .order_by(CASE_NOTICE.c.written_at.desc())
    .limit(1)
)


def _newest_notice(connection: Connection, case_code: str) -> LateNotice | None:
    row = _NEWEST.first(connection, case_code=case_code)
    return LateNotice(row.apology, row.reason, row.next_return_date) if row else None


def _notice_with(connection: Connection, key: str) -> WrittenNotice | None:
    row = connection.execute(select(CASE_NOTICE).where(CASE_NOTICE.c.id == key)).first() if key else None
    return _written(connection, row) if row else None


def _all_notices(connection: Connection) -> list[WrittenNotice]:
    query = select(CASE_NOTICE).order_by(CASE_NOTICE.c.written_at)
    return [_written(connection, row) for row in connection.execute(query).all()]


def _written(connection: Connection, row: Any) -> WrittenNotice:
    fields = {name: getattr(row, name) for name in WrittenNotice.__dataclass_fields__ if name not in ("notice", "sent")}
    notice = LateNotice(row.apology, row.reason, row.next_return_date)
    return WrittenNotice(**fields, notice=notice, sent=_reached(connection, row.id))


def _reached(connection: Connection, notice_id: str) -> int:
    """How many followers were told: the proof of sending is the number of their message."""
    mine = CASE_WORD.c.key.startswith(f"{NOTICE}:{notice_id}:")
    query = select(func.count()).select_from(CASE_WORD).where(mine, CASE_WORD.c.sent_at.isnot(None))
    return int(connection.execute(query).scalar_one())


def _open_ones(connection: Connection) -> list[FollowUp]:
    query = select(CASE_FOLLOW_UP).where(CASE_FOLLOW_UP.c.closed_at.is_(None)).order_by(CASE_FOLLOW_UP.c.opened_at)
    return [_follow_up_of(row) for row in connection.execute(query)]


def _follow_up_of(row: Any) -> FollowUp:
    return FollowUp(
        row.id, row.case_code, row.unit, row.why, row.opened_at, row.due_on, row.closed_at, row.outcome or ""
    )
