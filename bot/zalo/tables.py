"""Zalo's tables in the operations store; made by migrations 0008, 0013 and 0023 (a test compares the two)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    or_,
    text,
)
from sqlalchemy.sql import ColumnElement

from bot.store.types import UtcDateTime

METADATA = MetaData()
# What is over leaves these indexes, so they stay as small as what waits; its state stands in no other.
_IN_OPEN = text("state = 'new' OR state = 'failed'")
_OUT_OPEN = text("state = 'waiting' OR state = 'sending' OR state = 'held'")

TOKEN = Table(
    "zalo_token",
    METADATA,
    Column("app_id", String(64), primary_key=True),
    # Sealed. The refresh token is used once; `generation` counts the pairs.
    Column("access", Text, nullable=False),
    Column("refresh", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("access_until", UtcDateTime, nullable=False),
    Column("refreshed_at", UtcDateTime, nullable=False),
    # Who is at work on the next pair, and until when that may be believed.
    Column("refresher", String(128)),
    Column("refreshing_until", UtcDateTime),
    # Set when Zalo refused the refresh token: only a person helps.
    Column("dead_at", UtcDateTime),
    Column("dead_code", Integer),
)

CONSENT = Table(
    "zalo_consent",
    METADATA,
    Column("state", String(64), primary_key=True),
    Column("verifier", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)

PERSON = Table(
    "zalo_person",
    METADATA,
    Column("user_id", String(128), primary_key=True),
    Column("conversation_id", String(36)),
    Column("followed", Boolean),
    # The citizen's last message, follow or button: the window in which we may write counts from it.
    Column("interacted_at", UtcDateTime),
    # Up to which message of the conversation the outbox holds what was said.
    Column("queued_seq", Integer, nullable=False),
    # Zalo's code that says that this citizen cannot be written to, until they write again.
    Column("unreachable", Integer),
    # How many choices the last numbered list had, and under which message.
    Column("choices", Integer),
    Column("choices_seq", Integer),
    Column("in_owner", String(128)),
    Column("in_until", UtcDateTime),
    Column("out_owner", String(128)),
    Column("out_until", UtcDateTime),
    Index("zalo_person_conversation", "conversation_id"),
)

INBOX = Table(
    "zalo_inbox",
    METADATA,
    Column("event_id", String(255), primary_key=True),
    Column("user_id", String(128), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    # When Zalo says that it happened, in milliseconds: the order to work in.
    Column("happened", String(16), nullable=False),
    # The body, sealed; emptied as soon as it is worked off.
    Column("body", Text),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("num_retry", Integer),
    Index("zalo_inbox_user", "user_id"),
    Index("zalo_inbox_open", "user_id", sqlite_where=_IN_OPEN, postgresql_where=_IN_OPEN),
)

OUTBOX = Table(
    "zalo_outbox",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", String(128), nullable=False),
    Column("conversation_id", String(36), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    # The message, sealed; emptied when it is sent or given up.
    Column("body", Text),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("made_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("began_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("code", Integer),
    Column("message_id", String(128)),
    UniqueConstraint("conversation_id", "seq", "part", name="zalo_outbox_part"),
    Index("zalo_outbox_user", "user_id"),
    Index("zalo_outbox_open", "user_id", "id", sqlite_where=_OUT_OPEN, postgresql_where=_OUT_OPEN),
)

RATE = Table(
    "zalo_rate",
    METADATA,
    # Which minute, as whole minutes since 1970; how many calls were allowed in it.
    Column("minute", Integer, primary_key=True, autoincrement=False),
    Column("calls", Integer, nullable=False),
)

AGREEMENT = Table(
    "zalo_agreement",
    METADATA,
    Column("user_id", String(128), primary_key=True),
    Column("asked_at", UtcDateTime),
    # Which words were agreed to, when, and when that was taken back.
    Column("version", String(32)),
    Column("agreed_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    # Zalo said that no template reaches this citizen; believed until they write again.
    Column("blocked_at", UtcDateTime),
    Column("blocked_code", Integer),
)

TEMPLATE = Table(
    "zalo_template",
    METADATA,
    # One row for each message that is news; told by a template only where the window has closed.
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", String(128), nullable=False),
    Column("conversation_id", String(36), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    # The news' fields, sealed; emptied when it is over.
    Column("fields", Text),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("made_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("began_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("code", Integer),
    Column("template_id", String(64)),
    # đồng, and the month of the city ("2026-11") in which it was sent.
    Column("price", Integer),
    Column("month", String(7)),
    Column("message_id", String(128)),
    UniqueConstraint("conversation_id", "seq", name="zalo_template_news"),
    Index("zalo_template_state", "state", "due_at"),
    Index("zalo_template_user", "user_id"),
)


def in_state(table: Table, *states: str) -> ColumnElement[bool]:
    """Whether a row is in one of these states, in words and in the order in which the indexes name them.

    Of a parameter SQLite does not know which index holds it; IN (…) is written anew at each execution.
    """
    column: Any = table.c.state
    return or_(*(column == literal_column(f"'{state}'") for state in states))
