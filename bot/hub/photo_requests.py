"""Whether photos may come in a conversation now. Called inside others' transactions."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.attachments.models import PHOTOS
from bot.hub import statements
from bot.hub.models import Role
from bot.hub.tables import MESSAGE
from bot.ops.screening.screening import EXPECTS


def expects_photos(connection: Connection, conversation_id: str) -> bool:
    """Say whether the city's side has asked for photos since the citizen last said something."""
    mine = MESSAGE.c.conversation_id == conversation_id
    said = select(func.coalesce(func.max(MESSAGE.c.seq), 0)).where(mine, MESSAGE.c.role == Role.CITIZEN.value)
    since = select(MESSAGE.c.content).where(
        mine, MESSAGE.c.role != Role.CITIZEN.value, MESSAGE.c.seq > said.scalar_subquery()
    )
    return any(PHOTOS in (row.content.get(EXPECTS) or ()) for row in connection.execute(since))


def wants_photos(connection: Connection, conversation_id: str, client_id: str) -> bool | None:
    """Say whether photos may come, or those of this message are here; None while an answer is still to come."""
    # In this order: an answer that is stored between the last two looks is seen by the second of them.
    if statements.BY_CLIENT_ID.first(connection, the_id=conversation_id, the_client_id=client_id) is not None:
        return True
    waits = _has_open_turn(connection, conversation_id)
    return expects_photos(connection, conversation_id) or (None if waits else False)


def _has_open_turn(connection: Connection, conversation_id: str) -> bool:
    return statements.FIRST_PENDING.first(connection, the_id=conversation_id) is not None
