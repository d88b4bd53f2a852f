"""What citizens say about answers, who follows it up, and the short survey."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_items()
    op.create_table(
        "feedback_follow_up",
        sa.Column("feedback_id", sa.String(36), primary_key=True),
        sa.Column("desk", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("outcome", sa.String(600), nullable=False),
        sa.Column("raised_on", sa.Date),
        sa.CheckConstraint("desk IN ('editor', 'support')", name="feedback_follow_up_desk"),
        sa.CheckConstraint("state IN ('open', 'in_progress', 'done', 'dismissed')", name="feedback_follow_up_state"),
    )
    op.create_table(
        "feedback_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("feedback_id", sa.String(36), nullable=False, index=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
    )
    _create_survey()


def _create_items() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("reference", sa.String(16), nullable=False, unique=True),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("conversation_id", sa.String(36)),
        sa.Column("message_seq", sa.Integer, nullable=False),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("procedure_code", sa.String(32), nullable=False),
        sa.Column("record_version", sa.String(128), nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("decision_number", sa.String(128), nullable=False),
        sa.Column("outcome", sa.String(48), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("thumb", sa.String(8)),
        sa.Column("reason", sa.String(16)),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("words_dropped", sa.Boolean, nullable=False),
        sa.Column("bottleneck", sa.String(32), nullable=False),
        sa.Column("bottleneck_by", sa.String(80), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.UniqueConstraint("conversation_id", "message_seq", "about", name="feedback_turn"),
        sa.CheckConstraint("thumb IN ('up', 'down')", name="feedback_thumb"),
        sa.CheckConstraint("source IN ('thumb', 'words', 'survey')", name="feedback_source"),
    )


def _create_survey() -> None:
    op.create_table(
        "survey_answer",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("satisfaction", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16)),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("words_dropped", sa.Boolean, nullable=False),
        sa.Column("bottleneck", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("answered_on", sa.Date, nullable=False),
        sa.Column("feedback_id", sa.String(36)),
    )
    op.create_table(
        "survey_asked",
        sa.Column("sender", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_on", sa.Date, nullable=False),
    )


def downgrade() -> None:
    for name in ("survey_asked", "survey_answer", "feedback_event", "feedback_follow_up", "feedback"):
        op.drop_table(name)
