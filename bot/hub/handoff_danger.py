"""A citizen tells of danger while no assistant reads: the numbers at once, and first in the queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bot.handoff.models import Deed
from bot.handoff.rows import add_event, find_open
from bot.handoff.tables import HANDOFF_REQUEST
from bot.hub.conversations import hold
from bot.hub.handing import tell
from bot.hub.offer_steps import Stepped


def warn_of_danger(connection: Connection, conversation_id: str, now: datetime) -> Stepped | None:
    """Tell the numbers and mark the request urgent; None where the assistant answers, which says so itself.

    Raises `TokenInvalidError` where the conversation is erased at this moment.
    """
    hold(connection, conversation_id, now)
    request = find_open(connection, conversation_id)
    if request is None:
        return None
    connection.execute(update(HANDOFF_REQUEST).where(HANDOFF_REQUEST.c.id == request.id).values(urgent=True))
    add_event(connection, request.id, Deed.MARKED_URGENT, now)
    return Stepped(replace(request, urgent=True), (tell(connection, conversation_id, "danger", now),))
