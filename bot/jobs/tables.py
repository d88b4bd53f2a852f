"""The table of jobs; made by migrations 0003 and 0018 (a test compares the two)."""

from __future__ import annotations

from sqlalchemy import JSON, Column, MetaData, String, Table

from bot.store.types import UtcDateTime

METADATA = MetaData()

JOB = Table(
    "job",
    METADATA,
    Column("name", String(40), primary_key=True),
    # The process at work on it, and until when it may be believed alive.
    Column("owner", String(128)),
    Column("owned_until", UtcDateTime),
    Column("began_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    # When it last ended without an error.
    Column("succeeded_at", UtcDateTime),
    # What it said of its last run, or which error ended it.
    Column("result", JSON(none_as_null=True)),
)
