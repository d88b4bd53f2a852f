"""What a citizen is told in their conversation about what a person in charge has done with their data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bot.hub.conversations import add_messages
from bot.hub.models import Draft, Role
from bot.hub.tables import CONVERSATION
from bot.privacy.finding import conversation_of_sender
from bot.privacy.words import privacy_wording


def tell_conversation(
    connection: Connection, conversation_id: str, moment: str, now: datetime, **facts: object
) -> bool:
    """Say `told.<moment>` in a conversation; False where it is erased."""
    alive = (CONVERSATION.c.id == conversation_id, CONVERSATION.c.erased_at.is_(None))
    if connection.execute(update(CONVERSATION).where(*alive).values(updated_at=now)).rowcount == 0:
        return False
    said = Draft({"text": privacy_wording()(f"told.{moment}", **facts)})
    add_messages(connection, conversation_id, Role.ASSISTANT, (said,), now)
    return True


def tell_sender(connection: Connection, sender: str, moment: str, now: datetime, **facts: object) -> bool:
    """As `tell_conversation`, in the one that Rasa knows as `sender`."""
    conversation_id = conversation_of_sender(connection, sender)
    return conversation_id is not None and tell_conversation(connection, conversation_id, moment, now, **facts)
