"""Ends a conversation: erased in one transaction, or kept, said so, and going on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.hub.conversations import ConversationStore, add_messages, find_conversation, lock_with_linked
from bot.hub.models import Draft, Message, Role
from bot.hub.tables import MESSAGE
from bot.ops.clock import Clock
from bot.store.engine import Database

Keeps = Callable[[Connection, str, datetime], str | None]
"""What a citizen reads where a conversation has to be kept (connection, id, now); None where it may be erased."""


@dataclass(frozen=True)
class Ending:
    """What came of it. erased: now, not before. kept: why nothing was; said: the message that says so."""

    erased: bool
    kept: str = ""
    said: tuple[Message, ...] = ()


class Endings:
    """keeps: asked in the transaction that would erase."""

    def __init__(self, database: Database, clock: Clock, store: ConversationStore, keeps: Keeps) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._keeps = keeps

    async def end(self, conversation_id: str) -> Ending:
        """Delete the transcript and close the conversation for good, unless it has to be kept."""
        return await self._database.write(self._end, conversation_id)

    def _end(self, connection: Connection, conversation_id: str) -> Ending:
        now = self._clock.now()
        lock_with_linked(connection, conversation_id, now)
        conversation = find_conversation(connection, conversation_id)
        if conversation is None or conversation.erased:
            return Ending(False)
        sentence = self._keeps(connection, conversation_id, now)
        if sentence is None:
            return Ending(self._store.erase_in(connection, conversation_id))
        if _newest(connection, conversation_id) == sentence:
            return Ending(False, sentence)  # a widget that had not heard it asks again
        said = add_messages(connection, conversation_id, Role.SYSTEM, (Draft({"text": sentence}),), now)
        return Ending(False, sentence, tuple(said))


def _newest(connection: Connection, conversation_id: str) -> object:
    query = select(MESSAGE.c.content).where(MESSAGE.c.conversation_id == conversation_id)
    content = connection.execute(query.order_by(MESSAGE.c.seq.desc()).limit(1)).scalar()
    return (content or {}).get("text")
