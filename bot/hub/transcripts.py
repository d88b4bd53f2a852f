"""Conversations as the desk reads them: what changed, the transcript, turns to be reviewed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.engine import Connection, Row

from bot.feedback.models import Thumb
from bot.feedback.tables import FEEDBACK
from bot.hub.conversations import message_of
from bot.hub.models import ANSWERS, Answerer, Message, Role
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.store.engine import Database
from bot.store.prepared import Prepared

PAGE = 200
MOST_TURNS = 12000
"""So many of the newest messages are looked through; older ones are found by day."""


_CHANGED = Prepared(
    select(*(CONVERSATION.c[name] for name in ("id", "last_seq", "delivered_seq", "status", "updated_at"))).where(
        CONVERSATION.c.updated_at >= bindparam("the_earliest")
    )
)
_LIVING = Prepared(
    select(CONVERSATION).where(CONVERSATION.c.id == bindparam("the_id"), CONVERSATION.c.erased_at.is_(None))
)
_NEWEST = Prepared(
    select(MESSAGE)
    .where(MESSAGE.c.conversation_id == bindparam("the_id"), MESSAGE.c.seq > bindparam("the_seq"))
    .order_by(MESSAGE.c.seq.desc())
    .limit(bindparam("the_number"))
)


@dataclass(frozen=True)
class SeenConversation:
    """A conversation's head as the desk shows it."""

    id: str
    channel: str
    status: str
    created_at: datetime
    updated_at: datetime
    last_seq: int


@dataclass(frozen=True)
class GoingOn:
    """A talk with the assistant that is going on. asked: the citizen's last words, as stored; messages: how many."""

    id: str
    channel: str
    unit: str
    created_at: datetime
    updated_at: datetime
    messages: int
    asked: str
    spoke_at: datetime


@dataclass(frozen=True)
class AskedTurn:
    """A citizen's question, and what the assistant answered. messages: their numbers; disliked: with a thumb down."""

    conversation_id: str
    channel: str
    seq: int
    at: datetime
    question: str
    answer: str = ""
    outcome: str = ""
    procedure_code: str = ""
    messages: tuple[int, ...] = ()
    disliked: bool = False


class Transcripts:
    """Reads only; nothing of an erased conversation is left to be read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def changed_since(self, since: datetime) -> dict[str, str]:
        """Return the conversations with news since then, each with a mark that changes with every change."""
        return await self._database.run(_changed_since, since)

    async def find(self, conversation_id: str) -> SeenConversation | None:
        """Return a conversation; None where there is none, or it was erased."""
        return await self._database.run(_find, conversation_id)

    async def going_on(
        self, since: datetime, units: Collection[str] | None, also: Collection[str] = (), most: int = PAGE
    ) -> list[GoingOn]:
        """Return the assistant's talks in which the citizen has spoken since then, and those of `also`.

        units: whose; None: everybody's. The newest words come first.
        """
        return await self._database.run(_going_on, since, units, also, most)

    async def newest(self, conversation_id: str, after: int = 0, most: int = PAGE) -> list[Message]:
        """Return at most the `most` newest messages with `seq > after`, in order."""
        return await self._database.run(_newest, conversation_id, after, most)

    async def before(self, conversation_id: str, seq: int, most: int = PAGE) -> list[Message]:
        """Return at most `most` messages with `seq` below, in order."""
        return await self._database.run(_before, conversation_id, seq, most)

    async def turns(
        self, since: datetime, until: datetime, within: Collection[str] | None = None, most: int = MOST_TURNS
    ) -> list[AskedTurn]:
        """Return the newest questions of that time with their answers. within: only these conversations."""
        return await self._database.run(_turns, since, until, within, most)


def _changed_since(connection: Connection, since: datetime) -> dict[str, str]:
    rows = _CHANGED.all(connection, the_earliest=since)
    return {row.id: f"{row.last_seq} {row.delivered_seq} {row.status} {row.updated_at.timestamp()}" for row in rows}


def _find(connection: Connection, conversation_id: str) -> SeenConversation | None:
    row = _LIVING.first(connection, the_id=conversation_id)
    if row is None:
        return None
    return SeenConversation(row.id, row.channel, row.status, row.created_at, row.updated_at, row.last_seq)


def _going_on(
    connection: Connection, since: datetime, units: Collection[str] | None, also: Collection[str], most: int
) -> list[GoingOn]:
    recent = or_(CONVERSATION.c.updated_at >= since, CONVERSATION.c.id.in_(list(also)))
    answered = (CONVERSATION.c.status == Answerer.ASSISTANT.value, CONVERSATION.c.erased_at.is_(None))
    ours = select(CONVERSATION.c.id).where(recent, *answered)
    if units is not None:
        ours = ours.where(CONVERSATION.c.unit.in_(list(units)))
    last = (
        select(MESSAGE.c.conversation_id, func.max(MESSAGE.c.seq).label("seq"))
        .where(MESSAGE.c.role == Role.CITIZEN.value, MESSAGE.c.conversation_id.in_(ours))
        .group_by(MESSAGE.c.conversation_id)
        .subquery()
    )
    here = and_(MESSAGE.c.conversation_id == last.c.conversation_id, MESSAGE.c.seq == last.c.seq)
    query = (
        select(CONVERSATION, MESSAGE.c.content, MESSAGE.c.created_at.label("spoke_at"))
        .select_from(last.join(MESSAGE, here).join(CONVERSATION, CONVERSATION.c.id == last.c.conversation_id))
        .where(or_(MESSAGE.c.created_at >= since, CONVERSATION.c.id.in_(list(also))))
        .order_by(MESSAGE.c.created_at.desc())
        .limit(most)
    )
    return [
        GoingOn(
            id=row.id,
            channel=row.channel,
            unit=row.unit,
            created_at=row.created_at,
            updated_at=row.updated_at,
            messages=row.last_seq,
            asked=_text(row.content),
            spoke_at=row.spoke_at,
        )
        for row in connection.execute(query)
    ]


def _newest(connection: Connection, conversation_id: str, after: int, most: int) -> list[Message]:
    rows = _NEWEST.all(connection, the_id=conversation_id, the_seq=after, the_number=most)
    return [message_of(row) for row in rows][::-1]


def _before(connection: Connection, conversation_id: str, seq: int, most: int) -> list[Message]:
    mine = (MESSAGE.c.conversation_id == conversation_id, MESSAGE.c.seq < seq)
    rows = connection.execute(select(MESSAGE).where(*mine).order_by(MESSAGE.c.seq.desc()).limit(most))
    return [message_of(row) for row in rows][::-1]


def _turns(
    connection: Connection, since: datetime, until: datetime, within: Collection[str] | None, most: int
) -> list[AskedTurn]:
    query = (
        select(MESSAGE, CONVERSATION.c.channel)
        .join(CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id)
        .where(CONVERSATION.c.erased_at.is_(None), MESSAGE.c.created_at >= since, MESSAGE.c.created_at < until)
    )
    if within is not None:
        query = query.where(MESSAGE.c.conversation_id.in_(list(within)))
    newest = query.order_by(MESSAGE.c.created_at.desc(), MESSAGE.c.seq.desc()).limit(most)
    rows = sorted(connection.execute(newest), key=lambda row: (row.conversation_id, row.seq))
    turns: list[AskedTurn] = []
    for row in rows:
        if row.role == Role.CITIZEN.value:
            turns.append(AskedTurn(row.conversation_id, row.channel, row.seq, row.created_at, _text(row.content)))
        elif row.role == Role.ASSISTANT.value:
            place = _question_of(turns, row)
            if place is not None:
                turns[place] = _answered(turns[place], row.content, row.seq)
    disliked = _disliked(connection, since)
    told = [replace(one, disliked=bool(disliked.intersection(_places(one)))) for one in turns]
    return sorted(told, key=lambda one: one.at, reverse=True)


def _question_of(turns: list[AskedTurn], row: Row) -> int | None:
    """Return the place of the question that an answer is of: the one it names, else the one before it."""
    asked = int(row.content.get(ANSWERS) or row.seq)
    for place in range(len(turns) - 1, -1, -1):
        if turns[place].conversation_id != row.conversation_id:
            return None
        if turns[place].seq <= asked:
            return place
    return None


def _answered(turn: AskedTurn, content: dict[str, Any], seq: int) -> AskedTurn:
    """A turn with one more of the messages that answered it; the first outcome counts."""
    answer = content.get("answer") or {}
    said = "\n\n".join(part for part in (turn.answer, _text(content)) if part)
    outcome = turn.outcome or str(answer.get("outcome") or "")
    code = turn.procedure_code or str(answer.get("procedure_code") or "")
    return replace(turn, answer=said, outcome=outcome, procedure_code=code, messages=(*turn.messages, seq))


def _places(turn: AskedTurn) -> list[tuple[str, int]]:
    """The messages that answered a turn."""
    return [(turn.conversation_id, seq) for seq in turn.messages]


def _disliked(connection: Connection, since: datetime) -> set[tuple[str, int]]:
    down = select(FEEDBACK.c.conversation_id, FEEDBACK.c.message_seq).where(
        FEEDBACK.c.thumb == Thumb.DOWN.value, FEEDBACK.c.created_at >= since
    )
    return {(row.conversation_id, row.message_seq) for row in connection.execute(down)}


def _text(content: dict[str, Any]) -> str:
    return str(content.get("text") or "")
