"""Tables of the case desk; made by migration 0002 (a test compares the two). No code and no phone stands in clear
where a hash will do.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Integer, MetaData, String, Table

from bot.store.tries import try_table
from bot.store.types import UtcDateTime

METADATA = MetaData()

CASE_TRY = try_table("case_try", METADATA)

CASE_FOLLOW = Table(
    "case_follow",
    METADATA,
    Column("id", String(36), primary_key=True),
    # The name under which Rasa knows the conversation: what actions know of it.
    Column("sender", String(64), nullable=False, index=True),
    Column("case_code", String(64), nullable=False),
    # What the citizen agreed to, in which version of the words, and when.
    Column("consent", String(32), nullable=False),
    Column("consented_at", UtcDateTime, nullable=False),
    Column("fingerprint", String(2000), nullable=False),
    Column("looked_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_why", String(32)),
)

CASE_WORD = Table(
    "case_word",
    METADATA,
    # One word to one follower: `key` names the change or the notice, so that it is never said twice.
    Column("id", String(36), primary_key=True),
    Column("follow_id", String(36), nullable=False),
    Column("key", String(128), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("content", JSON(none_as_null=True), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("message_seq", Integer),
)

CASE_NOTICE = Table(
    "case_notice",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("case_code", String(64), nullable=False, index=True),
    Column("title", String(600), nullable=False),
    Column("unit", String(600), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("apology", String(2000), nullable=False),
    Column("reason", String(2000), nullable=False),
    Column("next_return_date", Date, nullable=False),
    Column("contact", String(300), nullable=False),
    Column("written_by", String(80), nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    # Written after the due date: reports list it.
    Column("was_late", Boolean, nullable=False),
)

CASE_FOLLOW_UP = Table(
    "case_follow_up",
    METADATA,
    # A late dossier without a notice, or one that no table of states knows: somebody has to look.
    Column("id", String(36), primary_key=True),
    Column("case_code", String(64), nullable=False),
    Column("unit", String(600), nullable=False),
    Column("why", String(32), nullable=False),
    Column("due_on", Date),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("closed_by", String(80)),
    Column("outcome", String(300)),
)

CASE_RATING = Table(
    "case_rating",
    METADATA,
    # Satisfaction with a finished dossier, without the person and without the code.
    Column("id", String(36), primary_key=True),
    Column("case_key", String(64), nullable=False, unique=True),
    Column("procedure_code", String(16), nullable=False),
    Column("unit", String(600), nullable=False),
    Column("rating", String(16), nullable=False),
    Column("reason", String(600), nullable=False),
    Column("rated_at", UtcDateTime, nullable=False),
)
