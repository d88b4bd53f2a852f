"""The catalogue's tables: which version of each record holds now, every version there was, and every load.

Versions cannot be read again from anywhere, so the schema is migrated (knowledge/migrations), not rebuilt.
"""

from __future__ import annotations

import sqlalchemy as sa

SCHEMA_VERSION = "2"
"""Kept in `catalogue_meta`; equals the newest migration."""

metadata = sa.MetaData()
meta_table = sa.Table(
    "catalogue_meta",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
record_table = sa.Table(
    "record",
    metadata,
    sa.Column("code", sa.String(20), primary_key=True),
    sa.Column("origin", sa.String(10), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("applies_to_city", sa.Boolean, nullable=False),
    sa.Column("search", sa.Text, nullable=False),
)
version_table = sa.Table(
    "version",
    metadata,
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
load_table = sa.Table(
    "load",
    metadata,
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
load_item_table = sa.Table(
    "load_item",
    metadata,
    sa.Column("load_id", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(20), primary_key=True),
    sa.Column("origin", sa.String(10), primary_key=True),
    sa.Column("action", sa.String(10), nullable=False),
    sa.Column("before", sa.Integer),
    sa.Column("after", sa.Integer),
    sa.Index("load_item_of_code", "code", "origin"),
)
old_code_table = sa.Table(
    "old_code",
    metadata,
    sa.Column("old_code", sa.String(20), primary_key=True),
    sa.Column("code", sa.String(20), nullable=False),
)
listing_table = sa.Table(
    "listing",
    metadata,
    sa.Column("code", sa.String(20), primary_key=True),
    sa.Column("item_id", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("fetched_on", sa.Date),
)
