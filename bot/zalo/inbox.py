"""What Zalo told us and is still to be worked off. A body is stored before Zalo is answered, and sealed: the citizen's
words have not been screened yet. It is emptied as soon as the hub has them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.engine import Connection

from bot.ops.clock import Clock
from bot.ops.sealing import Sealer
from bot.store.engine import Database
from bot.zalo.events import INTERACTIONS, EventKind, ZaloEvent
from bot.zalo.tables import INBOX, OUTBOX, PERSON
from bot.zalo.upserts import insert_into

LEASE = timedelta(seconds=60)
KEPT = timedelta(days=7)
"""How long an event is known again; longer than Zalo repeats it (about two hours)."""
MOST_ATTEMPTS = 5


class InState(str, Enum):
    """What became of an event. FAILED: tried too often; its body is kept for a person to look at."""

    NEW = "new"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Waiting:
    """An event to be worked off: its body as it came."""

    event_id: str
    body: bytes
    attempts: int


class Inbox:
    """Events in the operations store, worked off in each citizen's order by one process at a time."""

    def __init__(self, database: Callable[[], Database], sealer: Sealer, clock: Clock, owner: str) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._owner = owner

    async def take_in(self, event: ZaloEvent, body: bytes, num_retry: int | None = None) -> bool:
        """Store an event; False where it was stored before."""
        return await self._database().write(self._take_in, event, body, num_retry)

    async def claim(self) -> tuple[str, list[Waiting]] | None:
        """Return a citizen's id and what waits, oldest first; None where nothing waits that is free."""
        waits = await self._database().run(self._oldest)
        return await self._database().write(self._claim) if waits else None

    async def done(self, event_id: str) -> None:
        """The hub has it."""
        await self._database().write(self._end, event_id)

    async def failed(self, event_id: str, attempts: int) -> bool:
        """Count a try that failed; True where it was the last one."""
        over = attempts + 1 >= MOST_ATTEMPTS
        await self._database().write(self._count, event_id, over)
        return over

    async def renew(self, user_id: str) -> None:
        """Keep this citizen to this process for a while longer."""
        await self._database().write(self._renew, user_id)

    async def release(self, user_id: str) -> None:
        """Let another process work for this citizen."""
        await self._database().write(self._release, user_id)

    async def take_back(self) -> None:
        """Free what a process of the same name held when it died; called before this one works."""
        await self._database().write(self._take_back)

    async def forget(self) -> int:
        """Drop events that are too old to come again; return how many."""
        return await self._database().write(self._forget)

    async def counts(self) -> dict[str, int]:
        """Return state → number, for operators."""
        return await self._database().run(_counts)

    def _take_in(self, connection: Connection, event: ZaloEvent, body: bytes, num_retry: int | None) -> bool:
        now = self._clock.now()
        row = {
            "event_id": event.id,
            "user_id": event.user_id,
            "received_at": now,
            "happened": (event.timestamp if event.at else str(int(now.timestamp() * 1000))).rjust(16, "0"),
            "body": self._sealer.seal(body.decode("utf-8", "replace")),
            "state": InState.NEW.value,
            "num_retry": num_retry,
        }
        stored = connection.execute(insert_into(connection, INBOX).values(**row).on_conflict_do_nothing())
        if stored.rowcount == 0:
            return False
        self._note_person(connection, event, now)
        return True

    def _note_person(self, connection: Connection, event: ZaloEvent, now: datetime) -> None:
        """The window counts from here; who writes can be written to again."""
        person = insert_into(connection, PERSON).values(user_id=event.user_id, queued_seq=0).on_conflict_do_nothing()
        connection.execute(person)
        mine = PERSON.c.user_id == event.user_id
        if event.kind in INTERACTIONS:
            at = min(event.at or now, now)
            later = or_(PERSON.c.interacted_at.is_(None), PERSON.c.interacted_at < at)
            connection.execute(update(PERSON).where(mine, later).values(interacted_at=at))
            connection.execute(update(PERSON).where(mine).values(unreachable=None))
            held = and_(OUTBOX.c.user_id == event.user_id, OUTBOX.c.state == "held")  # now it may go out
            connection.execute(update(OUTBOX).where(held).values(state="waiting", due_at=now))
        if event.kind in (EventKind.FOLLOW, EventKind.UNFOLLOW):
            connection.execute(update(PERSON).where(mine).values(followed=event.kind is EventKind.FOLLOW))

    def _oldest(self, connection: Connection) -> str | None:
        """The citizen who has waited longest, and whom nobody works for."""
        free = or_(PERSON.c.in_until.is_(None), PERSON.c.in_until < self._clock.now())
        oldest = (
            select(INBOX.c.user_id)
            .join(PERSON, PERSON.c.user_id == INBOX.c.user_id)
            .where(INBOX.c.state == InState.NEW.value, free)
            .order_by(INBOX.c.received_at)
            .limit(1)
        )
        user_id: str | None = connection.execute(oldest).scalar()
        return user_id

    def _claim(self, connection: Connection) -> tuple[str, list[Waiting]] | None:
        now = self._clock.now()
        user_id = self._oldest(connection)
        if user_id is None:
            return None
        new, free = INBOX.c.state == InState.NEW.value, or_(PERSON.c.in_until.is_(None), PERSON.c.in_until < now)
        lease = update(PERSON).where(PERSON.c.user_id == user_id, free)
        if connection.execute(lease.values(in_owner=self._owner, in_until=now + LEASE)).rowcount == 0:
            return None
        query = select(INBOX).where(INBOX.c.user_id == user_id, new).order_by(INBOX.c.happened, INBOX.c.received_at)
        rows = connection.execute(query.limit(20)).fetchall()
        return user_id, [Waiting(row.event_id, self._sealer.open(row.body).encode(), row.attempts) for row in rows]

    def _end(self, connection: Connection, event_id: str) -> None:
        ended = {"state": InState.DONE.value, "body": None}
        connection.execute(update(INBOX).where(INBOX.c.event_id == event_id).values(**ended))

    def _count(self, connection: Connection, event_id: str, over: bool) -> None:
        values = {"attempts": INBOX.c.attempts + 1, **({"state": InState.FAILED.value} if over else {})}
        connection.execute(update(INBOX).where(INBOX.c.event_id == event_id).values(**values))

    def _renew(self, connection: Connection, user_id: str) -> None:
        mine = and_(PERSON.c.user_id == user_id, PERSON.c.in_owner == self._owner)
        connection.execute(update(PERSON).where(mine).values(in_until=self._clock.now() + LEASE))

    def _release(self, connection: Connection, user_id: str) -> None:
        mine = and_(PERSON.c.user_id == user_id, PERSON.c.in_owner == self._owner)
        connection.execute(update(PERSON).where(mine).values(in_owner=None, in_until=None))

    def _take_back(self, connection: Connection) -> None:
        mine = PERSON.c.in_owner == self._owner
        connection.execute(update(PERSON).where(mine).values(in_owner=None, in_until=None))

    def _forget(self, connection: Connection) -> int:
        old = and_(INBOX.c.received_at < self._clock.now() - KEPT, INBOX.c.state != InState.NEW.value)
        return int(connection.execute(delete(INBOX).where(old)).rowcount)


def _counts(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(INBOX.c.state, func.count()).group_by(INBOX.c.state))
    return {state: int(number) for state, number in rows}
