"""Approving answers before they go: switches of units, held answers; the unit of a conversation; read mentions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("conversation", sa.Column("unit", sa.String(8), nullable=False, server_default="city"))
    op.create_table(
        "approval_switch",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("unit", sa.String(8), nullable=False),
        sa.Column("on", sa.Boolean, nullable=False),
        sa.Column("sentence", sa.String(600), nullable=False),
        sa.Column("reason", sa.String(600), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("approval_switch_unit", "approval_switch", ["unit"])
    op.create_table(
        "approval_answer",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("conversation_id", sa.String(36), nullable=False),
        sa.Column("turn_seq", sa.Integer, nullable=False),
        sa.Column("unit", sa.String(8), nullable=False),
        sa.Column("ownership", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("drafts", sa.JSON, nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("by_id", sa.String(36), nullable=False),
        sa.Column("by_name", sa.String(80), nullable=False),
        sa.Column("seq", sa.Integer),
        sa.UniqueConstraint("conversation_id", "turn_seq", name="approval_answer_turn"),
    )
    op.create_index("approval_answer_state", "approval_answer", ["state", "due_at"])
    op.create_index("approval_answer_changed", "approval_answer", ["changed_at"])
    op.create_table(
        "handoff_mention",
        sa.Column("note_id", sa.String(36), primary_key=True),
        sa.Column("person_id", sa.String(36), primary_key=True),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT),
    )
    op.create_index("handoff_mention_person", "handoff_mention", ["person_id", "at"])


def downgrade() -> None:
    for name in ("handoff_mention", "approval_answer", "approval_switch"):
        op.drop_table(name)
    with op.batch_alter_table("conversation") as table:
        table.drop_column("unit")
