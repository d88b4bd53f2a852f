"""The tables of photos; made by migration 0005 (a test compares the two)."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

from bot.store.types import UtcDateTime

METADATA = MetaData()

ATTACHMENT = Table(
    "attachment",
    METADATA,
    # Letters only: nothing that screens numbers ever takes it for one.
    Column("id", String(32), primary_key=True),
    # The name under which Rasa knows the conversation: what actions know of it. Empty once that is erased.
    Column("sender", String(64), nullable=False),
    # Made by the sender's device, so that a photo sent twice is kept once.
    Column("upload_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("content_type", String(32), nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    # Of the picture before it was encrypted; empty when it is erased.
    Column("sha256", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("attached_at", UtcDateTime),
    Column("owner_kind", String(32)),
    Column("owner_id", String(64)),
    Column("erased_at", UtcDateTime),
    UniqueConstraint("sender", "upload_id", name="attachment_upload"),
)

ATTACHMENT_DATA = Table(
    "attachment_data",
    METADATA,
    Column("attachment_id", String(32), ForeignKey("attachment.id"), primary_key=True),
    # AES-256-GCM: nonce, then the encrypted picture with its tag (cipher.py).
    Column("data", LargeBinary, nullable=False),
)
