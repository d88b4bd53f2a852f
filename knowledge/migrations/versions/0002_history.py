"""Every version of a record, and every load; records that are there become their own first version."""

from __future__ import annotations

import json
import zlib
from datetime import date, datetime, timezone
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    op.rename_table("record", "record_1")
    if connection.dialect.name == "postgresql":
        op.execute("ALTER INDEX record_pkey RENAME TO record_1_pkey")
    _create_tables()
    _carry_over(connection)
    op.drop_table("record_1")


def _create_tables() -> None:
    op.create_table(
        "record",
        sa.Column("code", sa.String(20), primary_key=True),
        sa.Column("origin", sa.String(10), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("applies_to_city", sa.Boolean, nullable=False),
        sa.Column("search", sa.Text, nullable=False),
    )
    op.create_table(
        "version",
        sa.Column("code", sa.String(20), primary_key=True),
        sa.Column("origin", sa.String(10), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("digest", sa.String(20), nullable=False),
        sa.Column("load_id", sa.Integer, nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_on", sa.Date),
        sa.Column("importer", sa.String(30), nullable=False),
        sa.Column("completeness", sa.Integer, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("decision_number", sa.Text, nullable=False),
        sa.Column("decision_date", sa.Date),
        sa.Column("undone_by", sa.Integer),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("raw", sa.LargeBinary),
    )
    op.create_table(
        "load",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("undone_by", sa.Integer),
    )
    op.create_table(
        "load_item",
        sa.Column("load_id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(20), primary_key=True),
        sa.Column("origin", sa.String(10), primary_key=True),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("before", sa.Integer),
        sa.Column("after", sa.Integer),
    )
    op.create_index("load_item_of_code", "load_item", ["code", "origin"])
    op.create_table(
        "listing",
        sa.Column("code", sa.String(20), primary_key=True),
        sa.Column("item_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("fetched_on", sa.Date),
    )


def _carry_over(connection: Any) -> None:
    """Give each record of before a version 1 in a load of its origin, seen when it was checked."""
    now = datetime.now(timezone.utc)
    tables = sa.MetaData()
    record, version, load, item = (
        sa.Table(name, tables, autoload_with=connection) for name in ("record", "version", "load", "load_item")
    )
    rows = connection.execute(
        sa.text("SELECT code, origin, applies_to_city, digest, payload, search FROM record_1 ORDER BY origin, code")
    ).all()
    for number, origin in enumerate(sorted({row.origin for row in rows}), start=1):
        of_origin = [row for row in rows if row.origin == origin]
        counts = json.dumps({"added": len(of_origin)})
        connection.execute(
            load.insert(),
            {"id": number, "kind": "carried", "origin": origin, "source": "the catalogue before it kept versions"}
            | {"by": "", "why": "", "at": now, "counts": counts},
        )
        for row in of_origin:
            key = {"code": row.code, "origin": row.origin}
            values = {"number": 1, "applies_to_city": bool(row.applies_to_city), "search": row.search}
            connection.execute(record.insert(), key | values)
            connection.execute(version.insert(), key | _version(row, number, now))
            connection.execute(item.insert(), key | {"load_id": number, "action": "added", "after": 1})


def _version(row: Any, load_id: int, now: datetime) -> dict[str, Any]:
    data = json.loads(row.payload)
    decision = data.get("decision") or {}
    return {
        "number": 1,
        "digest": row.digest,
        "load_id": load_id,
        "first_seen": now,
        "seen_on": _day(data.get("checked_on")),
        "importer": "portal-json" if row.origin == "portal" else "curated",
        "completeness": 3,
        "status": data.get("status") or "current",
        "decision_number": decision.get("number") or "",
        "decision_date": _day(decision.get("date")),
        "payload": zlib.compress(row.payload.encode("utf-8")),
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
