"""Zalo: tokens, citizens, what came in, what goes out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "zalo_token",
        sa.Column("app_id", sa.String(64), primary_key=True),
        sa.Column("access", sa.Text, nullable=False),
        sa.Column("refresh", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("access_until", MOMENT, nullable=False),
        sa.Column("refreshed_at", MOMENT, nullable=False),
        sa.Column("refresher", sa.String(128)),
        sa.Column("refreshing_until", MOMENT),
        sa.Column("dead_at", MOMENT),
        sa.Column("dead_code", sa.Integer),
    )
    op.create_table(
        "zalo_consent",
        sa.Column("state", sa.String(64), primary_key=True),
        sa.Column("verifier", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
    )
    op.create_table(
        "zalo_person",
        sa.Column("user_id", sa.String(128), primary_key=True),
        sa.Column("conversation_id", sa.String(36)),
        sa.Column("followed", sa.Boolean),
        sa.Column("interacted_at", MOMENT),
        sa.Column("queued_seq", sa.Integer, nullable=False),
        sa.Column("unreachable", sa.Integer),
        sa.Column("choices", sa.Integer),
        sa.Column("choices_seq", sa.Integer),
        sa.Column("in_owner", sa.String(128)),
        sa.Column("in_until", MOMENT),
        sa.Column("out_owner", sa.String(128)),
        sa.Column("out_until", MOMENT),
    )
    op.create_index("zalo_person_conversation", "zalo_person", ["conversation_id"])
    op.create_table(
        "zalo_inbox",
        sa.Column("event_id", sa.String(255), primary_key=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("happened", sa.String(16), nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("num_retry", sa.Integer),
    )
    op.create_index("zalo_inbox_state", "zalo_inbox", ["state"])
    op.create_index("zalo_inbox_user", "zalo_inbox", ["user_id", "state"])
    op.create_table(
        "zalo_outbox",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("user_id", sa.String(128), nullable=False),
        sa.Column("conversation_id", sa.String(36), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("began_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("code", sa.Integer),
        sa.Column("message_id", sa.String(128)),
        sa.UniqueConstraint("conversation_id", "seq", "part", name="zalo_outbox_part"),
    )
    op.create_index("zalo_outbox_state", "zalo_outbox", ["state", "due_at"])
    op.create_index("zalo_outbox_user", "zalo_outbox", ["user_id", "state"])
    op.create_table(
        "zalo_rate",
        sa.Column("minute", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("calls", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("zalo_rate")
    op.drop_table("zalo_outbox")
    op.drop_table("zalo_inbox")
    op.drop_table("zalo_person")
    op.drop_table("zalo_consent")
    op.drop_table("zalo_token")
