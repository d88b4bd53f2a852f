"""What is held about one conversation: every row that leads to it, by class, as people read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.approval.tables import APPROVAL_ANSWER
from bot.attachments.tables import ATTACHMENT
from bot.cases.tables import CASE_FOLLOW
from bot.desk.tables import DESK_VERDICT
from bot.feedback.tables import FEEDBACK, SURVEY_ASKED
from bot.handoff.tables import HANDOFF_CONTACT, HANDOFF_NOTE, HANDOFF_REQUEST
from bot.hub.officer_files import sender_of
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.links.tables import LINK
from bot.ops.outcomes import Outcome
from bot.petitions.tables import PARTY, PETITION, VIEWER
from bot.privacy.tables import REQUEST
from bot.privacy.words import privacy_wording
from bot.referrals.tables import REFERRAL
from bot.reports.tables import REPORT_TURN
from bot.zalo.tables import AGREEMENT, INBOX, OUTBOX, PERSON, TEMPLATE

_ENDED = frozenset(outcome.value.split("_")[0] for outcome in Outcome)


@dataclass(frozen=True)
class Subject:
    """Whose data: a conversation, its name for Rasa, and on Zalo the account behind it ("" elsewhere)."""

    conversation_id: str
    sender: str
    channel: str
    user_id: str = ""


@dataclass(frozen=True)
class Entry:
    """One thing that is held. text: one line, as the person it is about reads it."""

    at: datetime | None
    text: str


def find_subject(connection: Connection, conversation_id: str) -> Subject | None:
    """Return whose data a conversation's is; also of an erased one."""
    row = connection.execute(select(CONVERSATION).where(CONVERSATION.c.id == conversation_id)).first()
    if row is None:
        return None
    person = select(PERSON.c.user_id).where(PERSON.c.conversation_id == conversation_id)
    return Subject(row.id, row.rasa_sender, row.channel, str(connection.execute(person).scalar() or ""))


def conversation_of_sender(connection: Connection, sender: str) -> str | None:
    """Return the conversation that Rasa knows as `sender`; None where it is erased, or there is none."""
    alive = (CONVERSATION.c.rasa_sender == sender, CONVERSATION.c.erased_at.is_(None))
    return connection.execute(select(CONVERSATION.c.id).where(*alive)).scalar()


def find_held(connection: Connection, subject: Subject) -> dict[str, list[Entry]]:
    """Return all that is held about a conversation, by the classes of inventory.yml; only classes with something."""
    found = {name: look(connection, subject) for name, look in _LOOKS.items()}
    return {name: entries for name, entries in found.items() if entries}


def _say(key: str, **facts: object) -> str:
    return privacy_wording()(f"entries.{key}", **facts)


def _rows(connection: Connection, query: Select, entry: Callable[[Any], Entry]) -> list[Entry]:
    return [entry(row) for row in connection.execute(query)]


def _conversation(connection: Connection, who: Subject) -> list[Entry]:
    query = select(MESSAGE).where(MESSAGE.c.conversation_id == who.conversation_id).order_by(MESSAGE.c.seq)
    return _rows(connection, query, lambda row: Entry(row.created_at, _message(row)))


def _message(row: Any) -> str:
    return _say(row.role, text=str(row.content.get("text") or _say("no_words")))


def _follows(connection: Connection, who: Subject) -> list[Entry]:
    query = select(CASE_FOLLOW).where(CASE_FOLLOW.c.sender == who.sender).order_by(CASE_FOLLOW.c.consented_at)
    return _rows(
        connection,
        query,
        lambda row: Entry(row.consented_at, _say("follow", code=row.case_code, version=row.consent)),
    )


def petitions_of(connection: Connection, sender: str) -> list[Any]:
    """Return rows (code, state, received_at, consent) of the petitions that a conversation has lodged or proven."""
    query = (
        select(PARTY.c.code, PARTY.c.consent, PETITION.c.state, PETITION.c.received_at)
        .join(VIEWER, VIEWER.c.party_id == PARTY.c.id)
        .join(PETITION, PETITION.c.id == PARTY.c.petition_id)
        .where(VIEWER.c.sender == sender)
        .order_by(PETITION.c.received_at)
    )
    return list(connection.execute(query))


def _petitions(connection: Connection, who: Subject) -> list[Entry]:
    return [
        Entry(row.received_at, _say("petition", code=row.code, version=row.consent))
        for row in petitions_of(connection, who.sender)
    ]


def _photos(connection: Connection, who: Subject) -> list[Entry]:
    """Those of the citizen, and the files that officers have sent them."""
    sent = sender_of(who.conversation_id)
    query = select(ATTACHMENT).where(ATTACHMENT.c.sender.in_((who.sender, sent))).order_by(ATTACHMENT.c.created_at)
    return _rows(
        connection,
        query,
        lambda row: Entry(row.created_at, _say("file" if row.sender == sent else "photo", size=row.size // 1024)),
    )


def _feedback(connection: Connection, who: Subject) -> list[Entry]:
    query = select(FEEDBACK).where(FEEDBACK.c.conversation_id == who.conversation_id).order_by(FEEDBACK.c.created_at)
    return _rows(
        connection,
        query,
        lambda row: Entry(row.created_at, _say("feedback", reference=row.reference, words=row.words or "–")),
    )


def _survey(connection: Connection, who: Subject) -> list[Entry]:
    query = select(SURVEY_ASKED).where(SURVEY_ASKED.c.sender == who.sender)
    return _rows(connection, query, lambda row: Entry(None, _say("survey", day=f"{row.asked_on:%d/%m/%Y}")))


def _referrals(connection: Connection, who: Subject) -> list[Entry]:
    query = select(REFERRAL).where(REFERRAL.c.sender == who.sender).order_by(REFERRAL.c.begun_at)
    return _rows(
        connection,
        query,
        lambda row: Entry(
            row.begun_at,
            _say("referral", reference=row.reference or "–", phone=row.phone or "–", called=row.called or "–"),
        ),
    )


def _handoff(connection: Connection, who: Subject) -> list[Entry]:
    mine = HANDOFF_REQUEST.c.conversation_id == who.conversation_id
    requests = select(HANDOFF_REQUEST).where(mine).order_by(HANDOFF_REQUEST.c.asked_at)
    found = [
        Entry(row.asked_at, _say("handoff", parts="; ".join(map(str, (row.summary or {}).values())) or "–"))
        for row in connection.execute(requests)
    ]
    notes = select(HANDOFF_NOTE).join(HANDOFF_REQUEST, HANDOFF_REQUEST.c.id == HANDOFF_NOTE.c.request_id).where(mine)
    return found + _rows(connection, notes, lambda row: Entry(row.at, _say("note", text=row.text)))


def _contacts(connection: Connection, who: Subject) -> list[Entry]:
    query = select(HANDOFF_CONTACT).where(HANDOFF_CONTACT.c.sender == who.sender)
    return _rows(
        connection,
        query,
        lambda row: Entry(
            row.consented_at,
            _say("contact", reference=row.reference, phone=row.phone or "–", called=row.name or "–"),
        ),
    )


def _links(connection: Connection, who: Subject) -> list[Entry]:
    mine = or_(
        LINK.c.web_id == who.conversation_id,
        LINK.c.zalo_id == who.conversation_id,
        LINK.c.agreed_by == who.conversation_id,
    )
    return _rows(
        connection, select(LINK).where(mine), lambda row: Entry(row.consented_at, _say("link", version=row.consent))
    )


def _zalo(connection: Connection, who: Subject) -> list[Entry]:
    if not who.user_id:
        return []
    found = _rows(
        connection,
        select(PERSON).where(PERSON.c.user_id == who.user_id),
        lambda row: Entry(row.interacted_at, _say("zalo_person")),
    )
    found += _rows(
        connection,
        select(AGREEMENT).where(AGREEMENT.c.user_id == who.user_id),
        lambda row: Entry(row.agreed_at or row.asked_at, _say("zalo_agreement", version=row.version or "–")),
    )
    for table, key in ((INBOX, "zalo_in"), (OUTBOX, "zalo_out"), (TEMPLATE, "zalo_news")):
        count = len(connection.execute(select(table.c.state).where(table.c.user_id == who.user_id)).all())
        found += [Entry(None, _say(key, count=count))] if count else []
    return found


def _verdicts(connection: Connection, who: Subject) -> list[Entry]:
    query = select(DESK_VERDICT).where(DESK_VERDICT.c.conversation_id == who.conversation_id)
    return _rows(connection, query, lambda row: Entry(row.at, _say("verdict", text=row.comment or row.verdict)))


def _approvals(connection: Connection, who: Subject) -> list[Entry]:
    """That there is one, and what became of it. Its words are shown where they were sent, among the messages: what an
    officer did not let out is nobody's answer.
    """
    query = select(APPROVAL_ANSWER).where(APPROVAL_ANSWER.c.conversation_id == who.conversation_id)
    rows = connection.execute(query.order_by(APPROVAL_ANSWER.c.held_at)).all()
    return [Entry(row.held_at, privacy_wording()(f"held_answer.{row.state}")) for row in rows if row.drafts]


def _facts(connection: Connection, who: Subject) -> list[Entry]:
    """While they name the conversation: until their month is closed."""
    query = select(REPORT_TURN).where(REPORT_TURN.c.conversation == who.conversation_id).order_by(REPORT_TURN.c.id)
    return _rows(connection, query, lambda row: Entry(row.at, _fact(row)))


def _fact(row: Any) -> str:
    begins = row.outcome.split("_")[0]
    ended = privacy_wording()(f"ended.{begins if begins in _ENDED else 'none'}")
    return _say("fact", day=f"{row.day:%d/%m/%Y}", ended=ended, code=row.procedure_code or "–")


def _requests(connection: Connection, who: Subject) -> list[Entry]:
    query = select(REQUEST).where(REQUEST.c.conversation_id == who.conversation_id).order_by(REQUEST.c.asked_at)
    return _rows(connection, query, lambda row: Entry(row.asked_at, _request(row)))


def _request(row: Any) -> str:
    if not row.right_value:
        return _say("request", receipt=row.receipt)
    return _say("request_correct", receipt=row.receipt, code=row.petition_code or "–", value=row.right_value)


_LOOKS: dict[str, Callable[[Connection, Subject], list[Entry]]] = {
    "conversation": _conversation,
    "case_follow": _follows,
    "petition": _petitions,
    "photo": _photos,
    "feedback": _feedback,
    "survey": _survey,
    "referral": _referrals,
    "handoff": _handoff,
    "contact": _contacts,
    "link": _links,
    "zalo": _zalo,
    "verdict": _verdicts,
    "approval": _approvals,
    "report_turn": _facts,
    "privacy": _requests,
}
