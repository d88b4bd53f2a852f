"""The catalogue's store: records by code, and the loads that brought them. History: knowledge/history.py."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timezone
from functools import partial

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from knowledge.engine import open_engine, reading, writing
from knowledge.errors import CatalogueUnreadableError, ProcedureUnknownError
from knowledge.history import History
from knowledge.holding import Holding, holding_of
from knowledge.importers.base import Incoming
from knowledge.kept_records import KeptRecords
from knowledge.last_good import copy_path, keep_copy, open_copy
from knowledge.merging import merge
from knowledge.migrate import migrate
from knowledge.models import Origin, Procedure, RecordStatus
from knowledge.portal.models import Known, ListItem
from knowledge.search_rows import SearchRow, search_rows
from knowledge.tables import listing_table, meta_table, old_code_table, record_table, version_table
from knowledge.undoing import Undoer
from knowledge.versions import unpack, unpack_raw
from knowledge.writing import Load, Skip, Writer, WriteReport, set_meta

logger = logging.getLogger(__name__)

__all__ = ["CatalogueStore", "Load", "SearchRow", "Skip", "WriteReport"]


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class CatalogueStore:
    """Reads and writes the catalogue. Every write is one transaction: whole or not at all."""

    def __init__(self, url: str, now: Callable[[], datetime] = _utc_now) -> None:
        self._engine = open_engine(url)
        self._now = now
        self.history = History(self._engine)
        self._kept = KeptRecords(self._engine, partial(self.note, "revision"))

    def create(self) -> None:
        """Make the tables, or bring them to the newest schema."""
        migrate(self._engine)
        copy = copy_path(self._engine)
        if copy is not None and not copy.exists() and self.revision():
            keep_copy(self._engine)

    def write(
        self,
        records: Iterable[Procedure | Incoming],
        origin: Origin,
        *,
        replace_all: bool = False,
        removed: Iterable[str] = (),
        load: Load | None = None,
        force: bool = False,
        keep: bool = True,
    ) -> WriteReport:
        """Take `records` in under `origin`, as one load.

        replace_all: also take out the origin's records not among them.
        removed: codes that their source no longer publishes; their records stay, marked so.
        force: take also what is poorer or older than what is kept, or was taken back before.
        keep: False only says what would be done.
        """
        with writing(self._engine) as connection:
            writer = Writer(connection, origin, load or Load(), self._now(), force)
            for record in records:
                writer.take(record if isinstance(record, Incoming) else Incoming(record))
            writer.mark_removed(removed)
            if replace_all:
                writer.drop_all_but(writer.codes)
            report = writer.finish()
            if not keep:
                connection.rollback()
        if keep:
            self._kept.forget()
            keep_copy(self._engine)
        return report

    def undo(self, load_id: int, by: str, why: str) -> WriteReport:
        """Take a load back: each of its records is again what it was before; raise `LoadNotUndoableError`."""
        with writing(self._engine) as connection:
            report = Undoer(connection, self._now()).undo(load_id, by, why)
        self._kept.forget()
        keep_copy(self._engine)
        return report

    def kept(self, code: str) -> Procedure | None:
        """Return what `get` would, where that needs no reading; None otherwise. Takes microseconds, and never waits."""
        return self._kept.find(code)

    def get(self, code: str) -> Procedure:
        """Return the record to answer from for `code` or an old code; raise `ProcedureUnknownError`.

        An old code leads to its successor even where the portal still has a record of its own for it.
        Where the catalogue cannot be read, its last whole copy is; `CatalogueUnreadableError` where there is none.
        """
        try:
            stamp = self._kept.stamp()
            record = self.kept(code)
            if record is not None:
                return record
            record = _read(self._engine, code)
            self._kept.keep(code, stamp, record)
            return record
        except CatalogueUnreadableError as error:
            copy = open_copy(self._engine)
            if copy is None:
                raise
            logger.warning("the catalogue cannot be read, its last whole copy is: %s", error)
            self._engine.dispose()  # a file that has been put right is another one, to be opened anew
            return _read(copy, code)

    def origins(self, code: str) -> dict[Origin, Procedure]:
        """Return the stored records of `code` by origin, unmerged; empty when there are none."""
        with reading(self._engine) as connection:
            return _by_origin(connection, code)

    def records(self, origin: Origin, with_raw: bool = False) -> Iterator[tuple[Procedure, bytes]]:
        """Yield every current record of `origin` by code, with the document it was read from where asked for."""
        version = version_table.c
        columns = [version.number, version.seen_on, version.payload, *([version.raw] if with_raw else [])]
        query = sa.select(*columns).select_from(record_table.join(version_table, _current())).order_by(version.code)
        with reading(self._engine, streamed=True) as connection:
            rows = connection.execute(query.where(version.origin == origin.value))
            for number, seen_on, payload, *raw in rows:
                yield unpack(payload, origin, number, seen_on), unpack_raw(raw[0]) if raw else b""

    def documents(self, origin: Origin) -> Iterator[tuple[Procedure, bytes, str]]:
        """Yield each current record whose document is kept, with the document and the importer that reads it."""
        version = version_table.c
        columns = (version.code, version.number, version.importer)
        query = sa.select(*columns).select_from(record_table.join(version_table, _current()))
        kept = query.where(version.origin == origin.value, version.raw.is_not(None)).order_by(version.code)
        with reading(self._engine) as connection:
            rows = connection.execute(kept).all()
        for code, number, importer in rows:
            yield self.history.record(code, origin, number), self.history.raw(code, origin, number), importer

    def current_version(self, code: str, origin: Origin) -> str:
        """Return the current version of a record as "portal:3"; raise `ProcedureUnknownError`."""
        which = sa.and_(record_table.c.code == code, record_table.c.origin == origin.value)
        with reading(self._engine) as connection:
            number = connection.scalar(sa.select(record_table.c.number).where(which))
        if number is None:
            raise ProcedureUnknownError(code)
        return f"{origin.value}:{number}"

    def merged(self) -> Iterator[Procedure]:
        """Yield the record to answer from for every code, ordered by code."""
        by_code: dict[str, dict[Origin, Procedure]] = {}
        for origin in Origin:
            for record, _ in self.records(origin):
                by_code.setdefault(record.code, {})[origin] = record
        for code in sorted(by_code):
            answering = merge(by_code[code].get(Origin.CURATED), by_code[code].get(Origin.PORTAL))
            if answering is not None:
                yield answering

    def listing(self) -> dict[str, Known]:
        """Return what is known of the portal's procedures by code: from its list, or from records that are here."""
        entry, version = listing_table.c, version_table.c
        here = sa.select(version.code).select_from(record_table.join(version_table, _current()))
        published = here.where(version.origin == Origin.PORTAL.value, version.status != RecordStatus.REMOVED.value)
        with reading(self._engine) as connection:
            known = {code: Known("", None) for code in connection.scalars(published)}
            rows = connection.execute(sa.select(entry.code, entry.digest, entry.fetched_on))
            return known | {code: Known(digest, fetched_on) for code, digest, fetched_on in rows}

    def remember_listing(
        self, items: Iterable[ListItem], fetched: set[str], day: date, gone: Iterable[str] = ()
    ) -> None:
        """Remember the entries whose records were `fetched` on `day`, and forget those that are `gone`."""
        entry = listing_table.c
        rows = [
            {"code": item.code, "item_id": item.id, "digest": item.digest, "fetched_on": day}
            for item in items
            if item.code in fetched
        ]
        with writing(self._engine) as connection:
            for code in (*fetched, *gone):
                connection.execute(sa.delete(listing_table).where(entry.code == code))
            if rows:
                connection.execute(sa.insert(listing_table), rows)

    def revision(self) -> str:
        """Return a text that changes whenever a record does; empty when none was ever written."""
        try:
            return self.note("revision")
        except CatalogueUnreadableError:
            return ""

    def curated_stamp(self) -> str:
        """Return the fingerprint of the curated files that were last written; empty before the first time."""
        return self.note("curated_stamp")

    def set_curated_stamp(self, stamp: str) -> None:
        """Remember which curated files the catalogue holds."""
        self.set_note("curated_stamp", stamp)

    def note(self, name: str) -> str:
        """Return a small text kept with the catalogue; empty where there is none."""
        with reading(self._engine) as connection:
            return connection.scalar(sa.select(meta_table.c.value).where(meta_table.c.name == name)) or ""

    def set_note(self, name: str, value: str) -> None:
        with writing(self._engine) as connection:
            set_meta(connection, name, value)

    def old_codes(self) -> dict[str, str]:
        """Return every old code with the code that replaced it."""
        with reading(self._engine) as connection:
            return dict(connection.execute(sa.select(old_code_table.c.old_code, old_code_table.c.code)).all())

    def search_rows(self) -> Iterator[SearchRow]:
        """Yield one row a code, the curated one where there are two; none for the portal's record of an old code."""
        record = record_table.c
        query = sa.select(record.code, record.origin, record.search).order_by(record.code, record.origin)
        with reading(self._engine) as connection:
            replaced = set(connection.scalars(sa.select(old_code_table.c.old_code)))
            yield from search_rows(connection.execute(query), replaced)

    def counts(self) -> dict[str, int]:
        """Return how many procedures there are: all, by origin, and applying to the city."""
        record = record_table.c
        with reading(self._engine) as connection:
            by_origin = dict(
                connection.execute(sa.select(record.origin, sa.func.count()).group_by(record.origin)).all()
            )
            total = connection.scalar(sa.select(sa.func.count(sa.distinct(record.code))))
            in_city = sa.select(sa.func.count(sa.distinct(record.code))).where(record.applies_to_city.is_(True))
            city = connection.scalar(in_city)
        return {
            "procedures": int(total or 0),
            "curated": int(by_origin.get(Origin.CURATED.value, 0)),
            "portal": int(by_origin.get(Origin.PORTAL.value, 0)),
            "applies_to_city": int(city or 0),
        }

    def holding(self) -> Holding:
        """Return what is held of the procedures that apply to the city; raise `CatalogueUnreadableError`."""
        with reading(self._engine) as connection:
            return holding_of(connection)

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()


def _current() -> sa.sql.ColumnElement:
    version, record = version_table.c, record_table.c
    return sa.and_(version.code == record.code, version.origin == record.origin, version.number == record.number)


_CURRENT_VERSIONS = (
    sa.select(version_table.c.origin, version_table.c.number, version_table.c.seen_on, version_table.c.payload)
    .select_from(record_table.join(version_table, _current()))
    .where(version_table.c.code == sa.bindparam("asked"))
)
_SUCCESSOR = sa.select(old_code_table.c.code).where(old_code_table.c.old_code == sa.bindparam("asked"))


def _by_origin(connection: Connection, code: str) -> dict[Origin, Procedure]:
    rows = connection.execute(_CURRENT_VERSIONS, {"asked": code})
    return {Origin(name): unpack(payload, Origin(name), number, seen_on) for name, number, seen_on, payload in rows}


def _read(engine: Engine, code: str) -> Procedure:
    with reading(engine) as connection:
        by_origin = _by_origin(connection, code)
        curated = by_origin.get(Origin.CURATED)
        if curated is None or curated.extends_portal or curated.status is RecordStatus.SUPERSEDED:
            current = connection.scalar(_SUCCESSOR, {"asked": code})
            by_origin = (_by_origin(connection, current) if current else {}) or by_origin
    record = merge(by_origin.get(Origin.CURATED), by_origin.get(Origin.PORTAL))
    if record is None:
        raise ProcedureUnknownError(code)
    return record
