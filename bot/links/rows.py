"""What is read and changed of links inside other people's transactions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.engine import Connection

from bot.links.tables import LINK, LINK_CODE


@dataclass(frozen=True)
class Link:
    """Two conversations of one person."""

    id: str
    web_id: str
    zalo_id: str

    def other(self, conversation_id: str) -> str:
        """Return the conversation on the other channel."""
        return self.zalo_id if conversation_id == self.web_id else self.web_id


def find_link(connection: Connection, conversation_id: str) -> Link | None:
    """Return the link of a conversation of either channel."""
    mine = or_(LINK.c.web_id == conversation_id, LINK.c.zalo_id == conversation_id)
    row = connection.execute(select(LINK).where(mine)).first()
    return None if row is None else Link(row.id, row.web_id, row.zalo_id)


def end_link(connection: Connection, link: Link, at: datetime) -> bool:
    """Part two conversations; False where that was done before. That there was a consent stays on record."""
    mine = (LINK.c.id == link.id) & LINK.c.ended_at.is_(None)
    ended = update(LINK).where(mine).values(web_id=None, zalo_id=None, ended_at=at)
    return bool(connection.execute(ended).rowcount)


def erase_links(connection: Connection, conversation_id: str, at: datetime) -> None:
    """Forget an erased conversation: its codes and its link go, and the proof of a consent names it no more."""
    mine = or_(LINK_CODE.c.web_id == conversation_id, LINK_CODE.c.zalo_id == conversation_id)
    connection.execute(delete(LINK_CODE).where(mine))
    link = find_link(connection, conversation_id)
    if link is not None:
        end_link(connection, link, at)
    connection.execute(update(LINK).where(LINK.c.agreed_by == conversation_id).values(agreed_by=None))
