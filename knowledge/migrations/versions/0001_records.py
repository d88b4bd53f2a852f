"""Records by code and origin, as the first catalogues had them; found in place where one is there already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("record"):
        return
    op.create_table(
        "catalogue_meta",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "record",
        sa.Column("code", sa.String(20), primary_key=True),
        sa.Column("origin", sa.String(10), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("applies_to_city", sa.Boolean, nullable=False),
        sa.Column("digest", sa.String(20), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("search", sa.Text, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "old_code",
        sa.Column("old_code", sa.String(20), primary_key=True),
        sa.Column("code", sa.String(20), nullable=False),
    )
