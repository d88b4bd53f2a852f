"""Who is named in officers' notes, and whether they have seen it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from bot.handoff.models import Request
from bot.handoff.rows import request_of
from bot.handoff.tables import HANDOFF_MENTION, HANDOFF_NOTE, HANDOFF_REQUEST
from bot.ops.clock import Clock
from bot.store.engine import Database
from bot.store.prepared import Prepared
from bot.store.reach import ReachableStore

MOST = 100
_OF = HANDOFF_MENTION.c
_REVISION = Prepared(select(func.count(), func.count(_OF.read_at), func.max(_OF.at)).select_from(HANDOFF_MENTION))
_MINE = _OF.person_id == bindparam("the_person")
_UNREAD = Prepared(select(func.count()).where(_MINE, _OF.read_at.is_(None)))
_SET = update(HANDOFF_MENTION).where(_MINE).values(read_at=bindparam("the_moment", type_=_OF.read_at.type))
_MARK = Prepared(_SET.where(_OF.note_id == bindparam("the_note")))
_SEE = Prepared(_SET.where(_OF.request_id == bindparam("the_request"), _OF.read_at.is_(None)))


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
        return await self._store.read(lambda connection: int(_UNREAD.scalar(connection, the_person=person_id)))

    async def mark(self, person_id: str, note_id: str, read: bool) -> None:
        """Say that one was seen, or is to be looked at again; somebody else's stays as it is."""
        at = self._clock.now() if read else None
        given = {"the_person": person_id, "the_note": note_id, "the_moment": at}
        await self._store.write(lambda connection: _MARK.run(connection, **given))

    async def see(self, person_id: str, request_id: str) -> int:
        """Somebody has opened a request: what names them there is seen. Return how many were not."""
        given = {"the_person": person_id, "the_request": request_id, "the_moment": self._clock.now()}
        return await self._store.write(lambda connection: _SEE.run(connection, **given))

    async def revision(self) -> str:
        """Return a mark that is another one after every change."""
        return await self._store.read(lambda connection: str(tuple(_REVISION.first(connection))))


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
