"""Requests to the community digital teams."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "referral",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("key", sa.String(80), nullable=False, unique=True),
        sa.Column("reference", sa.String(16), unique=True),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("person", sa.String(64), nullable=False, index=True),
        sa.Column("commune_code", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("guide", sa.String(32), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("procedure_code", sa.String(16), nullable=False),
        sa.Column("wish", sa.String(16), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("phone", sa.String(20)),
        sa.Column("called", sa.String(40)),
        sa.Column("neighbourhood", sa.String(80)),
        sa.Column("about", sa.String(240)),
        sa.Column("sender", sa.String(64)),
        sa.Column("consent", sa.String(32), nullable=False),
        sa.Column("consented_at", MOMENT),
        sa.Column("queue", sa.String(40), nullable=False, index=True),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("opened", sa.Integer, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("filed_at", MOMENT),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("helped_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("came", sa.String(8), nullable=False),
    )
    op.create_table(
        "referral_event",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("referral_id", sa.String(36), nullable=False, index=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("why", sa.String(40), nullable=False),
    )
    op.create_table(
        "referral_word",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("referral_id", sa.String(36), nullable=False),
        sa.Column("key", sa.String(96), nullable=False, unique=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("sender", sa.String(64)),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("message_seq", sa.Integer),
    )


def downgrade() -> None:
    for name in ("referral_word", "referral_event", "referral"):
        op.drop_table(name)
