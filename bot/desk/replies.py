"""Ready replies: a unit's own, each with all that it ever said."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from bot.desk.models import DeskFault, ReadyReply, ReplyChange
from bot.desk.tables import DESK_REPLY, DESK_REPLY_CHANGE
from bot.errors import DeskRefusedError
from bot.ops.clock import Clock
from bot.store.engine import Database
from bot.store.prepared import Prepared
from bot.store.reach import ReachableStore

SHORTCUT = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
LONGEST_TITLE, LONGEST_TEXT = 120, 2000


class ReadyReplies:
    """Raises `DeskRefusedError` whose context holds the `fault`."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._store = ReachableStore(database)
        self._clock = clock

    async def of(self, units: Iterable[str] | None) -> list[ReadyReply]:
        """Return the replies of units (None: of all), by unit and shortcut."""
        return await self._store.read(_of, None if units is None else tuple(units))

    async def get(self, reply_id: str) -> ReadyReply:
        """Return one; refused where it is gone."""
        return _reply(await self._store.read(_row, reply_id))

    async def history(self, reply_id: str) -> list[ReplyChange]:
        """Return what it said, the newest first."""
        return await self._store.read(_history, reply_id)

    async def add(self, reply_id: str, unit: str, shortcut: str, title: str, text: str, by: str) -> ReadyReply:
        """Add one under the form's key: sent twice, it is added once."""
        values = _checked(shortcut, title, text)
        try:
            return await self._store.write(self._add, reply_id, unit, values, by)
        except IntegrityError as error:  # the name is another one's, or this form was sent twice at the same time
            known = await self._store.read(_row, reply_id)
            if known is None:
                raise _refused(DeskFault.SHORTCUT_TAKEN) from error
            return _reply(known)

    async def change(self, reply_id: str, version: int, shortcut: str, title: str, text: str, by: str) -> ReadyReply:
        """Write over version `version`; refused where it is not the newest any more."""
        values = _checked(shortcut, title, text)
        try:
            return await self._store.write(self._change, reply_id, version, values, False, by)
        except IntegrityError as error:
            raise _refused(DeskFault.SHORTCUT_TAKEN) from error

    async def remove(self, reply_id: str, version: int, by: str) -> None:
        """Take it out; its history stays."""
        await self._store.write(self._change, reply_id, version, {}, True, by)

    def _add(self, connection: Connection, reply_id: str, unit: str, values: dict[str, str], by: str) -> ReadyReply:
        known = _row(connection, reply_id)
        if known is None:
            row = {"id": reply_id, "unit": unit, **values, "version": 1, "removed": False}
            connection.execute(insert(DESK_REPLY).values(**row))
            self._note(connection, reply_id, 1, values, False, by)
            known = _row(connection, reply_id)
        return _reply(known)

    def _change(
        self, connection: Connection, reply_id: str, version: int, values: dict[str, str], removed: bool, by: str
    ) -> ReadyReply:
        known = _row(connection, reply_id)
        before = _reply(known)
        said = values or {"shortcut": before.shortcut, "title": before.title, "text": before.text}
        row: dict[str, Any] = {**said, "version": version + 1, "removed": removed}
        if removed:
            row["shortcut"] = None
        mine = update(DESK_REPLY).where(DESK_REPLY.c.id == reply_id, DESK_REPLY.c.version == version)
        if connection.execute(mine.values(**row)).rowcount == 0:
            raise _refused(DeskFault.CHANGED)
        self._note(connection, reply_id, version + 1, said, removed, by)
        return ReadyReply(reply_id, before.unit, said["shortcut"], said["title"], said["text"], version + 1)

    def _note(
        self, connection: Connection, reply_id: str, version: int, said: dict[str, str], removed: bool, by: str
    ) -> None:
        row = {"reply_id": reply_id, "version": version, **said, "removed": removed, "by": by[:80]}
        connection.execute(insert(DESK_REPLY_CHANGE).values(**row, at=self._clock.now()))


def new_reply_id() -> str:
    """Return what a form for a new reply carries."""
    return str(uuid.uuid4())


def _checked(shortcut: str, title: str, text: str) -> dict[str, str]:
    short, name = shortcut.strip().lower().removeprefix("/"), " ".join(title.split())
    said = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n"))
    if not SHORTCUT.fullmatch(short):
        raise _refused(DeskFault.SHORTCUT)
    if not name:
        raise _refused(DeskFault.NO_TITLE)
    if not said:
        raise _refused(DeskFault.NO_TEXT)
    if len(name) > LONGEST_TITLE or len(said) > LONGEST_TEXT:
        raise _refused(DeskFault.TOO_LONG)
    return {"shortcut": short, "title": name, "text": said}


def _of(connection: Connection, units: tuple[str, ...] | None) -> list[ReadyReply]:
    return [_reply(row) for row in _listing(units).all(connection)] if units or units is None else []


@lru_cache(maxsize=256)
def _listing(units: tuple[str, ...] | None) -> Prepared:
    query = select(DESK_REPLY).where(DESK_REPLY.c.removed.is_(False))
    if units is not None:
        query = query.where(or_(*(DESK_REPLY.c.unit == unit for unit in units)))
    return Prepared(query.order_by(DESK_REPLY.c.unit, DESK_REPLY.c.shortcut))


def _row(connection: Connection, reply_id: str) -> Row | None:
    return connection.execute(select(DESK_REPLY).where(DESK_REPLY.c.id == reply_id)).first()


def _reply(row: Row | None) -> ReadyReply:
    if row is None or row.removed:
        raise _refused(DeskFault.GONE)
    return ReadyReply(row.id, row.unit, row.shortcut, row.title, row.text, row.version)


def _history(connection: Connection, reply_id: str) -> list[ReplyChange]:
    mine = select(DESK_REPLY_CHANGE).where(DESK_REPLY_CHANGE.c.reply_id == reply_id)
    rows = connection.execute(mine.order_by(DESK_REPLY_CHANGE.c.version.desc()))
    return [ReplyChange(row.version, row.shortcut, row.title, row.text, row.removed, row.by, row.at) for row in rows]


def _refused(fault: DeskFault) -> DeskRefusedError:
    return DeskRefusedError(fault=fault.value)
