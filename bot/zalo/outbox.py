"""What is to be sent over Zalo, in each citizen's order, by one process at a time.

`began_at` is set before Zalo is called and cleared by its answer. An open row that has it was left by a process that
died in between, or got no answer: Zalo is asked whether it has the message before it is sent again (`Sender`).

What queues a message, for an answer what stores it (`carrying.py`), also begins to send it where nobody sends to its
citizen; what notes that Zalo has it begins with the citizen's next one, or lets the citizen go. Both touch the row of
the citizen before they look for messages: so none that comes between is overlooked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.engine import Connection

from bot.ops import quick_json
from bot.ops.clock import Clock
from bot.ops.news import News
from bot.ops.sealing import NOTHING_KNOWN, Sealer
from bot.store.engine import Database
from bot.zalo import statements
from bot.zalo.people import Person, Window, window_at
from bot.zalo.rate import take_call
from bot.zalo.states import OPEN_STATES, OutState
from bot.zalo.tables import OUTBOX, PERSON
from bot.zalo.template_rows import keep_news

LEASE = timedelta(seconds=90)


@dataclass(frozen=True)
class NewPart:
    """A message to be queued: part `part` of what the hub holds as `seq`; choices: how many it numbers.

    news: what a template may tell instead while it is held.
    """

    seq: int
    part: int
    message: Mapping[str, Any]
    choices: int = 0
    news: News | None = None


@dataclass(frozen=True)
class Terms:
    """On which messages may go. per_minute: calls of all processes; pay: also where it costs."""

    per_minute: int
    pay: bool


@dataclass(frozen=True)
class Outgoing:
    """A message whose turn it is.

    left_at: when it was begun to be sent, if nobody knows how that ended. begun: it is to be sent now. full: not now,
    because this minute is full.
    """

    id: int
    user_id: str
    seq: int
    part: int
    message: Mapping[str, Any]
    attempts: int
    window: Window
    left_at: datetime | None = None
    begun: bool = False
    full: bool = False


@dataclass(frozen=True)
class Queued:
    """done: False where another process has queued it. first: the citizen's oldest message, if it is ours to send."""

    done: bool
    first: Outgoing | None = None


class Outbox:
    """Messages in the operations store."""

    def __init__(self, database: Callable[[], Database], sealer: Sealer, clock: Clock, owner: str) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._owner = owner

    async def queue(
        self, person: Person, parts: Sequence[NewPart], last_seq: int, begin: Terms | None = None
    ) -> Queued:
        """Queue what was said after `person.queued_seq`. begin: also begin to send, where nobody sends to them."""
        return await self._database().write(self.queue_within, person, parts, last_seq, begin)

    async def claim(self, terms: Terms) -> Outgoing | None:
        """Begin to send to a citizen for whom something is due; None where there is none."""
        now = {"the_now": self._clock.now()}
        due = await self._database().run(lambda one: statements.DUE.first(one, **now))
        return await self._database().write(self._claim, terms) if due else None

    async def next(self, user_id: str, terms: Terms) -> Outgoing | None:
        """Return this citizen's oldest open message when it is due, begun to be sent; without one the citizen is free.

        It is not begun (`begun` is False) where nobody knows how its last try ended, where it may not be sent, or
        where this minute's calls of all processes are used up.
        """
        return await self._database().write(self._go_on, user_id, terms)

    async def sent(self, outgoing: Outgoing, message_id: str, terms: Terms | None) -> Outgoing | None:
        """Zalo has it; its words are in the transcript, here they are emptied. Return what is `next`.

        terms: None lets the citizen go.
        """
        return await self._database().write(self._sent, outgoing, message_id, terms)

    async def put_off(
        self, outgoing: Outgoing, until: datetime, code: int, held: bool = False, unclear: bool = False
    ) -> None:
        """It is tried again at `until`. held: the officer sees that it does not go out. unclear: Zalo may have it."""
        values: dict[str, Any] = {"state": (OutState.HELD if held else OutState.WAITING).value, "due_at": until}
        await self._database().write(
            self._set, outgoing.id, values | {"code": code} | ({} if unclear else {"began_at": None})
        )

    async def known(self, user_id: str, message_ids: Sequence[str]) -> frozenset[str]:
        """Return which of Zalo's message ids are of messages that we know as sent."""
        return await self._database().run(_known, user_id, message_ids)

    async def give_up(self, outgoing: Outgoing, code: int) -> None:
        """It cannot be sent."""
        ended = {"state": OutState.GIVEN_UP.value, "ended_at": self._clock.now(), "code": code, "body": None}
        await self._database().write(self._set, outgoing.id, ended)

    async def unreachable(self, user_id: str, code: int) -> int:
        """Nothing reaches this citizen: give up what waits; return how many."""
        return await self._database().write(self._unreachable, user_id, code)

    async def release(self, user_id: str) -> None:
        """Let another process send to this citizen."""
        await self._database().write(self._release, user_id)

    async def take_back(self) -> None:
        """Free what a process of the same name held when it died; called before this one sends."""
        await self._database().write(self._take_back)

    async def counts(self) -> dict[str, int]:
        """Return state → number, for operators."""
        return await self._database().run(_counts)

    async def delivery_of(self, conversation_id: str, after_seq: int = 0) -> dict[int, tuple[str, int]]:
        """Return seq → (worst state of its parts, Zalo's code), for the officer who looks at the conversation."""
        return await self._database().run(_delivery, conversation_id, after_seq)

    def queue_within(
        self, connection: Connection, person: Person, parts: Sequence[NewPart], last_seq: int, begin: Terms | None
    ) -> Queued:
        """As `queue`, within a transaction, as its last step: who sends anything waits for the minute's row."""
        user_id, now = person.user_id, self._clock.now()
        listed = (parts[-1].choices, parts[-1].seq) if parts else (person.choices or None, person.choices_seq or None)
        moved = {
            "the_user": user_id,
            "the_talk": person.conversation_id,
            "the_known": person.queued_seq,
            "the_last": last_seq,
            "the_choices": listed[0],
            "the_choices_seq": listed[1],
        }
        if statements.MOVE_ON.run(connection, **moved) == 0:
            return Queued(done=False)
        known: dict[str, Mapping[str, Any]] = {}
        for part in parts:
            sealed = self._sealer.seal(quick_json.write(part.message))
            known[sealed] = part.message
            statements.ADD_PART.later(connection, **_row(person, part, sealed, now))
            if part.news is not None:
                keep_news(connection, user_id, person.conversation_id, part.seq, part.news, self._sealer, now)
        if begin is None or not self._take(connection, user_id, now):
            return Queued(done=True)
        return Queued(done=True, first=self._next(connection, user_id, begin, now, known))

    def _claim(self, connection: Connection, terms: Terms) -> Outgoing | None:
        now = self._clock.now()
        user_id = statements.DUE.scalar(connection, the_now=now)
        if user_id is None or not self._take(connection, user_id, now):
            return None
        return self._next(connection, user_id, terms, now)

    def _take(self, connection: Connection, user_id: str, now: datetime) -> bool:
        given = {**self._mine(user_id), "the_now": now, "the_end": now + LEASE}
        return bool(statements.TAKE_OUT_LEASE.run(connection, **given))

    def _sent(
        self, connection: Connection, outgoing: Outgoing, message_id: str, terms: Terms | None
    ) -> Outgoing | None:
        now = self._clock.now()
        statements.PART_SENT.later(connection, the_id=outgoing.id, the_now=now, the_name=message_id[:128])
        ours = self._renew(connection, outgoing.user_id, now)
        if not ours or terms is None:
            self._release(connection, outgoing.user_id)
            return None
        return self._next(connection, outgoing.user_id, terms, now)

    def _go_on(self, connection: Connection, user_id: str, terms: Terms) -> Outgoing | None:
        now = self._clock.now()
        return self._next(connection, user_id, terms, now) if self._renew(connection, user_id, now) else None

    def _renew(self, connection: Connection, user_id: str, now: datetime) -> bool:
        given = {**self._mine(user_id), "the_end": now + LEASE}
        return bool(statements.RENEW_OUT_LEASE.run(connection, **given))

    def _next(
        self,
        connection: Connection,
        user_id: str,
        terms: Terms,
        now: datetime,
        known: Mapping[str, Mapping[str, Any]] = NOTHING_KNOWN,
    ) -> Outgoing | None:
        """The citizen's oldest open message; the citizen, who is ours, is let go where it is not due.

        known: sealed → the message that was sealed.
        """
        row = statements.OLDEST_OPEN.first(connection, the_user=user_id)
        if row is None or (row.due_at > now and row.state != OutState.SENDING.value):
            self._release(connection, user_id)
            return None
        message = known.get(row.body) or json.loads(self._sealer.open(row.body))
        window = window_at(row.interacted_at, now)
        outgoing = Outgoing(row.id, row.user_id, row.seq, row.part, message, row.attempts, window, row.began_at)
        may_send = window is Window.FREE or (window is Window.PAID and terms.pay)
        if outgoing.left_at is not None or not may_send:
            return outgoing
        if not take_call(connection, now, terms.per_minute):
            return replace(outgoing, full=True)
        statements.BEGIN_PART.later(connection, the_id=row.id, the_now=now)
        return replace(outgoing, begun=True)

    def _mine(self, user_id: str) -> dict[str, Any]:
        return {"the_user": user_id, "the_owner": self._owner}

    def _set(self, connection: Connection, row_id: int, values: Mapping[str, Any]) -> None:
        connection.execute(update(OUTBOX).where(OUTBOX.c.id == row_id).values(**values))

    def _unreachable(self, connection: Connection, user_id: str, code: int) -> int:
        connection.execute(update(PERSON).where(PERSON.c.user_id == user_id).values(unreachable=code))
        waiting = and_(OUTBOX.c.user_id == user_id, OUTBOX.c.state.in_(OPEN_STATES))
        ended = {"state": OutState.GIVEN_UP.value, "ended_at": self._clock.now(), "code": code, "body": None}
        return int(connection.execute(update(OUTBOX).where(waiting).values(**ended)).rowcount)

    def _release(self, connection: Connection, user_id: str) -> None:
        statements.LEAVE_OUT_LEASE.later(connection, **self._mine(user_id))

    def _take_back(self, connection: Connection) -> None:
        mine = PERSON.c.out_owner == self._owner
        connection.execute(update(PERSON).where(mine).values(out_owner=None, out_until=None))


def _row(person: Person, part: NewPart, sealed: str, now: datetime) -> dict[str, Any]:
    return {
        "user_id": person.user_id,
        "conversation_id": person.conversation_id,
        "seq": part.seq,
        "part": part.part,
        "body": sealed,
        "state": OutState.WAITING.value,
        "made_at": now,
        "due_at": now,
    }


def _counts(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(OUTBOX.c.state, func.count()).group_by(OUTBOX.c.state))
    return {state: int(number) for state, number in rows}


def _known(connection: Connection, user_id: str, message_ids: Sequence[str]) -> frozenset[str]:
    named = and_(OUTBOX.c.user_id == user_id, OUTBOX.c.message_id.in_(list(message_ids)))
    return frozenset(row.message_id for row in connection.execute(select(OUTBOX.c.message_id).where(named)))


_WORST = [OutState.SENT, OutState.WAITING, OutState.SENDING, OutState.HELD, OutState.GIVEN_UP]


def _delivery(connection: Connection, conversation_id: str, after_seq: int) -> dict[int, tuple[str, int]]:
    query = select(OUTBOX).where(OUTBOX.c.conversation_id == conversation_id, OUTBOX.c.seq > after_seq)
    found: dict[int, tuple[str, int]] = {}
    order = [state.value for state in _WORST]
    for row in connection.execute(query):
        known = found.get(row.seq)
        if known is None or order.index(row.state) > order.index(known[0]):
            found[row.seq] = (row.state, row.code or 0)
    return found
