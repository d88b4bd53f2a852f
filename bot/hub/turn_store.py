"""The store of turns: which citizen's message is answered next, by which process, and the answer in one transaction.

Two guards work together. The lease (owner and expiry, taken by compare-and-set) keeps two processes from asking Rasa
the same question. The state of the citizen's message (`pending` → `answered`, in the transaction that stores the
answer) makes sure that whatever happens to leases, an answer is stored exactly once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import ColumnElement

from bot.hub import statements
from bot.hub.along import AlongWithAnswers, Carrier, Holds
from bot.hub.conversations import add_answer, add_messages, conversation_of, find_conversation, message_of
from bot.hub.models import (
    Answerer,
    Busy,
    Conversation,
    Draft,
    Message,
    Pending,
    Role,
    Settled,
    ToForget,
    Turn,
    TurnState,
    Work,
)
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.hub.units import note_unit_of
from bot.ops.clock import Clock
from bot.ops.screening.screening import MASKED, Screened, after_answer, as_content
from bot.store.engine import Database

LEASE = timedelta(seconds=10)
"""So long a turn waits whose hub was killed. A living one renews it four times meanwhile (`SWEEP_SECONDS` of turns.py);
should it be slower than that, the turn is asked twice and answered once."""
_FRESH = 0.8
"""A lease of which so much is left is not renewed yet: the next sweep is in time."""
WAITING_LIMIT = 500


class TurnStore:
    """Claims, answers and gives up turns in the name of one process."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        owner: str,
        lease: timedelta = LEASE,
        along: AlongWithAnswers | None = None,
        holds: Holds | None = None,
        carriers: Mapping[str, Carrier] | None = None,
    ) -> None:
        """carriers: of channels, by their names."""
        self._database = database
        self._clock = clock
        self._owner = owner
        self._lease = lease
        self._along = along
        self._holds = holds
        self._carriers = {} if carriers is None else carriers
        self._ahead = timedelta(0)

    async def waiting(self) -> list[str]:
        """Conversations with work that no living other process holds, oldest first."""
        return await self._database.run(self._waiting)

    async def claim(self, conversation_id: str) -> Work | None:
        """The conversation's next work, held for this process; None when there is none (and nothing is held)."""
        return await self._database.write(self._claim, conversation_id)

    async def set_clock(self) -> None:
        """Learn how far the server's clock is ahead of this machine's: leases of several hubs go by that one clock."""
        if self._database.engine.dialect.name == "postgresql":
            self._ahead = await self._database.write_at_once(
                lambda connection: connection.execute(select(func.clock_timestamp())).scalar_one() - self._clock.now()
            )

    async def renew(self, conversation_ids: list[str]) -> None:
        """Say that this process is alive and still at work on these."""
        if conversation_ids:
            await self._database.write_at_once(self._renew, conversation_ids)

    async def release_all(self) -> None:
        """Let others go on at once: this process stops."""
        await self._database.write(self._release_all)

    def take_within(self, connection: Connection, row: Row, first: Pending | None = None) -> Work | None:
        """Take a conversation in the transaction that has locked its `row` and stored a message for the assistant.

        first: that message, where none waits before it; else the first one is looked up. The row's number and moment
        are written with it. None where another living process holds the conversation: then nothing is written, and it
        is claimed like any other work.
        """
        if row.lease_owner not in (None, self._owner) and row.lease_until >= self._lease_now():
            return None
        mine = {"the_id": row.id, "the_owner": self._owner, "the_end": self._lease_now() + self._lease}
        statements.NUMBER_AND_TAKE.later(connection, **mine, the_seq=row.last_seq, the_moment=row.updated_at)
        return self._turn(connection, conversation_of(row), first)

    async def complete(self, turn: Turn, role: Role, drafts: tuple[Draft, ...]) -> Settled:
        """Store the replies, mark the turn answered, and take what is next or let the conversation go: all or nothing.

        Where an answer says that the question must not stay written down, its words are replaced, and the changed
        message comes first in what is stored.
        """
        settled = await self._database.write(self._complete, turn, role, drafts)
        if settled.carried is not None:
            settled.carried()
        return settled

    async def say_away(self, turn: Turn, draft: Draft) -> Message | None:
        """Store that the assistant is away, once an outage; None when the citizen has been told."""
        return await self._database.write(self._say_away, turn, draft)

    async def count_attempt(self, turn: Turn) -> int:
        """Count that Rasa, though alive, could not answer this message; the number so far."""
        return await self._database.write(self._count_attempt, turn)

    async def mark_forgotten(self, conversation_id: str) -> None:
        """The assistant remembers nothing of this erased conversation."""
        await self._database.write(self._mark_forgotten, conversation_id)

    def _waiting(self, connection: Connection) -> list[str]:
        pending = (
            select(MESSAGE.c.conversation_id, MESSAGE.c.created_at)
            .join(CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id)
            .where(statements.PENDING, self._free())
            .order_by(MESSAGE.c.created_at)
            .limit(WAITING_LIMIT)
        )
        to_forget = (
            select(CONVERSATION.c.id)
            .where(CONVERSATION.c.erased_at.isnot(None), CONVERSATION.c.forgotten_at.is_(None), self._free())
            .order_by(CONVERSATION.c.erased_at)
            .limit(WAITING_LIMIT)
        )
        found = [row[0] for query in (pending, to_forget) for row in connection.execute(query)]
        return list(dict.fromkeys(found))

    def _claim(self, connection: Connection, conversation_id: str) -> Work | None:
        now = self._lease_now()
        lease = {"the_owner": self._owner, "the_now": now, "the_end": now + self._lease}
        if statements.TAKE_LEASE.run(connection, the_id=conversation_id, **lease) == 0:
            return Busy() if self._pending_row(connection, conversation_id) is not None else None
        return self._next_or_let_go(connection, conversation_id)

    def _next_or_let_go(self, connection: Connection, conversation_id: str) -> Work | None:
        work = self._next_work(connection, conversation_id)
        if work is None:
            self._set_lease(connection, conversation_id, None)
        return work

    def _set_lease(self, connection: Connection, conversation_id: str, owner: str | None) -> None:
        until = None if owner is None else self._lease_now() + self._lease
        statements.SET_LEASE.later(connection, the_id=conversation_id, the_owner=owner, the_moment=until)

    def _next_work(self, connection: Connection, conversation_id: str) -> Work | None:
        conversation = find_conversation(connection, conversation_id)
        if conversation is None:
            return None
        if conversation.erased:
            return self._forgetting(connection, conversation_id)
        if conversation.status is not Answerer.ASSISTANT:
            self._pass_on(connection, conversation_id)
            return None
        return self._turn(connection, conversation)

    def _turn(self, connection: Connection, conversation: Conversation, first: Pending | None = None) -> Turn | None:
        row = first or self._pending_row(connection, conversation.id)
        if row is None:
            return None
        return Turn(conversation, row.seq, row.content["text"], row.payload, row.attempts, _masked(row), row.created_at)

    @staticmethod
    def _pending_row(connection: Connection, conversation_id: str) -> Row | None:
        return statements.FIRST_PENDING.first(connection, the_id=conversation_id)

    def _forgetting(self, connection: Connection, conversation_id: str) -> ToForget | None:
        query = select(CONVERSATION.c.rasa_sender).where(
            CONVERSATION.c.id == conversation_id, CONVERSATION.c.forgotten_at.is_(None)
        )
        sender = connection.execute(query).scalar()
        return None if sender is None else ToForget(conversation_id, sender)

    def _pass_on(self, connection: Connection, conversation_id: str) -> None:
        connection.execute(
            update(MESSAGE)
            .where(MESSAGE.c.conversation_id == conversation_id, MESSAGE.c.state == TurnState.PENDING.value)
            .values(state=TurnState.PASSED_ON.value)
        )

    def _renew(self, connection: Connection, conversation_ids: list[str]) -> None:
        """Those that have been held for a while; most turns are over before that."""
        now = self._lease_now()
        mine = and_(CONVERSATION.c.id.in_(conversation_ids), CONVERSATION.c.lease_owner == self._owner)
        old = CONVERSATION.c.lease_until < now + self._lease * _FRESH
        connection.execute(update(CONVERSATION).where(mine, old).values(lease_until=now + self._lease))

    def _release_all(self, connection: Connection) -> None:
        connection.execute(
            update(CONVERSATION)
            .where(CONVERSATION.c.lease_owner == self._owner)
            .values(lease_owner=None, lease_until=None)
        )

    def _complete(self, connection: Connection, turn: Turn, role: Role, drafts: tuple[Draft, ...]) -> Settled:
        mine, now = turn.conversation.id, self._clock.now()
        row = statements.FIND_AND_LOCK.first(connection, the_id=mine)
        if row is None or row.lease_owner != self._owner:
            return Settled(None)
        answer = self._settle(connection, turn, role, drafts, row.ownership != turn.conversation.ownership, now)
        stored, more = None, False
        if answer is not None:
            after, waits = statements.LAST_AND_NEXT.first(connection, the_id=mine)
            said_before, role, drafts = answer
            stored, more = said_before + add_answer(connection, mine, role, drafts, now, after), waits is not None
        lease = (self._owner, self._lease_now() + self._lease) if more else (None, None)
        said = stored[-1].seq if stored and stored[-1].seq > row.last_seq else None
        statements.end_turn(connection, row, now, said, the_owner=lease[0], the_end=lease[1])
        settled = Settled(stored, self._next_or_let_go(connection, mine) if more else None)
        carrier = self._carriers.get(turn.conversation.channel) if stored else None
        if carrier is None or not stored:
            return settled
        return replace(settled, carried=carrier(connection, mine, turn.seq, stored))

    def _settle(
        self,
        connection: Connection,
        turn: Turn,
        role: Role,
        drafts: tuple[Draft, ...],
        taken_over: bool,
        now: datetime,
    ) -> tuple[list[Message], Role, tuple[Draft, ...]] | None:
        """Do what goes along with an answer, in a conversation that is locked; None where it is not wanted any more.

        Returns the question where it was rewritten, and what is to be stored, by whom.
        """
        mine = turn.conversation.id
        state = TurnState.PASSED_ON if taken_over else TurnState.ANSWERED
        settled = statements.SETTLE_TURN.run(connection, the_id=mine, the_seq=turn.seq, the_state=state.value)
        if not settled or taken_over:
            return None
        left = _left_of(turn, drafts)
        rewritten = [] if left is None else self._rewrite(connection, turn, left)
        note_unit_of(connection, turn.conversation.id, drafts)
        if role is Role.ASSISTANT and self._holds is not None:
            told = self._holds(connection, turn, drafts, now)
            if told is not None:
                return rewritten, Role.SYSTEM, told
        if self._along is not None:
            drafts = self._along(connection, turn, drafts, now)
        return rewritten, role, drafts

    @staticmethod
    def _rewrite(connection: Connection, turn: Turn, left: Screened) -> list[Message]:
        mine = and_(MESSAGE.c.conversation_id == turn.conversation.id, MESSAGE.c.seq == turn.seq)
        connection.execute(update(MESSAGE).where(mine).values(content=as_content(left)))
        return [message_of(row) for row in connection.execute(select(MESSAGE).where(mine))]

    def _say_away(self, connection: Connection, turn: Turn, draft: Draft) -> Message | None:
        now = self._clock.now()
        mine = {"the_id": turn.conversation.id, "the_owner": self._owner}
        if statements.SAY_AWAY.run(connection, **mine, the_moment=now) == 0:
            return None
        return add_messages(connection, turn.conversation.id, Role.SYSTEM, (draft,), now)[0]

    def _count_attempt(self, connection: Connection, turn: Turn) -> int:
        connection.execute(update(MESSAGE).where(self._is_pending(turn)).values(attempts=MESSAGE.c.attempts + 1))
        return turn.attempts + 1

    def _mark_forgotten(self, connection: Connection, conversation_id: str) -> None:
        mine = CONVERSATION.c.id == conversation_id
        connection.execute(update(CONVERSATION).where(mine).values(forgotten_at=self._clock.now()))

    def _free(self) -> ColumnElement[bool]:
        """No other living process holds the conversation."""
        return or_(
            CONVERSATION.c.lease_owner.is_(None),
            CONVERSATION.c.lease_owner == self._owner,
            CONVERSATION.c.lease_until < self._lease_now(),
        )

    def _lease_now(self) -> datetime:
        return self._clock.now() + self._ahead

    @staticmethod
    def _is_pending(turn: Turn) -> ColumnElement[bool]:
        return and_(
            MESSAGE.c.conversation_id == turn.conversation.id,
            MESSAGE.c.seq == turn.seq,
            MESSAGE.c.state == TurnState.PENDING.value,
        )


def _masked(row: Row | Pending) -> tuple[str, ...]:
    return tuple(row.content.get(MASKED, ()))


def _left_of(turn: Turn, drafts: tuple[Draft, ...]) -> Screened | None:
    """A pressed button holds no words of the citizen's, and dropped words are gone already."""
    outcomes = (draft.content.get("answer", {}).get("outcome") for draft in drafts)
    return after_answer(turn.text, outcomes) if turn.payload is None else None
