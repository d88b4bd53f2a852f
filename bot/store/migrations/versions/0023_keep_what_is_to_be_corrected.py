"""A request to correct one's data says which field, and what is right; what stood there only until it is told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("privacy_request", sa.Column("correct_field", sa.String(16)))
    op.add_column("privacy_request", sa.Column("right_value", sa.String(254)))
    op.add_column("privacy_request", sa.Column("old_value", sa.String(254)))


def downgrade() -> None:
    for name in ("old_value", "right_value", "correct_field"):
        op.drop_column("privacy_request", name)
