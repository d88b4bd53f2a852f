"""Photos that citizens send, and what they are attached to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("sender", sa.String(64), nullable=False),
        sa.Column("upload_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("content_type", sa.String(32), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("attached_at", MOMENT),
        sa.Column("owner_kind", sa.String(32)),
        sa.Column("owner_id", sa.String(64)),
        sa.Column("erased_at", MOMENT),
        sa.UniqueConstraint("sender", "upload_id", name="attachment_upload"),
        sa.CheckConstraint("state IN ('pending', 'attached', 'erased')", name="attachment_state"),
        sa.CheckConstraint("(state = 'pending') = (owner_id IS NULL)", name="attachment_owner"),
    )
    op.create_table(
        "attachment_data",
        sa.Column("attachment_id", sa.String(32), sa.ForeignKey("attachment.id"), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_index("attachment_owner_of", "attachment", ["owner_kind", "owner_id"])
    op.create_index(
        "attachment_pending",
        "attachment",
        ["created_at"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    op.drop_table("attachment_data")
    op.drop_table("attachment")
