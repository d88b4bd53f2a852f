"""What Zalo told us and is still to be worked off. A body is stored before Zalo is answered, and sealed: the citizen's
words have not been screened yet. It is emptied as soon as the hub has them.

An event costs two transactions here: one stores it and takes its citizen for this process where nobody works for them,
the other ends it and takes the citizen's next event, or lets the citizen go. Both touch the citizen's row before they
look for events: so none that comes between is overlooked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.engine import Connection, Row

from bot.hub.conversations import find_conversation
from bot.hub.models import Conversation
from bot.ops.clock import Clock
from bot.ops.sealing import NOTHING_KNOWN, Sealer
from bot.store.engine import Database
from bot.zalo import statements
from bot.zalo.events import INTERACTIONS, EventKind, ZaloEvent
from bot.zalo.people import Person, person_of
from bot.zalo.states import InState
from bot.zalo.tables import INBOX, PERSON

LEASE = timedelta(seconds=60)
KEPT = timedelta(days=7)
"""How long an event is known again; longer than Zalo repeats it (about two hours)."""
MOST_ATTEMPTS = 5


@dataclass(frozen=True)
class Waiting:
    """An event to be worked off, whose citizen is this process's until it is over: its body as it came.

    conversation: the citizen's, as it stood when the event was taken. event: where it has been read already.
    """

    event_id: str
    body: bytes
    attempts: int
    person: Person
    conversation: Conversation | None = None
    event: ZaloEvent | None = None


@dataclass(frozen=True)
class TakenIn:
    """new: False where the event was stored before. waiting: the citizen's oldest event, if it is ours to work off."""

    new: bool
    waiting: Waiting | None = None


class Inbox:
    """Events in the operations store, worked off in each citizen's order by one process at a time."""

    def __init__(self, database: Callable[[], Database], sealer: Sealer, clock: Clock, owner: str) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._owner = owner

    async def take_in(
        self, event: ZaloEvent, body: bytes, num_retry: int | None = None, *, claim: bool = False
    ) -> TakenIn:
        """Store an event. claim: begin to work for its citizen, where nobody does."""
        return await self._database().write(self._take_in, event, body, num_retry, claim)

    async def claim(self) -> Waiting | None:
        """Take the citizen who has waited longest; None where nothing waits that is free."""
        now = {"the_now": self._clock.now()}
        waits = await self._database().run(lambda one: statements.LONGEST_WAITING.first(one, **now))
        return await self._database().write(self._claim) if waits else None

    async def done(self, waiting: Waiting) -> Waiting | None:
        """The hub has it. Return what this citizen sent next; None where there is nothing, and the citizen is free."""
        return await self._database().write(self._end, waiting, InState.DONE)

    async def failed(self, waiting: Waiting) -> tuple[bool, Waiting | None]:
        """Count a try that failed: whether it was the last one, and then what comes next, as `done`.

        Otherwise the citizen is free: it is claimed, and tried, again.
        """
        over = waiting.attempts + 1 >= MOST_ATTEMPTS
        return over, await self._database().write(self._end, waiting, InState.FAILED if over else InState.NEW)

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

    def _take_in(
        self, connection: Connection, event: ZaloEvent, body: bytes, num_retry: int | None, claim: bool
    ) -> TakenIn:
        now = self._clock.now()
        words = body.decode("utf-8", "replace")
        sealed = self._sealer.seal(words)
        row = {
            "event_id": event.id,
            "user_id": event.user_id,
            "received_at": now,
            "happened": (event.timestamp if event.at else str(int(now.timestamp() * 1000))).rjust(16, "0"),
            "body": sealed,
            "state": InState.NEW.value,
            "num_retry": num_retry,
        }
        if statements.ADD_EVENT.run(connection, **row) == 0:
            return TakenIn(new=False)
        _note_person(connection, event, now)
        waiting = self._taken(connection, event.user_id, now, {sealed: words}) if claim else None
        if waiting is not None and waiting.event_id == event.id and waiting.body == body:
            waiting = replace(waiting, event=event)
        return TakenIn(new=True, waiting=waiting)

    def _claim(self, connection: Connection) -> Waiting | None:
        now = self._clock.now()
        user_id = statements.LONGEST_WAITING.scalar(connection, the_now=now)
        return None if user_id is None else self._taken(connection, user_id, now)

    def _taken(
        self, connection: Connection, user_id: str, now: datetime, known: Mapping[str, str] = NOTHING_KNOWN
    ) -> Waiting | None:
        given = {**self._mine(user_id), "the_now": now, "the_end": now + LEASE}
        if statements.TAKE_IN_LEASE.run(connection, **given) == 0:
            return None
        return self._next(connection, user_id, known)

    def _next(self, connection: Connection, user_id: str, known: Mapping[str, str] = NOTHING_KNOWN) -> Waiting | None:
        """The citizen's oldest event; where there is none, the citizen is let go. known: sealed → what was sealed."""
        row: Row | None = statements.NEXT_EVENT.first(connection, the_user=user_id)
        person = person_of(row)
        if row is None or person is None:
            self._release(connection, user_id)
            return None
        talk = find_conversation(connection, person.conversation_id) if person.conversation_id else None
        words = known.get(row.body) or self._sealer.open(row.body)
        return Waiting(row.event_id, words.encode(), row.attempts, person, talk)

    def _end(self, connection: Connection, waiting: Waiting, state: InState) -> Waiting | None:
        user_id = waiting.person.user_id
        given = {**self._mine(user_id), "the_end": self._clock.now() + LEASE}
        event: dict[str, Any] = {"the_event": waiting.event_id}
        if state is InState.DONE:
            statements.END_EVENT.later(connection, **event)
        else:
            statements.COUNT_TRY.later(connection, **event, the_state=state.value)
        if statements.RENEW_IN_LEASE.run(connection, **given) == 0:
            return None
        if state is InState.NEW:
            self._release(connection, user_id)
            return None
        return self._next(connection, user_id)

    def _release(self, connection: Connection, user_id: str) -> None:
        statements.LEAVE_IN_LEASE.later(connection, **self._mine(user_id))

    def _mine(self, user_id: str) -> dict[str, Any]:
        return {"the_user": user_id, "the_owner": self._owner}

    def _take_back(self, connection: Connection) -> None:
        mine = PERSON.c.in_owner == self._owner
        connection.execute(update(PERSON).where(mine).values(in_owner=None, in_until=None))

    def _forget(self, connection: Connection) -> int:
        old = and_(INBOX.c.received_at < self._clock.now() - KEPT, INBOX.c.state != InState.NEW.value)
        return int(connection.execute(delete(INBOX).where(old)).rowcount)


def _note_person(connection: Connection, event: ZaloEvent, now: datetime) -> None:
    """The window counts from here; who writes can be written to again."""
    given = {"the_user": event.user_id, "the_moment": min(event.at or now, now)}
    counts = event.kind in INTERACTIONS
    if not counts or statements.INTERACTED.run(connection, **given) == 0:
        statements.ADD_PERSON.later(connection, user_id=event.user_id, queued_seq=0)
        if counts:
            statements.INTERACTED.later(connection, **given)
    if counts:
        statements.FREE_HELD.later(connection, the_user=event.user_id, the_now=now)
    if event.kind in (EventKind.FOLLOW, EventKind.UNFOLLOW):
        given = {"the_user": event.user_id, "the_answer": event.kind is EventKind.FOLLOW}
        statements.FOLLOWED.later(connection, **given)


def _counts(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(INBOX.c.state, func.count()).group_by(INBOX.c.state))
    return {state: int(number) for state, number in rows}
