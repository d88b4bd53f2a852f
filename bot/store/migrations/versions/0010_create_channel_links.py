"""Linked channels: codes, tries, links with their consent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ID = sa.String(36)


def upgrade() -> None:
    op.create_table(
        "channel_link_try",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
    )
    op.create_table(
        "channel_link_code",
        sa.Column("web_id", ID, primary_key=True),
        sa.Column("code_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("zalo_id", ID, unique=True),
        sa.Column("said_at", MOMENT),
    )
    op.create_table(
        "channel_link",
        sa.Column("id", ID, primary_key=True),
        sa.Column("web_id", ID, unique=True),
        sa.Column("zalo_id", ID, unique=True),
        sa.Column("agreed_by", ID, index=True),
        sa.Column("consent", sa.String(32), nullable=False),
        sa.Column("consented_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
    )


def downgrade() -> None:
    for name in ("channel_link", "channel_link_code", "channel_link_try"):
        op.drop_table(name)
