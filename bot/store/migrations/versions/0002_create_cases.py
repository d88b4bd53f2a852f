"""Looking dossiers up, following them, late notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "case_try",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
    )
    op.create_table(
        "case_follow",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("sender", sa.String(64), nullable=False, index=True),
        sa.Column("case_code", sa.String(64), nullable=False),
        sa.Column("consent", sa.String(32), nullable=False),
        sa.Column("consented_at", MOMENT, nullable=False),
        sa.Column("fingerprint", sa.String(2000), nullable=False),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_why", sa.String(32)),
    )
    op.create_table(
        "case_word",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("follow_id", sa.String(36), nullable=False),
        sa.Column("key", sa.String(128), nullable=False, unique=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("message_seq", sa.Integer),
    )
    op.create_table(
        "case_notice",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("case_code", sa.String(64), nullable=False, index=True),
        sa.Column("title", sa.String(600), nullable=False),
        sa.Column("unit", sa.String(600), nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("apology", sa.String(2000), nullable=False),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("next_return_date", sa.Date, nullable=False),
        sa.Column("contact", sa.String(300), nullable=False),
        sa.Column("written_by", sa.String(80), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("was_late", sa.Boolean, nullable=False),
    )
    op.create_table(
        "case_follow_up",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("case_code", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(600), nullable=False),
        sa.Column("why", sa.String(32), nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("closed_by", sa.String(80)),
        sa.Column("outcome", sa.String(300)),
    )
    op.create_table(
        "case_rating",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("case_key", sa.String(64), nullable=False, unique=True),
        sa.Column("procedure_code", sa.String(16), nullable=False),
        sa.Column("unit", sa.String(600), nullable=False),
        sa.Column("rating", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(600), nullable=False),
        sa.Column("rated_at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    for name in ("case_rating", "case_follow_up", "case_notice", "case_word", "case_follow", "case_try"):
        op.drop_table(name)
