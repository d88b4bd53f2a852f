"""Reports: a fact for each answered question, and closed months."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "report_turn",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("at", MOMENT),
        sa.Column("conversation", sa.String(36)),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(48), nullable=False),
        sa.Column("procedure_code", sa.String(32), nullable=False),
        sa.Column("milliseconds", sa.Integer),
        sa.Column("disliked", sa.Boolean, nullable=False),
        sa.Column("handed_over", sa.Boolean, nullable=False),
    )
    op.create_index("report_turn_day", "report_turn", ["day"])
    op.create_index("report_turn_conversation", "report_turn", ["conversation"])
    op.create_table(
        "report_month",
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
    )
    for what in ("UPDATE", "DELETE"):
        _guard("report_month", what)


def downgrade() -> None:
    op.drop_table("report_month")
    op.drop_table("report_turn")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS report_refuse_change()")


def _guard(table: str, what: str) -> None:
    """Have the database itself refuse a change of a closed month; it holds for every program that writes there."""
    name = f"{table}_no_{what.lower()}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION report_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION report_refuse_change()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
    )
