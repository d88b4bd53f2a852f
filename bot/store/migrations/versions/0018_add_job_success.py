"""When a job last ended well: an alert needs that, and the last run may be one that failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job", sa.Column("succeeded_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("job", "succeeded_at")
