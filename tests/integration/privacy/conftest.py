"""The parts of privacy on SQLite and on a real PostgreSQL, and a conversation that everything knows."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pgserver
import pytest
from sqlalchemy import inspect, select, update
from sqlalchemy import types as sql_types

from bot.approval.tables import APPROVAL_ANSWER
from bot.attachments.tables import ATTACHMENT, ATTACHMENT_DATA
from bot.cases.tables import CASE_FOLLOW, CASE_WORD
from bot.desk.tables import DESK_VERDICT
from bot.feedback.retention import FeedbackRetention
from bot.feedback.tables import FEEDBACK, FEEDBACK_FOLLOW_UP, SURVEY_ASKED
from bot.handoff.tables import HANDOFF_CONTACT, HANDOFF_EVENT, HANDOFF_NOTE, HANDOFF_REQUEST
from bot.hub.conversations import ConversationStore
from bot.hub.forgetting import FORGETTING
from bot.hub.officer_files import OWNER, sender_of
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.links.tables import LINK, LINK_CODE
from bot.petitions.retention import PetitionRetention
from bot.petitions.tables import EVENT, PARTY, PETITION, VIEWER, WORD
from bot.privacy.carrying_out import Erasures
from bot.privacy.desk import PrivacyDesk
from bot.privacy.retention import Retention
from bot.privacy.tables import EXPORT_LINK
from bot.referrals.tables import REFERRAL, REFERRAL_WORD
from bot.reports.tables import REPORT_TURN
from bot.store.engine import Database, make_engine
from bot.store.migrate import migrate
from bot.tuning.reading import Tuning
from bot.zalo.tables import AGREEMENT, INBOX, OUTBOX, PERSON, TEMPLATE
from knowledge.working_days import load_calendar

# The tools of the same version as the server of the tests.
TOOLS = Path(pgserver.__file__).parent / "pginstall" / "bin"
CANARY = "chim hoàng yến 0912345678"
USER = "zalo-user-4711"
KEPT_DAYS = 90


@pytest.fixture
def command_settings(monkeypatch, database_url, tmp_path):
    """What the command line reads: stores of the test's own, and PostgreSQL's tools."""
    monkeypatch.setenv("PATH", f"{TOOLS}:{os.environ['PATH']}")
    monkeypatch.setenv("MOTCUA_DATABASE_URL", database_url)
    monkeypatch.setenv("MOTCUA_TRACKER_URL", f"sqlite:///{tmp_path / 'tracker.db'}")
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path / "keys-here"))


@pytest.fixture
def database(database_url):
    migrate(database_url)
    database = Database(make_engine(database_url))
    yield database
    database.close()


@pytest.fixture
def store(database, clock):
    return ConversationStore(database, clock, FORGETTING)


@pytest.fixture
def desk(database, clock):
    petitions = PetitionRetention(lambda: database, clock, NoPhotos())
    return PrivacyDesk(lambda: database, clock, load_calendar(), petitions)


@pytest.fixture
def erasures(database, clock):
    return Erasures(lambda: database, clock)


class NoPhotos:
    """Photos of petitions are the attachments' own matter, and tested there."""

    def erase(self, _connection: Any, _owner: str, _at: datetime) -> None:
        pass


@pytest.fixture
def retention(database, clock):
    feedback = FeedbackRetention(lambda: database, clock, Tuning())
    petitions = PetitionRetention(lambda: database, clock, NoPhotos())
    return Retention(lambda: database, clock, KEPT_DAYS, petitions, feedback)


def fill(connection: Any, table: Any, **values: Any) -> None:
    """Insert a row; columns that must have a value and are not named get one of their type."""
    row = dict(values)
    for column in table.columns:
        filled_in = column.nullable or column.server_default is not None
        own_key = (
            column.primary_key and isinstance(column.type, sql_types.Integer) and column.autoincrement is not False
        )
        if column.name not in row and not filled_in and not own_key:
            row[column.name] = _some(column)
    connection.execute(table.insert().values(**row))


def _some(column: Any) -> Any:
    kind = column.type
    if isinstance(kind, sql_types.Boolean):
        return False
    if isinstance(kind, sql_types.Integer):
        return 0
    if isinstance(kind, sql_types.JSON):
        return {}
    if isinstance(kind, sql_types.LargeBinary):
        return b"x"
    if isinstance(kind, sql_types.Date):
        return date(2026, 11, 20)
    if kind.__class__.__name__ == "UtcDateTime":
        return datetime(2026, 11, 20, tzinfo=timezone.utc)
    length = getattr(kind, "length", None) or 40
    return f"{column.name}-x"[:length]


@dataclass(frozen=True)
class Known:
    """A Zalo conversation that every table knows, and the web conversation that it is linked with."""

    id: str
    sender: str
    web_id: str


@pytest.fixture
def known(database, store):
    """Make one: every table that can lead to a person leads to this one."""

    async def make() -> Known:
        zalo, web = await store.open("zalo"), await store.open("web")
        await database.write(_plant, zalo.id, zalo.rasa_sender, web.id)
        return Known(zalo.id, zalo.rasa_sender, web.id)

    return make


def _plant(connection: Any, conversation_id: str, sender: str, web_id: str) -> None:
    """`petition-1` is open, so it stays without its conversation."""
    content = {"text": CANARY}
    fill(connection, MESSAGE, conversation_id=conversation_id, seq=1, role="citizen", content=content, state="answered")
    connection.execute(update(CONVERSATION).where(CONVERSATION.c.id == conversation_id).values(last_seq=1))
    fill(connection, CASE_FOLLOW, id="follow-1", sender=sender, case_code="H29.12-261102-0004", consent="follow-1")
    fill(connection, CASE_WORD, follow_id="follow-1", key="k")
    states = {"kind": "behaviour", "state": "in_progress", "refusal_reason": "", "answer": "", "answered_by": ""}
    fill(connection, PETITION, id="petition-1", content="đèn đường hỏng", wish="", attachments=[], **states)
    fill(
        connection,
        PARTY,
        id="party-1",
        petition_id="petition-1",
        code="PA-2611-000001",
        name="",
        content="",
        role="owner",
    )
    fill(connection, VIEWER, party_id="party-1", sender=sender, follows=True)
    fill(connection, EVENT, petition_id="petition-1", kind="lodged", by="", unit_from="", unit_to="")
    fill(connection, WORD, party_id="party-1", event_id=1, sender=sender)
    photo = {"sender": sender, "state": "pending", "kind": "photo"}
    fill(connection, ATTACHMENT, id="photo-a", upload_id="u1", **photo)
    fill(connection, ATTACHMENT_DATA, attachment_id="photo-a", data=CANARY.encode())
    feedback = {"id": "feedback-1", "conversation_id": conversation_id, "words": CANARY, "question": CANARY}
    fill(connection, FEEDBACK, about="answer", source="words", fields=[], **feedback)
    fill(connection, FEEDBACK_FOLLOW_UP, feedback_id="feedback-1", desk="editor", state="open")
    fill(connection, SURVEY_ASKED, sender=sender)
    person = {"phone": "0912345678", "called": CANARY[:40], "about": CANARY, "sender": sender}
    fill(
        connection,
        REFERRAL,
        id="referral-1",
        kind="other",
        way="phone",
        wish="any",
        reference="HT 482-137-2",
        state="new",
        level=1,
        **person,
    )
    fill(connection, REFERRAL_WORD, referral_id="referral-1", key="r", sender=sender)
    request = {"id": "request-1", "open_key": conversation_id, "conversation_id": conversation_id, "state": "waiting"}
    fill(
        connection,
        HANDOFF_REQUEST,
        summary={"asked": CANARY},
        reason=CANARY,
        outcome="",
        officer_id="",
        trigger="asked",
        unit="",
        **request,
    )
    fill(connection, HANDOFF_EVENT, request_id="request-1")
    fill(connection, HANDOFF_NOTE, request_id="request-1", text=CANARY, mentions=[])
    called = {"sender": sender, "phone": "0912345678", "name": "Canary", "summary": {"asked": CANARY}, "state": "open"}
    fill(connection, HANDOFF_CONTACT, reference="GL-AAAAAA", **called)
    fill(
        connection,
        LINK,
        id="link-1",
        web_id=web_id,
        zalo_id=conversation_id,
        agreed_by=conversation_id,
        consent="link-1",
    )
    fill(connection, LINK_CODE, web_id="other-web", zalo_id=conversation_id)
    fill(connection, PERSON, user_id=USER, conversation_id=conversation_id)
    fill(connection, INBOX, event_id="event-1", user_id=USER, state="done")
    fill(connection, OUTBOX, user_id=USER, conversation_id=conversation_id, body=CANARY, state="sent")
    fill(
        connection, AGREEMENT, user_id=USER, version="template-1", agreed_at=datetime(2026, 11, 1, tzinfo=timezone.utc)
    )
    template = {"user_id": USER, "conversation_id": conversation_id, "fields": CANARY}
    fill(connection, TEMPLATE, seq=1, **template)
    fill(connection, TEMPLATE, seq=2, price=300, **template)
    fill(connection, DESK_VERDICT, conversation_id=conversation_id, seq=1, comment=CANARY)
    held = {"turn_seq": 1, "unit": "city", "state": "held", "drafts": [{"content": {"text": CANARY}}]}
    fill(connection, APPROVAL_ANSWER, id="answer-1", conversation_id=conversation_id, **held)
    fill(
        connection,
        REPORT_TURN,
        day=date(2026, 11, 20),
        seq=1,
        outcome="answered_procedure",
        conversation=conversation_id,
    )
    file = {"state": "attached", "kind": "photo", "owner_kind": OWNER, "owner_id": conversation_id}
    fill(connection, ATTACHMENT, id="file-a", sender=sender_of(conversation_id), upload_id="u2", **file)
    fill(connection, ATTACHMENT_DATA, attachment_id="file-a", data=CANARY.encode())
    fill(connection, EXPORT_LINK, token_hash="a" * 64, conversation_id=conversation_id)


def dump(connection: Any) -> dict[str, str]:
    """All that stands in every table of the database, as text."""
    from sqlalchemy import MetaData

    metadata = MetaData()
    metadata.reflect(connection)
    assert set(inspect(connection).get_table_names()) == set(metadata.tables)
    return {
        name: "\n".join(" ".join(_text(value) for value in row) for row in connection.execute(select(table)).fetchall())
        for name, table in metadata.tables.items()
    }


def _text(value: Any) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
