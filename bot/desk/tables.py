"""Tables of the desk; made by migration 0012 (a test compares the two)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, Text, UniqueConstraint

from bot.store.types import UtcDateTime

METADATA = MetaData()

DESK_REPLY = Table(
    "desk_reply",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("unit", String(16), nullable=False),
    # What is typed after "/"; nothing where the reply was removed, so that another one may have it.
    Column("shortcut", String(32)),
    Column("title", String(120), nullable=False),
    Column("text", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("removed", Boolean, nullable=False),
    UniqueConstraint("unit", "shortcut", name="desk_reply_shortcut"),
)

DESK_REPLY_CHANGE = Table(
    "desk_reply_change",
    METADATA,
    # Only ever added to: what each version said.
    Column("id", Integer, primary_key=True),
    Column("reply_id", String(36), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("shortcut", String(32), nullable=False),
    Column("title", String(120), nullable=False),
    Column("text", Text, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("reply_id", "version", name="desk_reply_change_version"),
)

DESK_VERDICT = Table(
    "desk_verdict",
    METADATA,
    Column("conversation_id", String(36), primary_key=True),
    # The citizen's message whose answer is judged.
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("by", String(80), primary_key=True),
    Column("verdict", String(16), nullable=False),
    Column("comment", String(600), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

DESK_EXAMPLE = Table(
    "desk_example",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("text", String(600), nullable=False),
    # An intent's name, or what the words mean.
    Column("target", String(120), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("exported_at", UtcDateTime),
    Column("removed", Boolean, nullable=False),
    UniqueConstraint("kind", "text", "target", name="desk_example_once"),
)
