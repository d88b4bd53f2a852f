"""What waits for its answer has one index: its order is made when it is read, for there is little of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    op.drop_index("message_pending", "message")


def downgrade() -> None:
    op.create_index("message_pending", "message", ["created_at"], sqlite_where=PENDING, postgresql_where=PENDING)
