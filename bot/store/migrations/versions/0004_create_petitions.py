"""Petitions: who lodged them, their history, what was told, alerts, ratings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# Table, what is refused there, and when.
GUARDS = (
    ("petition", "DELETE", ""),
    ("petition_party", "DELETE", ""),
    ("petition_event", "UPDATE", ""),
    ("petition_event", "DELETE", ""),
    ("petition_text", "UPDATE", "NEW.text <> '' OR NEW.event_id <> OLD.event_id"),
    ("petition_text", "DELETE", ""),
    ("petition_alert", "UPDATE", ""),
    ("petition_alert", "DELETE", ""),
)


def upgrade() -> None:
    _create_petition()
    _create_parties()
    _create_history()
    _create_desk()
    for table, what, when in GUARDS:
        _guard(table, what, when)


def downgrade() -> None:
    tables = ("try", "rating", "alert", "word", "text", "event", "viewer", "party")
    for name in (*(f"petition_{table}" for table in tables), "petition"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS petition_refuse_change()")


def _create_petition() -> None:
    op.create_table(
        "petition",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("procedure_code", sa.String(32), nullable=False),
        sa.Column("procedure_title", sa.String(600), nullable=False),
        sa.Column("commune_code", sa.String(8), nullable=False),
        sa.Column("unit_said", sa.String(300), nullable=False),
        sa.Column("case_code", sa.String(64), nullable=False),
        sa.Column("paper", sa.String(300), nullable=False),
        sa.Column("attachments", sa.JSON, nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("unit_name", sa.String(300), nullable=False),
        sa.Column("contact_unit_code", sa.String(64), nullable=False),
        sa.Column("contact_unit_name", sa.String(300), nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("unit_since", MOMENT, nullable=False),
        sa.Column("routed_by", sa.String(64), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("clock_from", sa.Date, nullable=False),
        sa.Column("due_refuse", sa.Date, nullable=False),
        sa.Column("due_ask", sa.Date, nullable=False),
        sa.Column("due_answer", sa.Date, nullable=False),
        sa.Column("due_publish", sa.Date),
        sa.Column("asked_on", sa.Date),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_by", sa.String(80), nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.Column("refusal_reason", sa.String(32), nullable=False),
        sa.Column("right_place", sa.String(600), nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("published_at", MOMENT),
        sa.Column("anonymised_at", MOMENT),
        sa.CheckConstraint(
            "state NOT IN ('answered', 'closed') OR (answered_at IS NOT NULL AND answered_by <> ''"
            " AND (answer <> '' OR anonymised_at IS NOT NULL))",
            name="petition_with_answer",
        ),
        sa.CheckConstraint("state <> 'refused' OR refusal_reason <> ''", name="petition_with_reason"),
        sa.CheckConstraint(
            "state IN ('received', 'asked_for_more', 'in_progress', 'answered', 'closed', 'refused', 'reopened',"
            " 'withdrawn')",
            name="petition_state",
        ),
        sa.CheckConstraint("kind IN ('rule', 'behaviour', 'suggestion', 'technical')", name="petition_kind"),
    )
    op.create_index("petition_of_unit", "petition", ["unit_code", "state"])


def _create_parties() -> None:
    op.create_table(
        "petition_party",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("petition_id", sa.String(36), sa.ForeignKey("petition.id"), nullable=False, index=True),
        sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("code", sa.String(16), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("contact_kind", sa.String(8), nullable=False),
        sa.Column("contact_value", sa.String(254), nullable=False),
        sa.Column("contact_hash", sa.String(64), nullable=False),
        sa.Column("consent", sa.String(32), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.CheckConstraint("role IN ('owner', 'supporter')", name="petition_party_role"),
    )
    op.create_table(
        "petition_viewer",
        sa.Column("party_id", sa.String(36), sa.ForeignKey("petition_party.id"), primary_key=True),
        sa.Column("sender", sa.String(64), primary_key=True),
        sa.Column("follows", sa.Boolean, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
    )
    op.create_index("petition_viewer_sender", "petition_viewer", ["sender"])


def _create_history() -> None:
    op.create_table(
        "petition_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("petition_id", sa.String(36), sa.ForeignKey("petition.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("party_id", sa.String(36), sa.ForeignKey("petition_party.id")),
        sa.Column("state_before", sa.String(16)),
        sa.Column("state_after", sa.String(16)),
        sa.Column("unit_from", sa.String(300), nullable=False),
        sa.Column("unit_to", sa.String(300), nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("place", sa.String(600), nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("was_late", sa.Boolean, nullable=False),
        sa.Column("key_hash", sa.String(64), unique=True),
    )
    op.create_table(
        "petition_text",
        sa.Column("event_id", sa.Integer, sa.ForeignKey("petition_event.id"), primary_key=True, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "petition_word",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("party_id", sa.String(36), sa.ForeignKey("petition_party.id"), nullable=False),
        sa.Column("event_id", sa.Integer, sa.ForeignKey("petition_event.id"), nullable=False),
        sa.Column("sender", sa.String(64), nullable=False, index=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("message_seq", sa.Integer),
        sa.UniqueConstraint("event_id", "party_id", "sender", name="petition_word_once"),
    )


def _create_desk() -> None:
    op.create_table(
        "petition_alert",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("petition_id", sa.String(36), sa.ForeignKey("petition.id"), nullable=False, index=True),
        sa.Column("key", sa.String(160), nullable=False, unique=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("whom", sa.String(80), nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("made_on", sa.Date, nullable=False, index=True),
        sa.Column("made_at", MOMENT, nullable=False),
    )
    op.create_table(
        "petition_rating",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("petition_id", sa.String(36), sa.ForeignKey("petition.id"), nullable=False, index=True),
        sa.Column("party_id", sa.String(36), sa.ForeignKey("petition_party.id"), nullable=False),
        sa.Column("event_id", sa.Integer, sa.ForeignKey("petition_event.id"), nullable=False),
        sa.Column("rating", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(600), nullable=False),
        sa.Column("rated_at", MOMENT, nullable=False),
        sa.UniqueConstraint("party_id", "event_id", name="petition_rating_once"),
    )
    op.create_table(
        "petition_try",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
    )


def _guard(table: str, what: str, when: str) -> None:
    """Have the database itself refuse a change; it holds for every program that writes there."""
    name, condition = f"{table}_no_{what.lower()}", f"WHEN ({when})" if when else ""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION petition_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW {condition}"
            " EXECUTE FUNCTION petition_refuse_change()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {what} ON {table} {condition}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
    )
