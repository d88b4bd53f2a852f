"""Saying something in a citizen's conversation that nobody has asked for just now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.hub.conversations import add_messages
from bot.hub.models import Draft, Message, Role
from bot.hub.tables import CONVERSATION


def say(connection: Connection, sender: str, draft: Draft, now: datetime) -> Message | None:
    """Store a message in the conversation that Rasa knows as `sender`; None where it is erased, or there is none."""
    query = select(CONVERSATION.c.id).where(CONVERSATION.c.rasa_sender == sender, CONVERSATION.c.erased_at.is_(None))
    conversation_id = connection.execute(query).scalar()
    lock = update(CONVERSATION).where(CONVERSATION.c.id == conversation_id, CONVERSATION.c.erased_at.is_(None))
    if conversation_id is None or connection.execute(lock.values(updated_at=now)).rowcount == 0:
        return None
    (message,) = add_messages(connection, conversation_id, Role.ASSISTANT, (draft,), now)
    return message


def erased_among(connection: Connection, senders: list[str]) -> list[str]:
    """Return those of `senders` whose conversation was erased."""
    found: list[str] = []
    for start in range(0, len(senders), 500):  # a database takes only so many values in one question
        some = senders[start : start + 500]
        query = select(CONVERSATION.c.rasa_sender).where(
            CONVERSATION.c.erased_at.isnot(None), CONVERSATION.c.rasa_sender.in_(some)
        )
        found += [row.rasa_sender for row in connection.execute(query)]
    return found
