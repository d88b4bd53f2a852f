"""Tables of the reports; made by migration 0017 (a test compares the two), which also makes the triggers
that refuse to change a closed month. No words, no names, no telephone.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, MetaData, String, Table, Text

from bot.store.types import UtcDateTime

METADATA = MetaData()

REPORT_TURN = Table(
    "report_turn",
    METADATA,
    # One question that the assistant answered. It outlives the conversation, which nothing in it leads back to then.
    Column("id", Integer, primary_key=True),
    # The day in the city, and the moment; the moment goes when the month is closed.
    Column("day", Date, nullable=False),
    Column("at", UtcDateTime),
    # The conversation: a random name once it is erased, nothing once the month is closed.
    Column("conversation", String(36)),
    Column("seq", Integer, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("outcome", String(48), nullable=False),
    Column("procedure_code", String(32), nullable=False),
    # From the citizen's message to the stored answer.
    Column("milliseconds", Integer),
    # Settled when the conversation is erased or the month closed; until then feedback and requests tell.
    Column("disliked", Boolean, nullable=False),
    Column("handed_over", Boolean, nullable=False),
    Index("report_turn_day", "day"),
    Index("report_turn_conversation", "conversation"),
)

REPORT_MONTH = Table(
    "report_month",
    METADATA,
    # A closed month as it was counted, before small numbers are hidden: the report is made from this alone.
    Column("month", String(7), primary_key=True),
    Column("schema_version", Integer, nullable=False),
    Column("closed_at", UtcDateTime, nullable=False),
    Column("content", Text, nullable=False),
)
