"""Rows of those who are to be called back; used inside others' transactions too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Row

from bot.handoff.tables import HANDOFF_CONTACT

ENDED: dict[str, Any] = {"phone": None, "name": None, "sender": None, "summary": {}}
"""What nobody needs once somebody was called, or does not want it any more."""
LONGEST = {"phone": 20, "name": 60}
"""Characters of what can be put right."""


def unlink_contacts(connection: Connection, sender: str) -> None:
    """The conversation is erased: nobody is told anything there any more, and what was talked about goes.

    Somebody who has asked for a call still gets it: number and name are erased when it was made.
    """
    mine = HANDOFF_CONTACT.c.sender == sender
    connection.execute(
        update(HANDOFF_CONTACT).where(mine).values(sender=None, open_key=HANDOFF_CONTACT.c.id, summary={})
    )


def cancel_contacts(connection: Connection, sender: str, at: datetime) -> int:
    """The citizen wants nothing kept, so nobody calls: number and name go. Return how many waited."""
    mine = (HANDOFF_CONTACT.c.sender == sender, HANDOFF_CONTACT.c.closed_at.is_(None))
    over = {"state": "closed", "outcome": "cancelled", "closed_at": at, "open_key": HANDOFF_CONTACT.c.id}
    gone = {**ENDED, **over, "version": HANDOFF_CONTACT.c.version + 1}
    return int(connection.execute(update(HANDOFF_CONTACT).where(*mine).values(**gone)).rowcount)


def contact_of(connection: Connection, sender: str) -> Row | None:
    """Return the row of a conversation that waits for its call; None where none does."""
    mine = (HANDOFF_CONTACT.c.sender == sender, HANDOFF_CONTACT.c.closed_at.is_(None))
    return connection.execute(select(HANDOFF_CONTACT).where(*mine)).first()


def correct_contact(connection: Connection, sender: str, reference: str, column: str, value: str) -> bool:
    """Put right what this conversation has left, phone or name; False where nobody is to be called any more."""
    of = HANDOFF_CONTACT.c
    mine = (of.sender == sender, of.reference == reference, of.closed_at.is_(None))
    right = {column: value[: LONGEST[column]], "version": of.version + 1}
    return bool(connection.execute(update(HANDOFF_CONTACT).where(*mine).values(**right)).rowcount)
