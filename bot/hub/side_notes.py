"""What is stored beside the turns: things a citizen sent that no words can stand for, and what the city says to them at
once. For channels that bring more than text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection

from bot.hub.conversations import add_messages, find_by_client_id, find_conversation, hold
from bot.hub.models import Answerer, Draft, Message, Role, TurnState
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.ops.clock import Clock
from bot.store.engine import Database
from bot.store.prepared import Prepared

_SAID = (
    select(func.max(MESSAGE.c.seq))
    .where(MESSAGE.c.conversation_id == CONVERSATION.c.id, MESSAGE.c.role != Role.CITIZEN.value)
    .scalar_subquery()
)
_CHANGED = Prepared(
    select(CONVERSATION.c.id, _SAID.label("said")).where(
        CONVERSATION.c.channel == bindparam("the_channel"),
        CONVERSATION.c.updated_at >= bindparam("the_earliest"),
        CONVERSATION.c.erased_at.is_(None),
    )
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
        """Return the channel's conversations that changed since then, each with the number of the newest message of
        the city's side; those in which it has said nothing are left out.
        """
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
        hold(connection, conversation_id, now)
        if find_by_client_id(connection, conversation_id, client_id) is not None:
            return []
        conversation = find_conversation(connection, conversation_id)
        held = conversation is not None and conversation.status in (Answerer.OFFICER, Answerer.WAITING)
        stored: list[Message] = []
        if content is not None:  # a citizen's is not left to the assistant
            state = TurnState.PASSED_ON if held else TurnState.ANSWERED
            stored = add_messages(
                connection, conversation_id, Role.CITIZEN, (Draft(content),), now, client_id=client_id, state=state
            )
        if reply is not None and not (held and content is not None):
            signed = None if stored else client_id
            stored += add_messages(connection, conversation_id, Role.SYSTEM, (reply,), now, client_id=signed)
        return stored


def _changed_since(connection: Connection, channel: str, since: datetime) -> list[tuple[str, int]]:
    rows = _CHANGED.all(connection, the_channel=channel, the_earliest=since)
    return [(row.id, row.said) for row in rows if row.said is not None]
