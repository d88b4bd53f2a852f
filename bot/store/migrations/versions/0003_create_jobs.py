"""Which job ran when, and who is at work on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("owner", sa.String(128)),
        sa.Column("owned_until", MOMENT),
        sa.Column("began_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("result", sa.JSON),
    )


def downgrade() -> None:
    op.drop_table("job")
