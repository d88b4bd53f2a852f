"""Which erased conversations are erased everywhere: the job that finishes the others reads only them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

HALF = sa.text("erased_at IS NOT NULL AND everywhere_at IS NULL")


def upgrade() -> None:
    op.add_column("conversation", sa.Column("everywhere_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE conversation SET everywhere_at = erased_at"
        " WHERE erased_at IS NOT NULL AND id IN (SELECT conversation_id FROM privacy_erased)"
    )
    op.create_index("conversation_half_erased", "conversation", ["erased_at"], sqlite_where=HALF, postgresql_where=HALF)


def downgrade() -> None:
    op.drop_index("conversation_half_erased", "conversation")
    op.drop_column("conversation", "everywhere_at")
