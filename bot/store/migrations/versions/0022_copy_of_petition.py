"""An address may show a copy of what is held in one petition, made by a person in charge and fetched once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("privacy_link", sa.Column("petition_code", sa.String(16)))


def downgrade() -> None:
    op.drop_column("privacy_link", "petition_code")
