"""Tables of staff; made by migration 0009 (a test compares the two). No password and no session's secret stands here
in clear, only what it is checked against.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Integer, MetaData, String, Table

from bot.store.tries import try_table
from bot.store.types import UtcDateTime

METADATA = MetaData()

STAFF_TRY = try_table("staff_try", METADATA)

STAFF_PERSON = Table(
    "staff_person",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    # Histories name people by it, so it is one person's.
    Column("display_name", String(80), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("units", JSON, nullable=False),
    # `totp_wanted` is shown to its owner until they have proven that their telephone knows it.
    # Both sealed (`TotpSeal`).
    Column("totp_wanted", String(255), nullable=False),
    Column("totp_secret", String(255), nullable=False),
    # The 30 seconds of the last code that was used: none is used twice.
    Column("totp_step", Integer, nullable=False),
    Column("demo", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
)

STAFF_SESSION = Table(
    "staff_session",
    METADATA,
    Column("id", String(36), primary_key=True),
    # SHA-256 of the secret in the browser's cookie.
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("person_id", String(36), nullable=False, index=True),
    Column("browser", String(160), nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

STAFF_AUDIT = Table(
    "staff_audit",
    METADATA,
    # Only ever added to: the database refuses the rest, but for lines older than a year, which may go (0015).
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("by", String(80), nullable=False, index=True),
    Column("deed", String(32), nullable=False),
    Column("about", String(120), nullable=False),
    Column("reason", String(600), nullable=False),
)

STAFF_SWITCH = Table(
    "staff_switch",
    METADATA,
    # Only ever added to; the newest row of a feature holds.
    Column("id", Integer, primary_key=True),
    Column("feature", String(32), nullable=False, index=True),
    Column("off", Boolean, nullable=False),
    Column("sentence", String(600), nullable=False),
    Column("reason", String(600), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
