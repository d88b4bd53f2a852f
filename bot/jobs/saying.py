"""Saying something in a citizen's conversation that nobody has asked for just now; linked ones are both told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Row

from bot.hub.conversations import add_messages
from bot.hub.models import Draft, Message, Role
from bot.hub.tables import CONVERSATION
from bot.links.rows import find_link
from bot.links.words import link_wording
from knowledge.blocks import paragraph, to_json


def say(connection: Connection, sender: str, draft: Draft, now: datetime) -> Message | None:
    """Store a message in the conversation that Rasa knows as `sender`; None where it is erased, or there is none."""
    conversation = _conversation_of(connection, sender)
    if conversation is None or not _lock(connection, conversation.id, now):
        return None
    (message,) = add_messages(connection, conversation.id, Role.ASSISTANT, (draft,), now)
    return message


def say_on_both(
    connection: Connection, sender: str, draft: Draft, now: datetime, told_anyway: Collection[str] = ()
) -> Message | None:
    """As `say`; where the conversation is linked with one on another channel, tell it there too, in this transaction.

    told_anyway: senders that get word of the same thing of their own.
    """
    conversation = _conversation_of(connection, sender)
    if conversation is None:
        return None
    link = find_link(connection, conversation.id)
    other_id = link.other(conversation.id) if link is not None else None
    both = sorted(one for one in (conversation.id, other_id) if one)  # in one order, so that none waits in a circle
    locked = {one for one in both if _lock(connection, one, now)}
    if conversation.id not in locked:
        return None
    (message,) = add_messages(connection, conversation.id, Role.ASSISTANT, (draft,), now)
    # Read again, now that nobody can part them: who has said "no more" hears no more.
    if other_id in locked and find_link(connection, conversation.id) == link:
        other = connection.execute(select(CONVERSATION).where(CONVERSATION.c.id == other_id)).one()
        if other.rasa_sender not in told_anyway:
            add_messages(connection, other.id, Role.ASSISTANT, (_elsewhere(draft, conversation.channel),), now)
    return message


def _elsewhere(draft: Draft, channel: str) -> Draft:
    """Return the same news for the other channel: without buttons, which belong to the conversation that follows."""
    line = link_wording()(f"news.{channel}")
    content: dict[str, Any] = {"text": f"{draft.content['text']}\n{line}"}
    if draft.content.get("blocks"):
        content["blocks"] = [*draft.content["blocks"], *to_json((paragraph(line),))]
    if draft.content.get("news"):
        content["news"] = draft.content["news"]
    return Draft(content)


def _conversation_of(connection: Connection, sender: str) -> Row | None:
    alive = (CONVERSATION.c.rasa_sender == sender, CONVERSATION.c.erased_at.is_(None))
    return connection.execute(select(CONVERSATION).where(*alive)).first()


def _lock(connection: Connection, conversation_id: str, now: datetime) -> bool:
    """Hold a conversation until the transaction ends; False where it is erased."""
    lock = update(CONVERSATION).where(CONVERSATION.c.id == conversation_id, CONVERSATION.c.erased_at.is_(None))
    return bool(connection.execute(lock.values(updated_at=now)).rowcount)


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
