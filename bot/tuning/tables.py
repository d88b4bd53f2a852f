"""The table of settings; made by migration 0015 (a test compares the two), which also makes the triggers."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, UniqueConstraint

from bot.store.types import UtcDateTime

METADATA = MetaData()

TUNING_CHANGE = Table(
    "tuning_change",
    METADATA,
    # Only ever added to; the newest row of a setting (and unit) holds. Without a value: back to the default.
    Column("id", Integer, primary_key=True),
    Column("setting", String(32), nullable=False),
    Column("unit", String(8), nullable=False),
    # Counts the changes of one setting: of two editors who saw the same number, one is told.
    Column("number", Integer, nullable=False),
    Column("value", JSON(none_as_null=True)),
    Column("reason", String(600), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("setting", "unit", "number", name="tuning_change_number"),
)
