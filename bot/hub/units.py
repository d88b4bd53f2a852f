"""Whose a conversation is while the assistant answers: the commune that was named last, else the city's.

Known from what is stored anyway: an answer that tells a commune holds its code, a request for an officer its unit.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, update
from sqlalchemy.engine import Connection

from bot.handoff.models import CITY_UNIT
from bot.hub.models import Draft
from bot.hub.tables import CONVERSATION
from bot.store.prepared import Prepared

COMMUNE_CODE = "commune_code"
"""Key of an answer's object: the commune that it told."""

_NOTE = Prepared(
    update(CONVERSATION)
    .where(CONVERSATION.c.id == bindparam("the_id"), CONVERSATION.c.unit != bindparam("the_unit"))
    .values(unit=bindparam("the_unit"))
)


def note_unit_of(connection: Connection, conversation_id: str, drafts: Sequence[Draft]) -> None:
    """Note the commune that an answer names; the conversation's row is locked."""
    named = [str((draft.content.get("answer") or {}).get(COMMUNE_CODE) or "") for draft in drafts]
    for code in named[::-1]:
        if len(code) == 5 and code.isascii() and code.isdigit():
            note_unit(connection, conversation_id, code)
            return


def note_unit(connection: Connection, conversation_id: str, unit: str) -> None:
    """Note the unit that was asked for; the city's says nothing new."""
    if unit != CITY_UNIT:
        _NOTE.later(connection, the_id=conversation_id, the_unit=unit)
