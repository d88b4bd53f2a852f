"""Tables of petitions; made by migration 0004 (a test compares the two), which also makes the triggers.

What happened is only ever added to `petition_event`: triggers refuse to change or delete it. People's words stand apart
in `petition_text`, where they may be erased, never changed. No petition is deleted; an old one is anonymised.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.store.tries import try_table
from bot.store.types import UtcDateTime

METADATA = MetaData()

WITH_ANSWER = (
    "state NOT IN ('answered', 'closed') OR (answered_at IS NOT NULL AND answered_by <> ''"
    " AND (answer <> '' OR anonymised_at IS NOT NULL))"
)
"""No petition is answered or closed without an answer, who gave it and when."""
WITH_REASON = "state <> 'refused' OR refusal_reason <> ''"

PETITION = Table(
    "petition",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("state_since", UtcDateTime, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("content", Text, nullable=False),
    Column("wish", Text, nullable=False),
    Column("procedure_code", String(32), nullable=False),
    Column("procedure_title", String(600), nullable=False),
    Column("commune_code", String(8), nullable=False),
    Column("unit_said", String(300), nullable=False),
    Column("case_code", String(64), nullable=False),
    Column("paper", String(300), nullable=False),
    Column("attachments", JSON(none_as_null=True), nullable=False),
    # Who has to answer, who received it first, and since when the first of them holds it.
    Column("unit_code", String(64), nullable=False),
    Column("unit_name", String(300), nullable=False),
    Column("contact_unit_code", String(64), nullable=False),
    Column("contact_unit_name", String(300), nullable=False),
    Column("person", String(80), nullable=False),
    Column("unit_since", UtcDateTime, nullable=False),
    # Why this unit: the rule of routing.yml.
    Column("routed_by", String(64), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("clock_from", Date, nullable=False),
    Column("due_refuse", Date, nullable=False),
    Column("due_ask", Date, nullable=False),
    Column("due_answer", Date, nullable=False),
    Column("due_publish", Date),
    Column("asked_on", Date),
    Column("answer", Text, nullable=False),
    Column("answered_by", String(80), nullable=False),
    Column("answered_at", UtcDateTime),
    Column("refusal_reason", String(32), nullable=False),
    Column("right_place", String(600), nullable=False),
    Column("ended_at", UtcDateTime),
    Column("published_at", UtcDateTime),
    Column("anonymised_at", UtcDateTime),
    CheckConstraint(WITH_ANSWER, name="petition_with_answer"),
    CheckConstraint(WITH_REASON, name="petition_with_reason"),
    Index("petition_received", "received_at", "id"),
)

PARTY = Table(
    "petition_party",
    METADATA,
    # Who lodged it, and who stands behind it: each with a code, a contact and a consent of their own.
    Column("id", String(36), primary_key=True),
    Column("petition_id", String(36), ForeignKey("petition.id"), nullable=False, index=True),
    # Hash of the key that was made when the draft was begun: one petition a key, for ever.
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("content", Text, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("name", String(120), nullable=False),
    Column("contact_kind", String(8), nullable=False),
    Column("contact_value", String(254), nullable=False),
    Column("contact_hash", String(64), nullable=False),
    Column("consent", String(32), nullable=False),
    Column("joined_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

VIEWER = Table(
    "petition_viewer",
    METADATA,
    # Conversations in which it was lodged or proven; `follows`: steps are told there.
    Column("party_id", String(36), ForeignKey("petition_party.id"), primary_key=True),
    Column("sender", String(64), primary_key=True),
    Column("follows", Boolean, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

EVENT = Table(
    "petition_event",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("petition_id", String(36), ForeignKey("petition.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    Column("party_id", String(36), ForeignKey("petition_party.id")),
    Column("state_before", String(16)),
    Column("state_after", String(16)),
    Column("unit_from", String(300), nullable=False),
    Column("unit_to", String(300), nullable=False),
    Column("person", String(80), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("place", String(600), nullable=False),
    Column("due_on", Date),
    Column("was_late", Boolean, nullable=False),
    # A message's key, by hash: a message that is delivered twice is one event.
    Column("key_hash", String(64), unique=True),
)

TEXT = Table(
    "petition_text",
    METADATA,
    Column("event_id", Integer, ForeignKey("petition_event.id"), primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
)

WORD = Table(
    "petition_word",
    METADATA,
    # One word to one conversation about one step.
    Column("id", String(36), primary_key=True),
    Column("party_id", String(36), ForeignKey("petition_party.id"), nullable=False),
    Column("event_id", Integer, ForeignKey("petition_event.id"), nullable=False),
    Column("sender", String(64), nullable=False, index=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("message_seq", Integer),
    UniqueConstraint("event_id", "party_id", "sender", name="petition_word_once"),
)

ALERT = Table(
    "petition_alert",
    METADATA,
    # What a unit was reminded of; `key` names what and for which day, so that it is never said twice.
    Column("id", String(36), primary_key=True),
    Column("petition_id", String(36), ForeignKey("petition.id"), nullable=False, index=True),
    Column("key", String(160), nullable=False, unique=True),
    Column("kind", String(24), nullable=False),
    Column("unit_code", String(64), nullable=False),
    Column("whom", String(80), nullable=False),
    Column("due_on", Date),
    Column("made_on", Date, nullable=False, index=True),
    Column("made_at", UtcDateTime, nullable=False),
)

RATING = Table(
    "petition_rating",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("petition_id", String(36), ForeignKey("petition.id"), nullable=False, index=True),
    Column("party_id", String(36), ForeignKey("petition_party.id"), nullable=False),
    # The answer that is rated: a petition that was opened again has several.
    Column("event_id", Integer, ForeignKey("petition_event.id"), nullable=False),
    Column("rating", String(16), nullable=False),
    Column("reason", String(600), nullable=False),
    Column("rated_at", UtcDateTime, nullable=False),
    UniqueConstraint("party_id", "event_id", name="petition_rating_once"),
)

PETITION_TRY = try_table("petition_try", METADATA)
