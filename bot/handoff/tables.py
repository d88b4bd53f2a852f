"""Tables of handing over, made by migrations 0011, 0014 and 0024 (a test compares), which also make the triggers.

A request changes by compare-and-set on `version`, always in the transaction that changes its conversation. What
happened is only ever added to `handoff_event`: triggers refuse to change or delete it.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, MetaData, String, Table, Text

from bot.store.types import UtcDateTime

METADATA = MetaData()

HANDOFF_REQUEST = Table(
    "handoff_request",
    METADATA,
    Column("id", String(36), primary_key=True),
    # The conversation's id while the request is open, its own afterwards: one open request a conversation.
    Column("open_key", String(36), nullable=False, unique=True),
    Column("conversation_id", String(36), nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("unit", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("trigger", String(24), nullable=False),
    Column("urgent", Boolean, nullable=False),
    # What the officer reads first; emptied when the conversation is erased.
    Column("summary", JSON(none_as_null=True), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    # Since when it waits now: again, after somebody gave it back to the queue.
    Column("waiting_since", UtcDateTime, nullable=False),
    Column("officer_id", String(36), nullable=False, index=True),
    Column("officer_name", String(80), nullable=False),
    Column("claimed_at", UtcDateTime),
    # How long the citizen waited for the first officer; what likely waits are told from.
    Column("waited_seconds", Integer),
    Column("first_reply_at", UtcDateTime),
    Column("officer_spoke_at", UtcDateTime),
    Column("citizen_spoke_at", UtcDateTime),
    Column("offered_to", String(36), nullable=False),
    Column("offered_to_name", String(80), nullable=False),
    Column("offer_until", UtcDateTime),
    Column("snoozed_until", UtcDateTime),
    Column("told_late_at", UtcDateTime),
    Column("typing_until", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("outcome", String(24), nullable=False),
    Column("reason", String(600), nullable=False),
    Index("handoff_request_queue", "state", "unit", "waiting_since"),
    Index("handoff_request_asked", "asked_at", "id"),
)

HANDOFF_EVENT = Table(
    "handoff_event",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("request_id", String(36), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("deed", String(24), nullable=False),
    Column("by_id", String(36), nullable=False),
    Column("by_name", String(80), nullable=False),
    # A code where a rule or a clock acted. Officers' own words stand in handoff_note, where they may be erased.
    Column("why", String(48), nullable=False),
    Column("seq", Integer),
)

HANDOFF_NOTE = Table(
    "handoff_note",
    METADATA,
    # Officers' words about a request: notes, and the reasons of a step (`event_id`). Erased with the conversation.
    Column("id", String(36), primary_key=True),
    Column("request_id", String(36), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by_id", String(36), nullable=False),
    Column("by_name", String(80), nullable=False),
    Column("text", Text, nullable=False),
    # Ids of colleagues who are to see it.
    Column("mentions", JSON(none_as_null=True), nullable=False),
    Column("event_id", Integer, index=True),
)

HANDOFF_MENTION = Table(
    "handoff_mention",
    METADATA,
    # Who is named in a note, and when they have seen it; goes with the note.
    Column("note_id", String(36), primary_key=True),
    Column("person_id", String(36), primary_key=True),
    Column("request_id", String(36), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Index("handoff_mention_person", "person_id", "at"),
)

HANDOFF_PRESENCE = Table(
    "handoff_presence",
    METADATA,
    Column("person_id", String(36), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("units", JSON(none_as_null=True), nullable=False),
    Column("present", Boolean, nullable=False),
    Column("reason", String(120), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    # The last sign of life; somebody who gives none for a while is not there.
    Column("seen_at", UtcDateTime, nullable=False),
)

HANDOFF_CONTACT = Table(
    "handoff_contact",
    METADATA,
    # Somebody to be called back. Name and telephone are erased when it is done, or the conversation is erased.
    Column("id", String(36), primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    # The conversation while it is open, then the id: one open wish a conversation.
    Column("open_key", String(80), nullable=False, unique=True),
    Column("sender", String(64), index=True),
    Column("unit", String(8), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("name", String(60)),
    Column("phone", String(20)),
    Column("wish", String(16), nullable=False),
    Column("summary", JSON(none_as_null=True), nullable=False),
    Column("consent", String(32), nullable=False),
    Column("consented_at", UtcDateTime, nullable=False),
    Column("promised_from", UtcDateTime, nullable=False),
    Column("promised_until", UtcDateTime, nullable=False),
    Column("told_late_at", UtcDateTime),
    Column("officer_id", String(36), nullable=False),
    Column("officer_name", String(80), nullable=False),
    Column("outcome", String(24), nullable=False),
    Column("closed_at", UtcDateTime),
)
