"""Tables of approving answers; made by migration 0014 (a test compares the two)."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, MetaData, String, Table, UniqueConstraint

from bot.store.types import UtcDateTime

METADATA = MetaData()

APPROVAL_SWITCH = Table(
    "approval_switch",
    METADATA,
    # Only ever added to; the newest row of a unit holds.
    Column("id", Integer, primary_key=True),
    Column("unit", String(8), nullable=False),
    Column("on", Boolean, nullable=False),
    Column("sentence", String(600), nullable=False),
    Column("reason", String(600), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("approval_switch_unit", "unit"),
)

APPROVAL_ANSWER = Table(
    "approval_answer",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("conversation_id", String(36), nullable=False),
    # The citizen's message that it answers: each has one answer, however often it was asked for.
    Column("turn_seq", Integer, nullable=False),
    Column("unit", String(8), nullable=False),
    Column("ownership", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    # As the assistant made it; emptied when the conversation is erased.
    Column("drafts", JSON, nullable=False),
    Column("held_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("by_id", String(36), nullable=False),
    Column("by_name", String(80), nullable=False),
    Column("seq", Integer),
    UniqueConstraint("conversation_id", "turn_seq", name="approval_answer_turn"),
    Index("approval_answer_state", "state", "due_at"),
    Index("approval_answer_changed", "changed_at"),
)
