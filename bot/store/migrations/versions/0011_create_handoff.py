"""Handing over: requests, their history, notes, presence, contacts; the conversation's version of ownership."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ID = sa.String(36)


def upgrade() -> None:
    op.add_column("conversation", sa.Column("ownership", sa.Integer, nullable=False, server_default="0"))
    op.add_column("conversation", sa.Column("delivered_seq", sa.Integer, nullable=False, server_default="0"))
    _create_requests()
    op.create_table(
        "handoff_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("request_id", ID, nullable=False, index=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("deed", sa.String(24), nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("by_name", sa.String(80), nullable=False),
        sa.Column("why", sa.String(48), nullable=False),
        sa.Column("seq", sa.Integer),
    )
    op.create_table(
        "handoff_note",
        sa.Column("id", ID, primary_key=True),
        sa.Column("request_id", ID, nullable=False, index=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("by_name", sa.String(80), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("mentions", sa.JSON, nullable=False),
        sa.Column("event_id", sa.Integer, index=True),
    )
    op.create_table(
        "handoff_presence",
        sa.Column("person_id", ID, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("units", sa.JSON, nullable=False),
        sa.Column("present", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(120), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
    )
    _create_contacts()
    for what in ("UPDATE", "DELETE"):
        _guard("handoff_event", what)


def _create_requests() -> None:
    op.create_table(
        "handoff_request",
        sa.Column("id", ID, primary_key=True),
        sa.Column("open_key", ID, nullable=False, unique=True),
        sa.Column("conversation_id", ID, nullable=False, index=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("unit", sa.String(8), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("trigger", sa.String(24), nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("summary", sa.JSON, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("waiting_since", MOMENT, nullable=False),
        sa.Column("officer_id", ID, nullable=False, index=True),
        sa.Column("officer_name", sa.String(80), nullable=False),
        sa.Column("claimed_at", MOMENT),
        sa.Column("waited_seconds", sa.Integer),
        sa.Column("first_reply_at", MOMENT),
        sa.Column("officer_spoke_at", MOMENT),
        sa.Column("citizen_spoke_at", MOMENT),
        sa.Column("offered_to", ID, nullable=False),
        sa.Column("offered_to_name", sa.String(80), nullable=False),
        sa.Column("offer_until", MOMENT),
        sa.Column("snoozed_until", MOMENT),
        sa.Column("told_late_at", MOMENT),
        sa.Column("typing_until", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("reason", sa.String(600), nullable=False),
    )
    op.create_index("handoff_request_queue", "handoff_request", ["state", "unit", "waiting_since"])


def _create_contacts() -> None:
    op.create_table(
        "handoff_contact",
        sa.Column("id", ID, primary_key=True),
        sa.Column("reference", sa.String(16), nullable=False, unique=True),
        sa.Column("open_key", sa.String(80), nullable=False, unique=True),
        sa.Column("sender", sa.String(64)),
        sa.Column("unit", sa.String(8), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.String(60)),
        sa.Column("phone", sa.String(20)),
        sa.Column("wish", sa.String(16), nullable=False),
        sa.Column("summary", sa.JSON, nullable=False),
        sa.Column("consent", sa.String(32), nullable=False),
        sa.Column("consented_at", MOMENT, nullable=False),
        sa.Column("promised_from", MOMENT, nullable=False),
        sa.Column("promised_until", MOMENT, nullable=False),
        sa.Column("told_late_at", MOMENT),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("officer_name", sa.String(80), nullable=False),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("closed_at", MOMENT),
    )


def downgrade() -> None:
    for name in ("handoff_contact", "handoff_presence", "handoff_note", "handoff_event", "handoff_request"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS handoff_refuse_change()")
    with op.batch_alter_table("conversation") as table:
        table.drop_column("delivered_seq")
        table.drop_column("ownership")


def _guard(table: str, what: str) -> None:
    """Have the database itself refuse a change; it holds for every program that writes there."""
    name = f"{table}_no_{what.lower()}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION handoff_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION handoff_refuse_change()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
    )
