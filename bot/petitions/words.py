"""Words that wait to be said: stored in the transaction of the step, said in the transaction that marks them said."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, func, select, update
from sqlalchemy.engine import Connection

from bot.petitions.models import EventKind, PetitionKind
from bot.petitions.tables import EVENT, PARTY, PETITION, TEXT, VIEWER, WORD
from bot.petitions.telling import Word
from bot.petitions.views import Views, is_asked

AT_ONCE = 200


def waiting(connection: Connection, views: Views) -> list[Word]:
    """Return words that have not been said, oldest first, at most `AT_ONCE`."""
    query = (
        select(
            WORD.c.id,
            WORD.c.sender,
            WORD.c.party_id,
            EVENT.c.kind,
            EVENT.c.unit_from,
            EVENT.c.unit_to,
            EVENT.c.reason,
            EVENT.c.place,
            EVENT.c.party_id.label("done_by"),
            func.coalesce(TEXT.c.text, "").label("text"),
        )
        .select_from(WORD.join(EVENT, EVENT.c.id == WORD.c.event_id).outerjoin(TEXT, TEXT.c.event_id == EVENT.c.id))
        .where(WORD.c.sent_at.is_(None), WORD.c.sender != "")
        .order_by(WORD.c.event_id)
        .limit(AT_ONCE)
    )
    found = []
    for row in connection.execute(query).all():
        party = connection.execute(select(PARTY).where(PARTY.c.id == row.party_id)).one()
        petition = connection.execute(select(PETITION).where(PETITION.c.id == party.petition_id)).one()
        kind, asked = EventKind(row.kind), is_asked(connection, party)
        readable = kind in (EventKind.ANSWERED, EventKind.REFUSED) or (kind is EventKind.ASKED and asked)
        found.append(
            Word(
                id=row.id,
                sender=row.sender,
                code=party.code,
                kind=kind,
                petition_kind=PetitionKind(petition.kind),
                text=row.text if readable else "",
                unit_name=row.unit_to or row.unit_from or petition.unit_name,
                contact_name=petition.contact_unit_name,
                reason=row.reason,
                place=row.place,
                due_answer=petition.due_answer,
                until=views.last_reopen_day(petition),
                asked=asked,
            )
        )
    return found


def mark_said(connection: Connection, word_id: str, at: datetime) -> bool:
    """Note that a word is said, in the transaction that stores its message; False where it was said before."""
    unsaid = and_(WORD.c.id == word_id, WORD.c.sent_at.is_(None))
    return bool(connection.execute(update(WORD).where(unsaid).values(sent_at=at)).rowcount)


def mark_number(connection: Connection, word_id: str, seq: int) -> None:
    """Keep which message a word was: the proof that it was sent."""
    connection.execute(update(WORD).where(WORD.c.id == word_id).values(message_seq=seq))


def senders(connection: Connection) -> list[str]:
    """Return the conversations in which petitions are known."""
    return [row.sender for row in connection.execute(select(VIEWER.c.sender).distinct())]
