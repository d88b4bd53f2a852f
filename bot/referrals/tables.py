"""Tables of the requests to the digital teams; made by migrations 0007 and 0024 (a test compares the two)."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, Integer, MetaData, String, Table

from bot.store.types import UtcDateTime

METADATA = MetaData()

PERSONAL = ("phone", "called", "neighbourhood", "about", "sender")
"""Columns of a request that name or reach a person. Emptied in the transaction that ends the request."""

REFERRAL = Table(
    "referral",
    METADATA,
    Column("id", String(36), primary_key=True),
    # "draft:" and the person while it is written, then the id: nobody has two drafts.
    Column("key", String(80), nullable=False, unique=True),
    Column("reference", String(16), unique=True),
    Column("state", String(16), nullable=False, index=True),
    # Hash of the conversation: only it may look at the request, take it back, say whether help came.
    Column("person", String(64), nullable=False, index=True),
    Column("commune_code", String(8), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("guide", String(32), nullable=False),
    Column("step", String(32), nullable=False),
    Column("procedure_code", String(16), nullable=False),
    Column("wish", String(16), nullable=False),
    Column("way", String(8), nullable=False),
    Column("phone", String(20)),
    Column("called", String(40)),
    Column("neighbourhood", String(80)),
    Column("about", String(240)),
    Column("sender", String(64), index=True),
    # What the citizen agreed to, in which version of the words, and when.
    Column("consent", String(32), nullable=False),
    Column("consented_at", UtcDateTime),
    Column("queue", String(40), nullable=False, index=True),
    Column("level", Integer, nullable=False),
    Column("due_on", Date),
    Column("opened", Integer, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("filed_at", UtcDateTime),
    Column("confirmed_at", UtcDateTime),
    Column("helped_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("outcome", String(24), nullable=False),
    # Whether help came, as the citizen says: yes, no, or not answered.
    Column("came", String(8), nullable=False),
)

REFERRAL_EVENT = Table(
    "referral_event",
    METADATA,
    # What happened to a request, and who of the teams did it. Never anything of the citizen's.
    Column("id", String(36), primary_key=True),
    Column("referral_id", String(36), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("what", String(24), nullable=False),
    Column("by", String(80), nullable=False),
    Column("why", String(40), nullable=False),
)

REFERRAL_WORD = Table(
    "referral_word",
    METADATA,
    # One word to the citizen: `key` names the step, so that it is never said twice.
    Column("id", String(36), primary_key=True),
    Column("referral_id", String(36), nullable=False),
    Column("key", String(96), nullable=False, unique=True),
    Column("kind", String(24), nullable=False),
    Column("content", JSON(none_as_null=True), nullable=False),
    # The conversation that is told; emptied with the word.
    Column("sender", String(64)),
    Column("made_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("message_seq", Integer),
)
