"""A request to correct one's data says which field, and what is right; what stood there only until it is told.

Whose requests these are is asked at each look at one's data and each erasure: by an index from here on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SENT = ("referral", "handoff_contact")


def upgrade() -> None:
    op.add_column("privacy_request", sa.Column("correct_field", sa.String(16)))
    op.add_column("privacy_request", sa.Column("right_value", sa.String(254)))
    op.add_column("privacy_request", sa.Column("old_value", sa.String(254)))
    for table in SENT:
        op.create_index(f"ix_{table}_sender", table, ["sender"])


def downgrade() -> None:
    for table in SENT:
        op.drop_index(f"ix_{table}_sender", table)
    for name in ("old_value", "right_value", "correct_field"):
        op.drop_column("privacy_request", name)
