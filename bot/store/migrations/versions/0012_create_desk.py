"""The desk: ready replies with their history, verdicts, examples."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("desk_reply", "desk_reply_change", "desk_verdict", "desk_example")


def upgrade() -> None:
    _create_replies()
    op.create_table(
        "desk_verdict",
        sa.Column("conversation_id", sa.String(36), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("by", sa.String(80), primary_key=True),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("comment", sa.String(600), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "desk_example",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.String(600), nullable=False),
        sa.Column("target", sa.String(120), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("exported_at", MOMENT),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.UniqueConstraint("kind", "text", "target", name="desk_example_once"),
    )


def _create_replies() -> None:
    op.create_table(
        "desk_reply",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("shortcut", sa.String(32)),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.UniqueConstraint("unit", "shortcut", name="desk_reply_shortcut"),
    )
    op.create_table(
        "desk_reply_change",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reply_id", sa.String(36), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("shortcut", sa.String(32), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("reply_id", "version", name="desk_reply_change_version"),
    )


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
