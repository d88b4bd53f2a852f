"""How often somebody may try to prove that a thing is theirs, kept in the database: it outlives a restart, and several
processes count together.

A dossier's code can be guessed (a date and a running number), and a proof is four digits. So five wrong tries of a
person on a code are followed by a pause; a person who tries many codes, and a code that many try, are slowed down too.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import case, delete, update

from bot.store.prepared import Prepared, upsert
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
        self._statements = _statements_of(table)

    def hash_of(self, *parts: str) -> str:
        """What stands for a code or a person in tables and logs."""
        return hmac.new(
            self._key, "\x1f".join((self._area, *parts)).encode("utf-8", "replace"), hashlib.sha256
        ).hexdigest()

    def take(self, connection: Connection, code: str, person: str, now: datetime, turn: str = "") -> Permit:
        """Count one try, and say whether it may be made."""
        pair, limits = self._keys(code, person)
        if not turn or self._open(connection, code, person, turn, now):
            for key, limit in limits:
                self._statements.one_more.later(connection, key=key, since=now, over_before=now - limit.pause)
        found = self._statements.counted.all(connection, **dict(zip(_PLACES, (key for key, _ in limits), strict=True)))
        stored = {row.key: row for row in found}
        counts = {
            key: (limit, row) for key, limit in limits if (row := stored.get(key)) and row.since > now - limit.pause
        }
        waits = [row.since + limit.pause for limit, row in counts.values() if row.failures > limit.failures]
        mine = int(counts[pair][1].failures) if pair in counts else 0
        return Permit(max(0, PAIR.failures - mine), max(waits) if waits else None)

    def succeeded(self, connection: Connection, code: str, person: str, turn: str = "") -> None:
        """The proof was right: this try and those before it were no guesses; the other counts lose this one."""
        if turn and not self._close(connection, code, person, turn):
            return
        pair, limits = self._keys(code, person)
        self._statements.drop.later(connection, key=pair)
        self._lower(connection, [key for key, _ in limits if key != pair])

    def not_made(self, connection: Connection, code: str, person: str, turn: str = "") -> None:
        """The system was away: the try counts for nothing."""
        if turn and not self._close(connection, code, person, turn):
            return
        self._lower(connection, [key for key, _ in self._keys(code, person)[1]])

    def forget(self, connection: Connection, now: datetime) -> int:
        """Drop counts that are over; return how many."""
        return int(connection.execute(delete(self._table).where(self._table.c.since < now - KEPT)).rowcount)

    def _keys(self, code: str, person: str) -> tuple[str, tuple[tuple[str, Limit], ...]]:
        pair = self.hash_of("pair", code, person)
        return pair, ((pair, PAIR), (self.hash_of("person", person), PERSON), (self.hash_of("code", code), CODE))

    def _open(self, connection: Connection, code: str, person: str, turn: str, now: datetime) -> bool:
        """Note that this message's try is counted; False where it is already, and neither right nor taken back."""
        key = self.hash_of("turn", turn, code, person)
        return bool(self._statements.open.run(connection, key=key, failures=1, since=now))

    def _close(self, connection: Connection, code: str, person: str, turn: str) -> bool:
        """Note that it counts no longer; False where that is noted already."""
        return bool(self._statements.close.run(connection, key=self.hash_of("turn", turn, code, person)))

    def _lower(self, connection: Connection, keys: Sequence[str]) -> None:
        self._statements.lower.run_each(connection, [{"key": key} for key in keys])


class _Statements(NamedTuple):
    """Of one table. open, close: a message's try; one_more: one failure more, the first one again after a pause."""

    open: Prepared
    close: Prepared
    one_more: Prepared
    counted: Prepared
    lower: Prepared
    drop: Prepared


_PLACES = ("first", "second", "third")


@cache
def _statements_of(table: Table) -> _Statements:
    columns = table.c
    mine = columns.key == bindparam("key")
    over = columns.since <= bindparam("over_before", type_=columns.since.type)
    raised = {"failures": case((over, 1), else_=columns.failures + 1)}
    return _Statements(
        open=upsert(
            table,
            lambda row: row.on_conflict_do_update(
                index_elements=["key"], set_={"failures": 1}, where=columns.failures == 0
            ),
            "key",
            "failures",
            "since",
        ),
        close=Prepared(update(table).where(mine, columns.failures == 1).values(failures=0)),
        one_more=upsert(
            table,
            lambda row: row.values(key=bindparam("key"), failures=1, since=bindparam("since")).on_conflict_do_update(
                index_elements=["key"],
                set_={**raised, "since": case((over, row.excluded.since), else_=columns.since)},
            ),
        ),
        counted=Prepared(select(table).where(or_(*(columns.key == bindparam(place) for place in _PLACES)))),
        lower=Prepared(update(table).where(mine).values(failures=columns.failures - 1)),
        drop=Prepared(delete(table).where(mine)),
    )
