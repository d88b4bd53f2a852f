"""What is to be sent over Zalo, in each citizen's order, by one process at a time.

`began_at` is set before Zalo is called and cleared by its answer. An open row that has it was left by a process that
died in between, or got no answer: Zalo is asked whether it has the message before it is sent again (`Sender`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from bot.ops.clock import Clock
from bot.ops.news import News
from bot.ops.sealing import Sealer
from bot.store.engine import Database
from bot.zalo.people import Person, person_of
from bot.zalo.rate import take_call
from bot.zalo.tables import OUTBOX, PERSON
from bot.zalo.template_rows import keep_news

LEASE = timedelta(seconds=90)


class OutState(str, Enum):
    """What became of a message. HELD: the window is closed, or a person must act; it goes on when that is over."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    HELD = "held"
    GIVEN_UP = "given_up"


OPEN_STATES = (OutState.WAITING.value, OutState.SENDING.value, OutState.HELD.value)


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
    left_at: datetime | None = None
    begun: bool = False
    full: bool = False


class Outbox:
    """Messages in the operations store."""

    def __init__(self, database: Callable[[], Database], sealer: Sealer, clock: Clock, owner: str) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._owner = owner

    async def queue(self, person: Person, parts: Sequence[NewPart], last_seq: int) -> bool:
        """Queue what was said after `person.queued_seq`; False where another process has done so."""
        return await self._database().write(self._queue, person, parts, last_seq)

    async def claim(self) -> Person | None:
        """Take the lease of a citizen for whom something is due; None where there is none."""
        due = await self._database().run(self._due)
        return await self._database().write(self._claim) if due else None

    async def next(self, user_id: str, per_minute: int, may_send: bool) -> Outgoing | None:
        """Return this citizen's oldest open message when it is due, begun to be sent; renews the lease.

        It is not begun (`begun` is False) where nobody knows how its last try ended, where it may not be sent, or
        where this minute's calls of all processes are used up.
        """
        return await self._database().write(self._next, user_id, per_minute, may_send)

    async def sent(self, outgoing: Outgoing, message_id: str) -> None:
        """Zalo has it. Its words are in the transcript; here they are emptied."""
        ended = {"state": OutState.SENT.value, "ended_at": self._clock.now(), "message_id": message_id[:128]}
        await self._database().write(self._set, outgoing.id, {**ended, "body": None, "code": None})

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

    def _queue(self, connection: Connection, person: Person, parts: Sequence[NewPart], last_seq: int) -> bool:
        mine = and_(PERSON.c.user_id == person.user_id, PERSON.c.queued_seq == person.queued_seq)
        same = PERSON.c.conversation_id == person.conversation_id
        numbered = [(part.choices, part.seq) for part in parts]
        listed = {"choices": numbered[-1][0], "choices_seq": numbered[-1][1]} if numbered else {}
        moved = update(PERSON).where(mine, same).values(queued_seq=last_seq, **listed)
        if connection.execute(moved).rowcount == 0:
            return False
        now = self._clock.now()
        for part in parts:
            row = {
                "user_id": person.user_id,
                "conversation_id": person.conversation_id,
                "seq": part.seq,
                "part": part.part,
                "body": self._sealer.seal(json.dumps(part.message, ensure_ascii=False)),
                "state": OutState.WAITING.value,
                "made_at": now,
                "due_at": now,
            }
            connection.execute(insert(OUTBOX).values(**row))
            if part.news is not None:
                whose = person.user_id, person.conversation_id
                keep_news(connection, *whose, part.seq, part.news, self._sealer, now)
        return True

    def _due(self, connection: Connection) -> Person | None:
        """Somebody whose oldest open message is due, and whom nobody sends to."""
        now = self._clock.now()
        first = (
            select(OUTBOX.c.user_id, func.min(OUTBOX.c.id).label("id"))
            .where(OUTBOX.c.state.in_(OPEN_STATES))
            .group_by(OUTBOX.c.user_id)
            .subquery()
        )
        query = (
            select(PERSON)
            .join(first, first.c.user_id == PERSON.c.user_id)
            .join(OUTBOX, OUTBOX.c.id == first.c.id)
            .where(_free(now), or_(OUTBOX.c.due_at <= now, OUTBOX.c.state == OutState.SENDING.value))
            .order_by(OUTBOX.c.due_at)
            .limit(1)
        )
        return person_of(connection.execute(query).first())

    def _claim(self, connection: Connection) -> Person | None:
        now = self._clock.now()
        person = self._due(connection)
        if person is None:
            return None
        lease = update(PERSON).where(PERSON.c.user_id == person.user_id, _free(now))
        taken = connection.execute(lease.values(out_owner=self._owner, out_until=now + LEASE))
        return person if taken.rowcount else None

    def _next(self, connection: Connection, user_id: str, per_minute: int, may_send: bool) -> Outgoing | None:
        now = self._clock.now()
        mine = and_(PERSON.c.user_id == user_id, PERSON.c.out_owner == self._owner)
        if connection.execute(update(PERSON).where(mine).values(out_until=now + LEASE)).rowcount == 0:
            return None
        query = (
            select(OUTBOX)
            .where(OUTBOX.c.user_id == user_id, OUTBOX.c.state.in_(OPEN_STATES))
            .order_by(OUTBOX.c.id)
            .limit(1)
        )
        row = connection.execute(query).first()
        if row is None or (row.due_at > now and row.state != OutState.SENDING.value):
            return None
        message = json.loads(self._sealer.open(row.body))
        outgoing = Outgoing(row.id, row.user_id, row.seq, row.part, message, row.attempts, row.began_at)
        if outgoing.left_at is not None or not may_send:
            return outgoing
        if not take_call(connection, now, per_minute):
            return replace(outgoing, full=True)
        begun = {"state": OutState.SENDING.value, "began_at": now, "attempts": OUTBOX.c.attempts + 1}
        self._set(connection, row.id, begun)
        return replace(outgoing, begun=True)

    def _set(self, connection: Connection, row_id: int, values: Mapping[str, Any]) -> None:
        connection.execute(update(OUTBOX).where(OUTBOX.c.id == row_id).values(**values))

    def _unreachable(self, connection: Connection, user_id: str, code: int) -> int:
        connection.execute(update(PERSON).where(PERSON.c.user_id == user_id).values(unreachable=code))
        waiting = and_(OUTBOX.c.user_id == user_id, OUTBOX.c.state.in_(OPEN_STATES))
        ended = {"state": OutState.GIVEN_UP.value, "ended_at": self._clock.now(), "code": code, "body": None}
        return int(connection.execute(update(OUTBOX).where(waiting).values(**ended)).rowcount)

    def _release(self, connection: Connection, user_id: str) -> None:
        mine = and_(PERSON.c.user_id == user_id, PERSON.c.out_owner == self._owner)
        connection.execute(update(PERSON).where(mine).values(out_owner=None, out_until=None))

    def _take_back(self, connection: Connection) -> None:
        mine = PERSON.c.out_owner == self._owner
        connection.execute(update(PERSON).where(mine).values(out_owner=None, out_until=None))


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(PERSON.c.out_until.is_(None), PERSON.c.out_until < now)


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
