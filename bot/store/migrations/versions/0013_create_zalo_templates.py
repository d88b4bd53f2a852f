"""Zalo's template messages: who has agreed to them, and what was told by them at which price."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "zalo_agreement",
        sa.Column("user_id", sa.String(128), primary_key=True),
        sa.Column("asked_at", MOMENT),
        sa.Column("version", sa.String(32)),
        sa.Column("agreed_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("blocked_at", MOMENT),
        sa.Column("blocked_code", sa.Integer),
    )
    op.create_table(
        "zalo_template",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("conversation_id", sa.String(36), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("fields", sa.Text),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("began_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("code", sa.Integer),
        sa.Column("template_id", sa.String(64)),
        sa.Column("price", sa.Integer),
        sa.Column("month", sa.String(7)),
        sa.Column("message_id", sa.String(128)),
        sa.UniqueConstraint("conversation_id", "seq", name="zalo_template_news"),
    )
    op.create_index("zalo_template_state", "zalo_template", ["state", "due_at"])
    op.create_index("zalo_template_user", "zalo_template", ["user_id"])


def downgrade() -> None:
    op.drop_table("zalo_template")
    op.drop_table("zalo_agreement")
