"""A turn moves fewer entries of indexes: what waits has one each, without what is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PENDING = sa.text("state = 'pending'")
IN_OPEN = sa.text("state = 'new' OR state = 'failed'")
OUT_OPEN = sa.text("state = 'waiting' OR state = 'sending' OR state = 'held'")


def upgrade() -> None:
    op.drop_index("message_pending", "message")
    for table in ("zalo_inbox", "zalo_outbox"):
        op.drop_index(f"{table}_state", table)
        op.drop_index(f"{table}_user", table)
        op.create_index(f"{table}_user", table, ["user_id"])
    op.create_index("zalo_inbox_open", "zalo_inbox", ["user_id"], sqlite_where=IN_OPEN, postgresql_where=IN_OPEN)
    op.create_index(
        "zalo_outbox_open", "zalo_outbox", ["user_id", "id"], sqlite_where=OUT_OPEN, postgresql_where=OUT_OPEN
    )


def downgrade() -> None:
    for table, order in (("zalo_inbox", ["state"]), ("zalo_outbox", ["state", "due_at"])):
        op.drop_index(f"{table}_open", table)
        op.drop_index(f"{table}_user", table)
        op.create_index(f"{table}_user", table, ["user_id", "state"])
        op.create_index(f"{table}_state", table, order)
    op.create_index("message_pending", "message", ["created_at"], sqlite_where=PENDING, postgresql_where=PENDING)
