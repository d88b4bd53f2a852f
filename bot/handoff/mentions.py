"""Who is named in officers' notes, and whether they have seen it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from bot.handoff.models import Request
from bot.handoff.rows import request_of
from bot.handoff.tables import HANDOFF_MENTION, HANDOFF_NOTE, HANDOFF_REQUEST
from bot.ops.clock import Clock
from bot.store.engine import Database
from bot.store.reach import ReachableStore

MOST = 100
_OF = HANDOFF_MENTION.c
_REVISION = select(func.count(), func.count(_OF.read_at), func.max(_OF.at)).select_from(HANDOFF_MENTION)
_UNREAD = select(func.count()).where(_OF.person_id == bindparam("the_person"), _OF.read_at.is_(None))


@dataclass(frozen=True)
class Mention:
    """A note in which somebody is named. read_at: None while they have not seen it."""

    note_id: str
    request: Request
    at: datetime
    by_name: str
    text: str
    read_at: datetime | None = None


class Mentions:
    """Everybody's own."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._store, self._clock = ReachableStore(database), clock

    async def of(self, person_id: str) -> list[Mention]:
        """Return the newest `MOST` of somebody's, unread ones first."""
        return await self._store.read(_list, person_id)

    async def unread(self, person_id: str) -> int:
        """Return how many somebody has not seen."""
        given = {"the_person": person_id}
        return await self._store.read(lambda connection: int(connection.execute(_UNREAD, given).scalar_one()))

    async def mark(self, person_id: str, note_id: str, read: bool) -> None:
        """Say that one was seen, or is to be looked at again; somebody else's stays as it is."""
        at = self._clock.now() if read else None
        await self._store.write(_mark, and_(_OF.person_id == person_id, _OF.note_id == note_id), at)

    async def see(self, person_id: str, request_id: str) -> int:
        """Somebody has opened a request: what names them there is seen. Return how many were not."""
        mine = and_(_OF.person_id == person_id, _OF.request_id == request_id, _OF.read_at.is_(None))
        return await self._store.write(_mark, mine, self._clock.now())

    async def revision(self) -> str:
        """Return a mark that is another one after every change."""
        return await self._store.read(lambda connection: str(tuple(connection.execute(_REVISION).one())))


def add_mentions(
    connection: Connection, note_id: str, request_id: str, person_ids: Sequence[str], at: datetime
) -> None:
    """Note who is named in a note, in the transaction that stores it."""
    rows = [
        {"note_id": note_id, "person_id": person_id, "request_id": request_id, "at": at}
        for person_id in dict.fromkeys(person_ids)
    ]
    if rows:
        connection.execute(insert(HANDOFF_MENTION), rows)


def erase_mentions(connection: Connection, request_ids: object) -> None:
    """Forget those of requests whose notes go."""
    connection.execute(delete(HANDOFF_MENTION).where(_OF.request_id.in_(request_ids)))  # type: ignore[arg-type]


def _mark(connection: Connection, which: ColumnElement[bool], at: datetime | None) -> int:
    return int(connection.execute(update(HANDOFF_MENTION).where(which).values(read_at=at)).rowcount)


def _list(connection: Connection, person_id: str) -> list[Mention]:
    joined = HANDOFF_MENTION.join(HANDOFF_NOTE, HANDOFF_NOTE.c.id == _OF.note_id).join(
        HANDOFF_REQUEST, HANDOFF_REQUEST.c.id == _OF.request_id
    )
    columns = (_OF.note_id, _OF.at.label("named_at"), _OF.read_at, HANDOFF_NOTE.c.by_name, HANDOFF_NOTE.c.text)
    query = (
        select(HANDOFF_REQUEST, *columns)
        .select_from(joined)
        .where(_OF.person_id == person_id)
        .order_by(_OF.read_at.isnot(None), _OF.at.desc())
        .limit(MOST)
    )
    return [
        Mention(row.note_id, request_of(row), row.named_at, row.by_name, row.text, row.read_at)
        for row in connection.execute(query)
    ]
