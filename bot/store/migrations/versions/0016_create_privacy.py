"""What citizens ask about their data, holds, what was erased, and the reports of the retention."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "privacy_request",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("receipt", sa.String(16), nullable=False, unique=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("conversation_id", sa.String(36)),
        sa.Column("petition_code", sa.String(16)),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("act_after", MOMENT, nullable=False),
        sa.Column("acknowledge_by", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("acknowledged_at", MOMENT),
        sa.Column("done_at", MOMENT),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
    )
    op.create_index("ix_privacy_request_state", "privacy_request", ["state"])
    op.create_index("ix_privacy_request_conversation_id", "privacy_request", ["conversation_id"])
    op.create_table(
        "privacy_erased",
        sa.Column("conversation_id", sa.String(36), primary_key=True),
        sa.Column("erased_at", MOMENT, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
    )
    op.create_table(
        "privacy_link",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("conversation_id", sa.String(36), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
    )
    op.create_index("ix_privacy_link_conversation_id", "privacy_link", ["conversation_id"])
    op.create_table(
        "privacy_hold",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(600), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("released_by", sa.String(80)),
        sa.Column("released_reason", sa.String(600)),
        sa.Column("released_at", MOMENT),
    )
    op.create_index("ix_privacy_hold_name", "privacy_hold", ["name"])
    op.create_table(
        "privacy_report",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("made_on", sa.Date, nullable=False, unique=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("classes", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    for table in ("privacy_report", "privacy_hold", "privacy_link", "privacy_erased", "privacy_request"):
        op.drop_table(table)
