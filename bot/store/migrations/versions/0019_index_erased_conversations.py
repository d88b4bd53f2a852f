"""Erased conversations are found by an index: the job that finishes erasures looks for them every few seconds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ERASED = sa.text("erased_at IS NOT NULL")


def upgrade() -> None:
    op.create_index("conversation_erased", "conversation", ["erased_at"], sqlite_where=ERASED, postgresql_where=ERASED)


def downgrade() -> None:
    op.drop_index("conversation_erased", "conversation")
