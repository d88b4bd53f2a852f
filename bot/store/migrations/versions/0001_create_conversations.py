"""Conversations and their messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("rasa_sender", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("last_seq", sa.Integer, nullable=False),
        sa.Column("token_version", sa.Integer, nullable=False),
        sa.Column("away_since", MOMENT),
        sa.Column("erased_at", MOMENT),
        sa.Column("forgotten_at", MOMENT),
        sa.Column("lease_owner", sa.String(128)),
        sa.Column("lease_until", MOMENT),
        sa.UniqueConstraint("rasa_sender", name="conversation_rasa_sender"),
        sa.CheckConstraint("status IN ('assistant', 'waiting', 'officer', 'closed')", name="conversation_status"),
    )
    op.create_table(
        "message",
        sa.Column("conversation_id", sa.String(36), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("client_id", sa.String(64)),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("payload", sa.JSON),
        sa.Column("state", sa.String(16)),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.UniqueConstraint("conversation_id", "client_id", name="message_client_id"),
        sa.CheckConstraint("role IN ('citizen', 'assistant', 'officer', 'system')", name="message_role"),
        sa.CheckConstraint("state IN ('pending', 'answered', 'passed_on')", name="message_state"),
    )
    op.create_index(
        "message_pending",
        "message",
        ["created_at"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "conversation_to_forget",
        "conversation",
        ["erased_at"],
        sqlite_where=sa.text("erased_at IS NOT NULL AND forgotten_at IS NULL"),
        postgresql_where=sa.text("erased_at IS NOT NULL AND forgotten_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("message")
    op.drop_table("conversation")
