"""What is stored beside the turns: things a citizen sent that no words can stand for, and what the city says to them at
once. For channels that bring more than text.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.engine import Connection

from bot.errors import TokenInvalidError
from bot.hub.conversations import add_messages, find_conversation
from bot.hub.models import Answerer, Draft, Message, Role, TurnState
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.ops.clock import Clock
from bot.store.engine import Database

_CHANGED = select(CONVERSATION.c.id, CONVERSATION.c.last_seq).where(
    CONVERSATION.c.channel == bindparam("the_channel"),
    CONVERSATION.c.updated_at >= bindparam("the_earliest"),
    CONVERSATION.c.erased_at.is_(None),
)
"""Asked every second."""


class SideNotes:
    """Notes of all conversations; each is stored once, known by the sender's id."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(
        self, conversation_id: str, client_id: str, content: dict[str, Any] | None, reply: Draft | None
    ) -> list[Message]:
        """Store what came (`content`, if anything) and the city's sentence about it; nothing new where it was before.

        While a person answers the conversation, the sentence is left to them. Raises `TokenInvalidError` when the
        conversation is erased.
        """
        return await self._database.write(self._add, conversation_id, client_id, content, reply)

    async def changed_since(self, channel: str, since: datetime) -> list[tuple[str, int]]:
        """Return the channel's conversations with a message since then, each with its newest sequence number."""
        return await self._database.run(_changed_since, channel, since)

    def _add(
        self,
        connection: Connection,
        conversation_id: str,
        client_id: str,
        content: dict[str, Any] | None,
        reply: Draft | None,
    ) -> list[Message]:
        now = self._clock.now()
        lock = update(CONVERSATION).where(CONVERSATION.c.id == conversation_id, CONVERSATION.c.erased_at.is_(None))
        if connection.execute(lock.values(updated_at=now)).rowcount == 0:
            raise TokenInvalidError("the conversation is erased", conversation=conversation_id[:8])
        mine = MESSAGE.c.conversation_id == conversation_id
        if connection.execute(select(MESSAGE.c.seq).where(mine, MESSAGE.c.client_id == client_id)).first() is not None:
            return []
        conversation = find_conversation(connection, conversation_id)
        held = conversation is not None and conversation.status in (Answerer.OFFICER, Answerer.WAITING)
        drafts = (Draft(content),) if content is not None else ()
        stored = add_messages(connection, conversation_id, Role.CITIZEN, drafts, now)
        if reply is not None and not (held and content is not None):
            stored += add_messages(connection, conversation_id, Role.SYSTEM, (reply,), now)
        return self._signed(connection, stored, client_id, held)

    @staticmethod
    def _signed(connection: Connection, stored: list[Message], client_id: str, held: bool) -> list[Message]:
        """The first message carries the sender's id; a citizen's is not left to the assistant."""
        if not stored:
            return stored
        first = stored[0]
        state = TurnState.PASSED_ON if held else TurnState.ANSWERED
        values = {"client_id": client_id} | ({"state": state.value} if first.role is Role.CITIZEN else {})
        row = (MESSAGE.c.conversation_id == first.conversation_id) & (MESSAGE.c.seq == first.seq)
        connection.execute(update(MESSAGE).where(row).values(**values))
        return [replace(first, client_id=client_id), *stored[1:]]


def _changed_since(connection: Connection, channel: str, since: datetime) -> list[tuple[str, int]]:
    rows = connection.execute(_CHANGED, {"the_channel": channel, "the_earliest": since})
    return [(row.id, row.last_seq) for row in rows]
