"""Settings that are changed while the system runs; indexes of the console's search; what is kept of staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
INDEXES = (
    ("conversation_updated", "conversation", ["updated_at"]),
    ("handoff_request_asked", "handoff_request", ["asked_at", "id"]),
    ("petition_received", "petition", ["received_at", "id"]),
    ("feedback_created", "feedback", ["created_at", "id"]),
)


def upgrade() -> None:
    op.create_table(
        "tuning_change",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("setting", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(8), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("value", sa.JSON(none_as_null=True)),
        sa.Column("reason", sa.String(600), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("setting", "unit", "number", name="tuning_change_number"),
    )
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    for column in ("totp_wanted", "totp_secret"):
        if op.get_bind().dialect.name == "postgresql":  # SQLite knows no lengths
            op.alter_column("staff_person", column, type_=sa.String(255))
    _let_old_lines_go()
    for what in ("UPDATE", "DELETE"):
        _guard("tuning_change", what)


def _let_old_lines_go() -> None:
    """The audit may lose lines that are older than a year, and no others, whoever asks."""
    name, make = "staff_audit_no_delete", "BEFORE DELETE ON staff_audit"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP TRIGGER {name} ON staff_audit")
        young = "(OLD.at > now() - interval '365 days')"
        op.execute(f"CREATE TRIGGER {name} {make} FOR EACH ROW WHEN {young} EXECUTE FUNCTION staff_refuse_change()")
        return
    op.execute(f"DROP TRIGGER {name}")
    young = "OLD.at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-365 days')"
    op.execute(
        f"CREATE TRIGGER {name} {make} WHEN {young} BEGIN SELECT RAISE(ABORT, 'staff_audit is only added to'); END"
    )


def downgrade() -> None:
    for name, table, _ in INDEXES:
        op.drop_index(name, table)
    op.drop_table("tuning_change")


def _guard(table: str, what: str) -> None:
    """Have the database itself refuse a change; the function is that of 0009."""
    name = f"{table}_no_{what.lower()}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION staff_refuse_change()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
    )
