"""The catalogue's tables. A later catalogue is built anew: it holds nothing that cannot be read again."""

from __future__ import annotations

import sqlalchemy as sa

SCHEMA_VERSION = "1"

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
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("applies_to_city", sa.Boolean, nullable=False),
    sa.Column("digest", sa.String(20), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("search", sa.Text, nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
)
old_code_table = sa.Table(
    "old_code",
    metadata,
    sa.Column("old_code", sa.String(20), primary_key=True),
    sa.Column("code", sa.String(20), nullable=False),
)
