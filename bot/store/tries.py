"""How often somebody may try to prove that a thing is theirs, kept in the database: it outlives a restart, and several
processes count together.

A dossier's code can be guessed (a date and a running number), and a proof is four digits. So five wrong tries of a
person on a code are followed by a pause; a person who tries many codes, and a code that many try, are slowed down too.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Integer, MetaData, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.sql import case, delete, update

from bot.store.types import UtcDateTime


@dataclass(frozen=True)
class Limit:
    """So many failures, then none until `pause` after the first of them."""

    failures: int
    pause: timedelta


PAIR = Limit(5, timedelta(minutes=30))
PERSON = Limit(15, timedelta(hours=1))
CODE = Limit(20, timedelta(hours=1))
"""Guessing four digits at 20 an hour takes three weeks on average, and every try is in the logs."""
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Permit:
    """tries_left: for this person on this code, after this try. again_at: set when there may be no try now."""

    tries_left: int
    again_at: datetime | None = None


def try_table(name: str, metadata: MetaData) -> Table:
    """Return the table of one kind of tries."""
    return Table(
        name,
        metadata,
        # Hash of what is counted: a code, a person, or both together.
        Column("key", String(64), primary_key=True),
        Column("failures", Integer, nullable=False),
        Column("since", UtcDateTime, nullable=False),
    )


class Tries:
    """Counts tries in one table. Called inside a transaction.

    A try is counted before it is made, so that many at once count. turn: the name of the citizen's message it came
    with; asked again after a fault, that message is still one try ("" where there is no message: each call is one).
    """

    def __init__(self, key: bytes, table: Table, area: str) -> None:
        self._key = key
        self._table = table
        self._area = area

    def hash_of(self, *parts: str) -> str:
        """What stands for a code or a person in tables and logs."""
        return hmac.new(
            self._key, "\x1f".join((self._area, *parts)).encode("utf-8", "replace"), hashlib.sha256
        ).hexdigest()

    def take(self, connection: Connection, code: str, person: str, now: datetime, turn: str = "") -> Permit:
        """Count one try, and say whether it may be made."""
        pair, limits = self._keys(code, person)
        count = self._counted if turn and not self._open(connection, code, person, turn, now) else self._count
        taken = {key: count(connection, key, limit, now) for key, limit in limits}
        waits = [
            since + limit.pause
            for key, limit in limits
            for failures, since in (taken[key],)
            if failures > limit.failures
        ]
        return Permit(max(0, PAIR.failures - taken[pair][0]), max(waits) if waits else None)

    def succeeded(self, connection: Connection, code: str, person: str, turn: str = "") -> None:
        """The proof was right: this try and those before it were no guesses; the other counts lose this one."""
        if turn and not self._close(connection, code, person, turn):
            return
        pair, limits = self._keys(code, person)
        connection.execute(delete(self._table).where(self._table.c.key == pair))
        others = [key for key, _ in limits if key != pair]
        lower = update(self._table).where(self._table.c.key.in_(others)).values(failures=self._table.c.failures - 1)
        connection.execute(lower)

    def not_made(self, connection: Connection, code: str, person: str, turn: str = "") -> None:
        """The system was away: the try counts for nothing."""
        if turn and not self._close(connection, code, person, turn):
            return
        _, limits = self._keys(code, person)
        keys = [key for key, _ in limits]
        connection.execute(
            update(self._table).where(self._table.c.key.in_(keys)).values(failures=self._table.c.failures - 1)
        )

    def forget(self, connection: Connection, now: datetime) -> int:
        """Drop counts that are over; return how many."""
        return int(connection.execute(delete(self._table).where(self._table.c.since < now - KEPT)).rowcount)

    def _keys(self, code: str, person: str) -> tuple[str, tuple[tuple[str, Limit], ...]]:
        pair = self.hash_of("pair", code, person)
        return pair, ((pair, PAIR), (self.hash_of("person", person), PERSON), (self.hash_of("code", code), CODE))

    def _open(self, connection: Connection, code: str, person: str, turn: str, now: datetime) -> bool:
        """Note that this message's try is counted; False where it is already, and neither right nor taken back."""
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        row = {"key": self.hash_of("turn", turn, code, person), "failures": 1, "since": now}
        again = dialect.insert(self._table).values(**row)
        closed = self._table.c.failures == 0
        noted = again.on_conflict_do_update(index_elements=["key"], set_={"failures": 1}, where=closed)
        return bool(connection.execute(noted).rowcount)

    def _close(self, connection: Connection, code: str, person: str, turn: str) -> bool:
        """Note that it counts no longer; False where that is noted already."""
        opened = (self._table.c.key == self.hash_of("turn", turn, code, person), self._table.c.failures == 1)
        return bool(connection.execute(update(self._table).where(*opened).values(failures=0)).rowcount)

    def _counted(self, connection: Connection, key: str, limit: Limit, now: datetime) -> tuple[int, datetime]:
        """What `_count` has counted before."""
        query = select(self._table.c.failures, self._table.c.since).where(self._table.c.key == key)
        row = connection.execute(query).first()
        return (0, now) if row is None or row.since <= now - limit.pause else (int(row.failures), row.since)

    def _count(self, connection: Connection, key: str, limit: Limit, now: datetime) -> tuple[int, datetime]:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        insert = dialect.insert(self._table).values(key=key, failures=1, since=now)
        over = self._table.c.since <= now - limit.pause
        raised = insert.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "failures": case((over, 1), else_=self._table.c.failures + 1),
                "since": case((over, insert.excluded.since), else_=self._table.c.since),
            },
        )
        connection.execute(raised)
        row = connection.execute(
            select(self._table.c.failures, self._table.c.since).where(self._table.c.key == key)
        ).one()
        return int(row.failures), row.since
