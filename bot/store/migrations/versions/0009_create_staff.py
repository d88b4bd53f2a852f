"""Staff: people, their sessions, the audit, off switches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ONLY_ADDED_TO = ("staff_audit", "staff_switch")


def upgrade() -> None:
    _create_people()
    op.create_table(
        "staff_audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", MOMENT, nullable=False, index=True),
        sa.Column("by", sa.String(80), nullable=False, index=True),
        sa.Column("deed", sa.String(32), nullable=False),
        sa.Column("about", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(600), nullable=False),
    )
    op.create_table(
        "staff_switch",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("feature", sa.String(32), nullable=False, index=True),
        sa.Column("off", sa.Boolean, nullable=False),
        sa.Column("sentence", sa.String(600), nullable=False),
        sa.Column("reason", sa.String(600), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    for table in ONLY_ADDED_TO:
        for what in ("UPDATE", "DELETE"):
            _guard(table, what)


def _create_people() -> None:
    op.create_table(
        "staff_person",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
        sa.Column("display_name", sa.String(80), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("units", sa.JSON, nullable=False),
        sa.Column("totp_wanted", sa.String(64), nullable=False),
        sa.Column("totp_secret", sa.String(64), nullable=False),
        sa.Column("totp_step", sa.Integer, nullable=False),
        sa.Column("demo", sa.Boolean, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT),
    )
    op.create_table(
        "staff_session",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("person_id", sa.String(36), nullable=False, index=True),
        sa.Column("browser", sa.String(160), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
    )
    op.create_table(
        "staff_try",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
    )


def downgrade() -> None:
    for name in ("staff_switch", "staff_audit", "staff_try", "staff_session", "staff_person"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS staff_refuse_change()")


def _guard(table: str, what: str) -> None:
    """Have the database itself refuse a change; it holds for every program that writes there."""
    name = f"{table}_no_{what.lower()}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION staff_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION staff_refuse_change()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
    )
