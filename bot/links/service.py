"""Linking: a code is made on the web, said on Zalo, agreed to there. Each step is one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Connection, Row

from bot.errors import TokenInvalidError
from bot.links.codes import new_code
from bot.links.rows import Link, end_link, find_link
from bot.links.tables import LINK, LINK_CODE, LINK_TRY
from bot.ops.clock import Clock
from bot.store.engine import Database
from bot.store.tries import Tries

VALID = timedelta(minutes=10)
"""How long a code can be said, and how long the question after it can be answered."""
CONSENT_VERSION = "link-1"
"""Which words of consent the citizen has agreed to: wording.yml, zalo.ask."""

Hold = Callable[[Connection, str, datetime], None]
"""Takes a conversation's lock; raises `TokenInvalidError` where it is erased."""


@dataclass(frozen=True)
class NewCode:
    """A code that was just made; nobody can read it again."""

    code: str
    until: datetime


@dataclass(frozen=True)
class Later:
    """Too many of these: not before then."""

    at: datetime


@dataclass(frozen=True)
class Said:
    """What a code that was said is good for. replaces: another conversation of the web is linked until now."""

    good: bool
    replaces: bool = False


@dataclass(frozen=True)
class Confirmed:
    """A link, and those that ended with it."""

    link: Link
    ended: tuple[Link, ...] = ()


class Links:
    """Codes and links in the operations store."""

    def __init__(self, database: Callable[[], Database], clock: Clock, key: bytes, hold: Hold) -> None:
        self._database = database
        self._clock = clock
        self._made = Tries(key, LINK_TRY, "link-made")
        self._said = Tries(key, LINK_TRY, "link-said")
        self._hold = hold

    async def begin(self, web_id: str) -> NewCode | Later:
        """Return a code for a conversation of the web; the one before it is good no more.

        Raises `TokenInvalidError` where the conversation is erased.
        """
        return await self._database().write(self._begin, web_id)

    async def say(self, code: str, zalo_id: str, user_id: str) -> Said | Later:
        """Take a code that was said on Zalo. Wrong, old and used ones are told apart by nobody."""
        return await self._database().write(self._say, code, zalo_id, user_id)

    async def confirm(self, zalo_id: str) -> Confirmed | None:
        """Link what the code said there belongs to; None where the question is too old, or its conversation is gone.

        Agreed to twice, it is the same link.
        """
        try:
            return await self._database().write(self._confirm, zalo_id)
        except TokenInvalidError:
            return None

    async def refuse(self, zalo_id: str) -> None:
        """Drop the code that was said there."""
        await self._database().write(
            lambda connection: connection.execute(delete(LINK_CODE).where(LINK_CODE.c.zalo_id == zalo_id))
        )

    async def end(self, conversation_id: str) -> Link | None:
        """Part what is linked with a conversation of either channel; return what it was."""
        try:
            return await self._database().write(self._end, conversation_id)
        except TokenInvalidError:  # erased at this moment, and the link with it
            return None

    async def of(self, conversation_id: str) -> Link | None:
        """Return the link of a conversation of either channel."""
        return await self._database().run(find_link, conversation_id)

    def _begin(self, connection: Connection, web_id: str) -> NewCode | Later:
        now = self._clock.now()
        self._hold(connection, web_id, now)
        permit = self._made.take(connection, web_id, web_id, now)
        if permit.again_at is not None:
            return Later(permit.again_at)
        self._made.forget(connection, now)
        stale = LINK_CODE.c.made_at < now - 2 * VALID  # the question after it is over as well
        connection.execute(delete(LINK_CODE).where(or_(stale, LINK_CODE.c.web_id == web_id)))
        code = new_code()
        connection.execute(insert(LINK_CODE).values(web_id=web_id, code_hash=self._hash(code), made_at=now))
        return NewCode(code, now + VALID)

    def _say(self, connection: Connection, code: str, zalo_id: str, user_id: str) -> Said | Later:
        now = self._clock.now()
        permit = self._said.take(connection, code, user_id, now)
        if permit.again_at is not None:
            return Later(permit.again_at)
        row = connection.execute(select(LINK_CODE).where(LINK_CODE.c.code_hash == self._hash(code))).first()
        if row is None or row.zalo_id not in (None, zalo_id) or now > (row.said_at or row.made_at) + VALID:
            return Said(good=False)
        if row.zalo_id is None:
            connection.execute(delete(LINK_CODE).where(LINK_CODE.c.zalo_id == zalo_id))  # another one, said before
            free = (LINK_CODE.c.code_hash == row.code_hash) & LINK_CODE.c.zalo_id.is_(None)
            if connection.execute(update(LINK_CODE).where(free).values(zalo_id=zalo_id, said_at=now)).rowcount == 0:
                return Said(good=False)  # somebody else was faster
        self._said.succeeded(connection, code, user_id)
        known = find_link(connection, zalo_id)
        return Said(good=True, replaces=known is not None and known.web_id != row.web_id)

    def _confirm(self, connection: Connection, zalo_id: str) -> Confirmed | None:
        now = self._clock.now()
        found = _said_in(connection, zalo_id)
        if found is not None and now > found.said_at + VALID:
            return None
        if found is None:
            known = find_link(connection, zalo_id)
            return Confirmed(known) if known else None
        for conversation_id in sorted((found.web_id, zalo_id)):
            self._hold(connection, conversation_id, now)
        # Now that both are held, neither this code nor their links can change under us.
        taken = (LINK_CODE.c.web_id == found.web_id) & (LINK_CODE.c.code_hash == found.code_hash)
        if connection.execute(delete(LINK_CODE).where(taken)).rowcount == 0:
            known = find_link(connection, zalo_id)
            return Confirmed(known) if known else None
        before = [find_link(connection, conversation_id) for conversation_id in (found.web_id, zalo_id)]
        ended = tuple(link for link in before if link is not None and end_link(connection, link, now))
        link = Link(str(uuid.uuid4()), found.web_id, zalo_id)
        row = {"id": link.id, "web_id": link.web_id, "zalo_id": link.zalo_id, "agreed_by": zalo_id}
        connection.execute(insert(LINK).values(**row, consent=CONSENT_VERSION, consented_at=now))
        return Confirmed(link, ended)

    def _end(self, connection: Connection, conversation_id: str) -> Link | None:
        link, now = find_link(connection, conversation_id), self._clock.now()
        for one in sorted((link.web_id, link.zalo_id)) if link is not None else ():
            self._hold(connection, one, now)  # after this, nothing more is said on both
        return link if link is not None and end_link(connection, link, now) else None

    def _hash(self, code: str) -> str:
        return self._said.hash_of("code-kept", code)


def _said_in(connection: Connection, zalo_id: str) -> Row | None:
    return connection.execute(select(LINK_CODE).where(LINK_CODE.c.zalo_id == zalo_id)).first()
