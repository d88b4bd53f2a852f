"""Tables of the feedback desk; made by migration 0006 (a test compares the two)."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

from bot.store.types import UtcDateTime

METADATA = MetaData()

FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("id", String(36), primary_key=True),
    # What a citizen is told and an officer types.
    Column("reference", String(16), nullable=False, unique=True),
    Column("source", String(16), nullable=False),
    # The turn: gone when the citizen erases the conversation, and so are the words.
    Column("conversation_id", String(36)),
    Column("message_seq", Integer, nullable=False),
    # "answer" or "survey": each turn has at most one item of each.
    Column("about", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("procedure_code", String(32), nullable=False),
    Column("record_version", String(128), nullable=False),
    Column("fields", JSON(none_as_null=True), nullable=False),
    Column("decision_number", String(128), nullable=False),
    Column("outcome", String(48), nullable=False),
    Column("question", Text, nullable=False),
    Column("thumb", String(8)),
    Column("reason", String(16)),
    Column("words", Text, nullable=False),
    Column("words_dropped", Boolean, nullable=False),
    # Exactly one; who set it: "rules" or an officer, whose word stays.
    Column("bottleneck", String(32), nullable=False),
    Column("bottleneck_by", String(80), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("conversation_id", "message_seq", "about", name="feedback_turn"),
    Index("feedback_created", "created_at", "id"),
)

FEEDBACK_FOLLOW_UP = Table(
    "feedback_follow_up",
    METADATA,
    Column("feedback_id", String(36), primary_key=True),
    Column("desk", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("owner", String(80), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("outcome", String(600), nullable=False),
    # The last day on which it was raised as open for too long.
    Column("raised_on", Date),
)

FEEDBACK_EVENT = Table(
    "feedback_event",
    METADATA,
    # Only ever added to.
    Column("id", Integer, primary_key=True),
    Column("feedback_id", String(36), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(80), nullable=False),
    Column("what", String(16), nullable=False),
    Column("detail", JSON(none_as_null=True), nullable=False),
)

SURVEY_ANSWER = Table(
    "survey_answer",
    METADATA,
    # Anonymous: nothing leads from here to a conversation, and only the day is kept. `id` is made by the widget.
    Column("id", String(64), primary_key=True),
    Column("satisfaction", String(16), nullable=False),
    Column("reason", String(16)),
    Column("words", Text, nullable=False),
    Column("words_dropped", Boolean, nullable=False),
    Column("bottleneck", String(32), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("answered_on", Date, nullable=False),
    # Only where the citizen ticked that somebody may write to them: the item that knows the conversation.
    Column("feedback_id", String(36)),
)

SURVEY_ASKED = Table(
    "survey_asked",
    METADATA,
    # The name under which Rasa knows the conversation; says that it was asked, never what was answered.
    Column("sender", String(64), primary_key=True),
    # "topic": how the talk went; "case": how a dossier was handled. A conversation is asked one of them, once.
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked_on", Date, nullable=False),
)
