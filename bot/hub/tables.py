"""The hub's tables; made by migrations 0001, 0011, 0014, 0015, 0019 to 0021, and 0023 (a test compares the two)."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, UniqueConstraint, text

from bot.store.types import CompactJson, UtcDateTime

METADATA = MetaData()
_ERASED = text("erased_at IS NOT NULL")
_HALF = text("erased_at IS NOT NULL AND everywhere_at IS NULL")
_PENDING = text("state = 'pending'")

CONVERSATION = Table(
    "conversation",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    # Counts every change of who answers: a turn that began under another number is not wanted any more.
    Column("ownership", Integer, nullable=False, server_default="0"),
    Column("delivered_seq", Integer, nullable=False, server_default="0"),
    # Whose officers see it while the assistant answers: "city", or the commune that was named (bot/hub/units.py).
    Column("unit", String(8), nullable=False, server_default="city"),
    Column("rasa_sender", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("token_version", Integer, nullable=False),
    # Since when the citizen knows that the assistant is away: told once an outage.
    Column("away_since", UtcDateTime),
    Column("erased_at", UtcDateTime),
    Column("forgotten_at", UtcDateTime),
    # Since when nothing else of this database knows an erased conversation (bot/privacy/erasing.py).
    Column("everywhere_at", UtcDateTime),
    # The process that works on the conversation, and until when it may be believed alive.
    Column("lease_owner", String(128)),
    Column("lease_until", UtcDateTime),
    UniqueConstraint("rasa_sender", name="conversation_rasa_sender"),
    Index("conversation_updated", "updated_at"),
    # Only of those that are erased: the others are never looked for by it.
    Index("conversation_erased", "erased_at", sqlite_where=_ERASED, postgresql_where=_ERASED),
    Index("conversation_half_erased", "erased_at", sqlite_where=_HALF, postgresql_where=_HALF),
)

MESSAGE = Table(
    "message",
    METADATA,
    Column("conversation_id", String(36), ForeignKey("conversation.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("client_id", String(64)),
    Column("role", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("content", CompactJson, nullable=False),
    # Of a message with buttons: the list of their payloads. Of a press: the payload that Rasa is told.
    Column("payload", CompactJson),
    Column("state", String(16)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    UniqueConstraint("conversation_id", "client_id", name="message_client_id"),
    # Which message is answered next, also in a talk of hundreds; and all that wait for an answer.
    Index("message_next", "conversation_id", "seq", sqlite_where=_PENDING, postgresql_where=_PENDING),
)
