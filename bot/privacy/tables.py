"""Tables of what citizens ask about their data, of holds and of what was erased (migrations 0016, 0022, 0024)."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, Integer, MetaData, String, Table

from bot.store.types import UtcDateTime

METADATA = MetaData()

REQUEST = Table(
    "privacy_request",
    METADATA,
    Column("id", String(36), primary_key=True),
    # What a citizen is told and a person in charge types.
    Column("receipt", String(16), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    # Who asked, and about which petition: emptied when the request is over.
    Column("conversation_id", String(36), index=True),
    Column("petition_code", String(16)),
    Column("asked_at", UtcDateTime, nullable=False),
    # Not before then: so long it can be taken back.
    Column("act_after", UtcDateTime, nullable=False),
    # The law's days: to be acknowledged, to be done.
    Column("acknowledge_by", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("acknowledged_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    # Who did it, and how it ended: a code, never words about a person.
    Column("by", String(80), nullable=False),
    Column("outcome", String(32), nullable=False),
    # To correct: which field, what is right, and, until its person is told, what stood there. The last two are emptied
    # when the request is over.
    Column("correct_field", String(16)),
    Column("right_value", String(254)),
    Column("old_value", String(254)),
)

ERASED = Table(
    "privacy_erased",
    METADATA,
    # A conversation that was erased everywhere, and how many rows went of each class. Restored, it is erased again.
    Column("conversation_id", String(36), primary_key=True),
    Column("erased_at", UtcDateTime, nullable=False),
    Column("counts", JSON(none_as_null=True), nullable=False),
)

EXPORT_LINK = Table(
    "privacy_link",
    METADATA,
    # SHA-256 of the secret in the address; the address is in the citizen's conversation alone.
    Column("token_hash", String(64), primary_key=True),
    Column("conversation_id", String(36), nullable=False, index=True),
    Column("until", UtcDateTime, nullable=False),
    # A copy of what this petition holds of its person, shown once; empty: all of the conversation, until it is over.
    Column("petition_code", String(16)),
)

HOLD = Table(
    "privacy_hold",
    METADATA,
    # Nothing of a class, or of one conversation, is erased while a hold stands. Rows stay when it is released.
    Column("id", Integer, primary_key=True),
    Column("scope", String(16), nullable=False),
    Column("name", String(40), nullable=False, index=True),
    Column("reason", String(600), nullable=False),
    Column("by", String(80), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("released_by", String(80)),
    Column("released_reason", String(600)),
    Column("released_at", UtcDateTime),
)

REPORT = Table(
    "privacy_report",
    METADATA,
    # What a run of the retention has erased: counts by class, and which class was on hold.
    Column("id", Integer, primary_key=True),
    Column("made_on", Date, nullable=False, unique=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("classes", JSON(none_as_null=True), nullable=False),
)
