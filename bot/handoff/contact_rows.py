"""Rows of those who are to be called back; used inside others' transactions too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bot.handoff.tables import HANDOFF_CONTACT

ENDED: dict[str, Any] = {"phone": None, "name": None, "sender": None, "summary": {}}
"""What nobody needs once somebody was called, or does not want it any more."""


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
