"""Tables of linked channels; made by migration 0010 (a test compares the two)."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, String, Table

from bot.store.tries import try_table
from bot.store.types import UtcDateTime

METADATA = MetaData()

LINK_TRY = try_table("channel_link_try", METADATA)

LINK_CODE = Table(
    "channel_link_code",
    METADATA,
    # One open code a conversation of the web; the code itself is nowhere.
    Column("web_id", String(36), primary_key=True),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("made_at", UtcDateTime, nullable=False),
    # The conversation on Zalo where it was said, and is asked whether it agrees.
    Column("zalo_id", String(36), unique=True),
    Column("said_at", UtcDateTime),
)

LINK = Table(
    "channel_link",
    METADATA,
    Column("id", String(36), primary_key=True),
    # Both conversations while they are linked; empty afterwards.
    Column("web_id", String(36), unique=True),
    Column("zalo_id", String(36), unique=True),
    # Who agreed, to which version of the words, and when: the proof, kept until that conversation is erased.
    Column("agreed_by", String(36), index=True),
    Column("consent", String(32), nullable=False),
    Column("consented_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)
