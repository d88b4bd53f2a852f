"""Writing into the catalogue: one load takes records in, keeps what was there as versions, and says what it did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sized
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from knowledge.importers.base import Incoming
from knowledge.models import Completeness, Origin, Procedure, RecordStatus
from knowledge.search_rows import search_text
from knowledge.tables import load_item_table, load_table, meta_table, old_code_table, record_table, version_table
from knowledge.versions import pack_raw, unpack, version_row

_BATCH = 400
_INTERFACE = "portal-json"
"""The importer of the portal's own interface, which loses nothing; other formats of the same decision do."""


@dataclass(frozen=True)
class Load:
    """Who takes records in, from where and why. `faults`: those met while reading, counted when the load ends."""

    kind: str = "import"
    source: str = ""
    by: str = ""
    why: str = ""
    faults: Sized = ()


@dataclass(frozen=True)
class Skip:
    """A record that was not taken, and why."""

    code: str
    reason: str


@dataclass
class WriteReport:
    """What a load did, by code."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: int = 0
    skips: list[Skip] = field(default_factory=list, compare=False)
    load_id: int = field(default=0, compare=False)

    @property
    def total(self) -> int:
        return self.added + self.changed + self.unchanged + self.skipped

    def counts(self) -> dict[str, int]:
        names = ("added", "changed", "unchanged", "removed", "skipped")
        return {name: count for name in names if (count := getattr(self, name))}


@dataclass(frozen=True)
class _Known:
    """The current version of a code, as far as deciding needs it."""

    number: int
    digest: str
    seen_on: date | None
    importer: str
    completeness: int
    status: str
    decision_number: str


class Writer:
    """Takes records of one origin in, in one transaction that the caller opened. Call `finish` at the end."""

    def __init__(self, connection: Connection, origin: Origin, load: Load, now: datetime, force: bool = False) -> None:
        self._connection, self._origin, self._load, self._now, self._force = connection, origin, load, now, force
        self.report = WriteReport(load_id=next_load_id(connection))
        self._known, self._last = _known(connection, origin), _last_numbers(connection, origin)
        self._undone = _undone(connection, origin)
        self._items: dict[str, dict[str, Any]] = {}
        self._versions: list[dict[str, Any]] = []
        self._records: dict[str, dict[str, Any]] = {}
        self._seen: list[dict[str, Any]] = []
        self.codes: set[str] = set()

    def take(self, incoming: Incoming) -> None:
        """Take one record in, or say why not."""
        procedure = incoming.procedure
        self.codes.add(procedure.code)
        row = version_row(procedure, self._origin, self._last.get(procedure.code, 0) + 1)
        known = self._known.get(procedure.code)
        if known is not None and known.digest == row["digest"]:
            self.report.unchanged += 1
            self._see_again(procedure, known)
            return
        refusal = "" if self._force else self._refusal(incoming, row, known)
        if refusal:
            self.report.skipped += 1
            self.report.skips.append(Skip(procedure.code, refusal))
            return
        self.report.added += known is None
        self.report.changed += known is not None
        self._store(procedure, row, "added" if known is None else "changed", incoming)

    def mark_removed(self, codes: Iterable[str]) -> None:
        """Keep the records of `codes`, as no longer published by their source."""
        for code in codes:
            known = self._known.get(code)
            if known is None or known.status == RecordStatus.REMOVED.value:
                continue
            gone = replace(self._current(code, known), status=RecordStatus.REMOVED)
            row = version_row(gone, self._origin, self._last[code] + 1)
            self.report.removed += 1
            self._store(gone, row, "removed", Incoming(gone, importer=known.importer))

    def drop_all_but(self, codes: set[str]) -> None:
        """Take the current records out whose code is not among `codes`; their versions stay."""
        for code in sorted(set(self._known) - codes):
            self.report.removed += 1
            self._note(code, "removed", self._known[code].number, None)
            self._connection.execute(sa.delete(record_table).where(_is(record_table, code, self._origin)))
            self._connection.execute(sa.delete(old_code_table).where(old_code_table.c.code == code))

    def finish(self) -> WriteReport:
        """Write what is left and the load itself."""
        self._flush()
        if self._items:
            self._connection.execute(sa.insert(load_item_table), list(self._items.values()))
            touch_revision(self._connection, self._now)
        write_load(self._connection, self._origin, self._load, self.report, self._now)
        return self.report

    def _refusal(self, incoming: Incoming, row: dict[str, Any], known: _Known | None) -> str:
        code = row["code"]
        if (code, row["digest"]) in self._undone:
            return f"this version was taken back by load {self._undone[code, row['digest']]}"
        if known is None or self._origin is Origin.CURATED:
            return ""
        if row["completeness"] < known.completeness:
            return f"only {Completeness(row['completeness']).name.lower()}; a fuller record is kept"
        if row["seen_on"] and known.seen_on and row["seen_on"] < known.seen_on:
            return f"read on {row['seen_on']}, older than the record of {known.seen_on}"
        other_format = known.importer == _INTERFACE and incoming.importer not in ("", _INTERFACE)
        if other_format and row["decision_number"] in ("", known.decision_number):
            return "the portal's own record of the same decision is kept"
        return ""

    def _store(self, procedure: Procedure, row: dict[str, Any], action: str, incoming: Incoming) -> None:
        code, known = procedure.code, self._known.get(procedure.code)
        own = {"load_id": self.report.load_id, "first_seen": self._now, "importer": incoming.importer}
        self._versions.append(row | own | {"raw": pack_raw(incoming.raw)})
        self._records[code] = {
            "code": code,
            "origin": self._origin.value,
            "number": row["number"],
            "applies_to_city": procedure.applies_to_city,
            "search": search_text(procedure),
        }
        self._note(code, action, known.number if known else None, row["number"])
        self._last[code] = row["number"]
        names = ("number", "digest", "seen_on", "completeness", "status", "decision_number")
        self._known[code] = _Known(importer=incoming.importer, **{name: row[name] for name in names})
        write_old_codes(self._connection, procedure, self._origin)
        if len(self._versions) >= _BATCH:
            self._flush()

    def _note(self, code: str, action: str, before: int | None, after: int | None) -> None:
        first = self._items.get(code)
        self._items[code] = {
            "load_id": self.report.load_id,
            "code": code,
            "origin": self._origin.value,
            "action": first["action"] if first else action,
            "before": first["before"] if first else before,
            "after": after,
        }

    def _see_again(self, procedure: Procedure, known: _Known) -> None:
        day = procedure.checked_on
        if self._origin is Origin.PORTAL and day is not None and (known.seen_on is None or day > known.seen_on):
            self._seen.append({"seen_code": procedure.code, "seen_number": known.number, "day": day})
            self._known[procedure.code] = replace(known, seen_on=day)

    def _current(self, code: str, known: _Known) -> Procedure:
        self._flush()
        where = sa.and_(_is(version_table, code, self._origin), version_table.c.number == known.number)
        payload = self._connection.scalar(sa.select(version_table.c.payload).where(where))
        return unpack(payload, self._origin, known.number, known.seen_on)

    def _flush(self) -> None:
        if self._versions:
            self._connection.execute(sa.insert(version_table), self._versions)
        if self._records:
            own = sa.and_(record_table.c.code.in_(list(self._records)), record_table.c.origin == self._origin.value)
            self._connection.execute(sa.delete(record_table).where(own))
            self._connection.execute(sa.insert(record_table), list(self._records.values()))
        if self._seen:
            which = sa.and_(
                version_table.c.code == sa.bindparam("seen_code"),
                version_table.c.origin == self._origin.value,
                version_table.c.number == sa.bindparam("seen_number"),
            )
            self._connection.execute(
                sa.update(version_table).where(which).values(seen_on=sa.bindparam("day")), self._seen
            )
            set_meta(self._connection, "seen", self._now.isoformat())
        self._versions, self._records, self._seen = [], {}, []


def next_load_id(connection: Connection) -> int:
    """Return the number of the load that begins; writers take turns, so nobody else takes it."""
    return int(connection.scalar(sa.select(sa.func.max(load_table.c.id))) or 0) + 1


def write_load(connection: Connection, origin: Origin, load: Load, report: WriteReport, now: datetime) -> None:
    """Keep the load: who, from where, why, when, and how many records."""
    counts = report.counts() | ({"faults": len(load.faults)} if len(load.faults) else {})
    values = {name: value for name, value in asdict(replace(load, faults=())).items() if name != "faults"}
    own = {"id": report.load_id, "origin": origin.value, "at": now, "counts": json.dumps(counts)}
    connection.execute(sa.insert(load_table), values | own)


def write_old_codes(connection: Connection, procedure: Procedure, origin: Origin) -> None:
    """Let the old codes of `procedure` lead to it."""
    if origin is Origin.CURATED:
        connection.execute(sa.delete(old_code_table).where(old_code_table.c.code == procedure.code))
    for old in procedure.old_codes:
        connection.execute(sa.delete(old_code_table).where(old_code_table.c.old_code == old))
        connection.execute(sa.insert(old_code_table), {"old_code": old, "code": procedure.code})


def touch_revision(connection: Connection, now: datetime) -> None:
    """Tell running assistants that the catalogue has changed."""
    set_meta(connection, "revision", now.isoformat())


def set_meta(connection: Connection, name: str, value: str) -> None:
    connection.execute(sa.delete(meta_table).where(meta_table.c.name == name))
    connection.execute(sa.insert(meta_table), {"name": name, "value": value})


def _is(table: sa.Table, code: str, origin: Origin) -> Any:
    return sa.and_(table.c.code == code, table.c.origin == origin.value)


def _known(connection: Connection, origin: Origin) -> dict[str, _Known]:
    version, record = version_table.c, record_table.c
    here = sa.and_(version.code == record.code, version.origin == record.origin, version.number == record.number)
    columns = (
        version.number,
        version.digest,
        version.seen_on,
        version.importer,
        version.completeness,
        version.status,
        version.decision_number,
    )
    query = (sa.select(version.code, *columns).select_from(record_table.join(version_table, here))).where(
        record.origin == origin.value
    )
    return {code: _Known(*values) for code, *values in connection.execute(query)}


def _last_numbers(connection: Connection, origin: Origin) -> dict[str, int]:
    version = version_table.c
    query = sa.select(version.code, sa.func.max(version.number)).where(version.origin == origin.value)
    return dict(connection.execute(query.group_by(version.code)).all())


def _undone(connection: Connection, origin: Origin) -> dict[tuple[str, str], int]:
    version = version_table.c
    query = sa.select(version.code, version.digest, version.undone_by)
    rows = connection.execute(query.where(version.origin == origin.value, version.undone_by.is_not(None)))
    return {(code, digest): load for code, digest, load in rows}
