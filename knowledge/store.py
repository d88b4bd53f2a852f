"""Reads and writes the catalogue: one record a code and origin, and the old codes that lead to it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from knowledge.codec import digest, dumps, from_dict
from knowledge.errors import CatalogueUnreadableError, ProcedureUnknownError
from knowledge.merging import merge
from knowledge.models import Origin, Procedure
from knowledge.tables import SCHEMA_VERSION, meta_table, metadata, old_code_table, record_table

_WAIT_FOR_WRITER_MS = 120_000
"""How long a write waits for another one to end; importing the whole catalogue takes some ten seconds."""
_SWITCH_TRIES, _SWITCH_PAUSE = 100, 0.05


@dataclass
class WriteReport:
    """What a write did, by code."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    @property
    def total(self) -> int:
        return self.added + self.changed + self.unchanged


@dataclass(frozen=True)
class SearchRow:
    """What search needs of one procedure: everything people call it, and where it stands."""

    code: str
    title: str
    curated: bool
    applies_to_city: bool
    aliases: tuple[str, ...]
    sample_questions: tuple[str, ...]
    sector: str
    authority_levels: tuple[str, ...]


def open_engine(url: str) -> Engine:
    """Return an engine for `url`; makes the folder of a SQLite file, turns on its write-ahead log."""
    try:
        address = sa.engine.make_url(url)
        if address.get_backend_name() == "sqlite" and address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(address, future=True)
    except (sa.exc.ArgumentError, ImportError, OSError) as error:
        raise CatalogueUnreadableError(f"the catalogue's address is of no use: {error}") from error
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def _pragmas(connection: Any, _: Any) -> None:
            connection.execute(f"PRAGMA busy_timeout={_WAIT_FOR_WRITER_MS}")
            _use_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous=NORMAL")

    return engine


def _use_write_ahead_log(connection: Any) -> None:
    """Switch the journal; SQLite does not wait by itself where another process is just doing the same."""
    for _ in range(_SWITCH_TRIES):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(_SWITCH_PAUSE)
    connection.execute("PRAGMA journal_mode=WAL")


class CatalogueStore:
    """Reads and writes the catalogue. Every write is one transaction: whole or not at all."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    def create(self) -> None:
        """Make the tables where they are missing."""
        with _readable(), self._engine.connect() as connection:
            if all(sa.inspect(connection).has_table(name) for name in metadata.tables):
                return
        with _readable(), self._engine.begin() as connection:
            _await_turn(connection)
            metadata.create_all(connection)

    def write(self, procedures: Iterable[Procedure], origin: Origin, *, replace_all: bool = False) -> WriteReport:
        """Store `procedures` under `origin`; with `replace_all`, drop the origin's records not among them."""
        report, seen = WriteReport(), set()
        with _readable(), self._engine.begin() as connection:
            _await_turn(connection)
            known = dict(
                connection.execute(
                    sa.select(record_table.c.code, record_table.c.digest).where(record_table.c.origin == origin.value)
                ).all()
            )
            for procedure in procedures:
                self._write_one(connection, procedure, origin, known, report)
                seen.add(procedure.code)
            if replace_all:
                report.removed = self._remove(connection, origin, set(known) - seen)
            if report.added or report.changed or report.removed:
                _set_meta(connection, "revision", datetime.now(timezone.utc).isoformat())
            _set_meta(connection, "schema_version", SCHEMA_VERSION)
        return report

    def _write_one(
        self, connection: Connection, procedure: Procedure, origin: Origin, known: dict[str, str], report: WriteReport
    ) -> None:
        row = _row(procedure, origin)
        before = known.get(procedure.code)
        if before == row["digest"]:
            report.unchanged += 1
            return
        if before is None:
            report.added += 1
            connection.execute(sa.insert(record_table), row)
        else:
            report.changed += 1
            connection.execute(sa.update(record_table).where(_is(procedure.code, origin)).values(row))
        known[procedure.code] = row["digest"]
        if origin is Origin.CURATED:
            connection.execute(sa.delete(old_code_table).where(old_code_table.c.code == procedure.code))
        for old in procedure.old_codes:
            connection.execute(sa.delete(old_code_table).where(old_code_table.c.old_code == old))
            connection.execute(sa.insert(old_code_table), {"old_code": old, "code": procedure.code})

    def _remove(self, connection: Connection, origin: Origin, codes: set[str]) -> int:
        for code in codes:
            connection.execute(sa.delete(record_table).where(_is(code, origin)))
            connection.execute(sa.delete(old_code_table).where(old_code_table.c.code == code))
        return len(codes)

    def get(self, code: str) -> Procedure:
        """Return the record to answer from for `code` or an old code; raise `ProcedureUnknownError`.

        An old code leads to its successor even where the portal still has a record of its own for it.
        """
        with _readable(), self._engine.connect() as connection:
            by_origin = self._by_origin(connection, code)
            if Origin.CURATED not in by_origin:
                current = connection.scalar(sa.select(old_code_table.c.code).where(old_code_table.c.old_code == code))
                by_origin = (self._by_origin(connection, current) if current else {}) or by_origin
        if not by_origin:
            raise ProcedureUnknownError(code)
        return merge(by_origin.get(Origin.CURATED), by_origin.get(Origin.PORTAL))

    def origins(self, code: str) -> dict[Origin, Procedure]:
        """Return the stored records of `code` by origin, unmerged; empty when there are none."""
        with _readable(), self._engine.connect() as connection:
            return self._by_origin(connection, code)

    def _by_origin(self, connection: Connection, code: str) -> dict[Origin, Procedure]:
        query = sa.select(record_table.c.origin, record_table.c.payload).where(record_table.c.code == code)
        return {Origin(origin): from_dict(json.loads(payload)) for origin, payload in connection.execute(query)}

    def revision(self) -> str:
        """Return a text that changes whenever the catalogue does; empty when it was never written."""
        try:
            with self._engine.connect() as connection:
                return connection.scalar(sa.select(meta_table.c.value).where(meta_table.c.name == "revision")) or ""
        except sa.exc.DBAPIError:
            return ""

    def curated_stamp(self) -> str:
        """Return the fingerprint of the curated files that were last written; empty before the first time."""
        with _readable(), self._engine.connect() as connection:
            return connection.scalar(sa.select(meta_table.c.value).where(meta_table.c.name == "curated_stamp")) or ""

    def set_curated_stamp(self, stamp: str) -> None:
        """Remember which curated files the catalogue holds."""
        with _readable(), self._engine.begin() as connection:
            _set_meta(connection, "curated_stamp", stamp)

    def search_rows(self) -> Iterator[SearchRow]:
        """Yield one row a code, the curated one where there are two; none for the portal's record of an old code."""
        query = sa.select(record_table.c.code, record_table.c.origin, record_table.c.search).order_by(
            record_table.c.code, record_table.c.origin
        )
        with _readable(), self._engine.connect() as connection:
            seen: set[str] = set()
            replaced = set(connection.scalars(sa.select(old_code_table.c.old_code)))
            for code, origin, search in connection.execute(query):
                # "curated" sorts before "portal"
                if code in seen or (origin == Origin.PORTAL.value and code in replaced):
                    continue
                seen.add(code)
                yield _search_row(code, origin, json.loads(search))

    def counts(self) -> dict[str, int]:
        """Return how many procedures there are: all, by origin, and applying to the city."""
        record = record_table.c
        with _readable(), self._engine.connect() as connection:
            each = sa.select(record.origin, sa.func.count()).group_by(record.origin)
            by_origin = dict(connection.execute(each).all())
            total = connection.scalar(sa.select(sa.func.count(sa.distinct(record.code))))
            city = connection.scalar(
                sa.select(sa.func.count(sa.distinct(record.code))).where(record.applies_to_city.is_(True))
            )
        return {
            "procedures": int(total or 0),
            "curated": int(by_origin.get(Origin.CURATED.value, 0)),
            "portal": int(by_origin.get(Origin.PORTAL.value, 0)),
            "applies_to_city": int(city or 0),
        }

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()


def _row(procedure: Procedure, origin: Origin) -> dict[str, Any]:
    payload = dumps(replace(procedure, origin=origin))
    search = {
        "title": procedure.title,
        "city": procedure.applies_to_city,
        "aliases": procedure.aliases,
        "samples": procedure.sample_questions,
        "sector": procedure.sector,
        "levels": [level.value for level in procedure.authority_levels],
    }
    return {
        "code": procedure.code,
        "origin": origin.value,
        "title": procedure.title,
        "applies_to_city": procedure.applies_to_city,
        "digest": digest(payload),
        "payload": payload,
        "search": json.dumps(search, ensure_ascii=False),
        "changed_at": datetime.now(timezone.utc),
    }


def _search_row(code: str, origin: str, data: dict[str, Any]) -> SearchRow:
    return SearchRow(
        code=code,
        title=data["title"],
        curated=origin == Origin.CURATED.value,
        applies_to_city=data["city"],
        aliases=tuple(data["aliases"]),
        sample_questions=tuple(data["samples"]),
        sector=data["sector"],
        authority_levels=tuple(data["levels"]),
    )


def _is(code: str, origin: Origin) -> Any:
    return sa.and_(record_table.c.code == code, record_table.c.origin == origin.value)


def _set_meta(connection: Connection, name: str, value: str) -> None:
    connection.execute(sa.delete(meta_table).where(meta_table.c.name == name))
    connection.execute(sa.insert(meta_table), {"name": name, "value": value})


def _await_turn(connection: Connection) -> None:
    """Let one writer at a time through; readers go on reading what was there before."""
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text("BEGIN IMMEDIATE"))
    elif connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(20231018)"))


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise CatalogueUnreadableError(str(error.orig)) from error
