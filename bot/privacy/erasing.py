"""Erasing one conversation wherever it is known, in one transaction: all of it goes, or nothing has happened yet.

What the assistant itself remembers (Rasa's tracker) is another database: the hubs erase it as soon as it answers, and
try again until it has (`bot/hub/turns.py`). `is_forgotten` says whether that is done.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from bot.cases.follows import erase_follows
from bot.handoff.contact_rows import cancel_contacts
from bot.hub.conversations import ConversationStore
from bot.hub.tables import CONVERSATION
from bot.petitions.citizen_steps import erase_links
from bot.privacy import requests
from bot.privacy.finding import Subject, find_held, find_subject
from bot.privacy.holds import Hold, standing
from bot.privacy.models import RequestKind, RequestOutcome, RequestState
from bot.privacy.tables import ERASED, EXPORT_LINK, REQUEST
from bot.referrals.climbing import take_back_of
from bot.referrals.tables import REFERRAL_WORD
from bot.zalo.people import forget_person
from bot.zalo.states import OutState
from bot.zalo.tables import INBOX, OUTBOX, TEMPLATE

NOBODY = ""
_HALF_ERASED = (
    select(CONVERSATION.c.id)
    .where(CONVERSATION.c.erased_at.isnot(None), CONVERSATION.c.everywhere_at.is_(None))
    .order_by(CONVERSATION.c.erased_at)
)
_ON_ITS_WAY = (OutState.WAITING.value, OutState.SENDING.value)


def erase_everywhere(store: ConversationStore, connection: Connection, conversation_id: str, now: datetime) -> bool:
    """Erase a conversation; False where it was done before, or there is none. Called again, it finishes what is left.

    store: with the hub's `FORGETTING`.
    """
    subject = find_subject(connection, conversation_id)
    done = select(ERASED.c.conversation_id).where(ERASED.c.conversation_id == conversation_id)
    if subject is None:
        return False
    if connection.execute(done).first() is not None:
        _mark(connection, conversation_id, now)  # the version before, which may run beside this one, does not
        return False
    counts = {name: len(entries) for name, entries in find_held(connection, subject).items()}
    cancel_contacts(connection, subject.sender, now)
    store.erase_in(connection, conversation_id)
    _erase_rest(connection, subject, now)
    connection.execute(insert(ERASED).values(conversation_id=conversation_id, erased_at=now, counts=counts))
    _mark(connection, conversation_id, now)
    return True


def _mark(connection: Connection, conversation_id: str, now: datetime) -> None:
    done = update(CONVERSATION).where(CONVERSATION.c.id == conversation_id).values(everywhere_at=now)
    connection.execute(done)


def held_by(connection: Connection, subject: Subject) -> bool:
    """Say whether a hold keeps a conversation: one on itself, or on a class of which it has something."""
    return bool(holds_on(connection, subject))


def holds_on(connection: Connection, subject: Subject) -> list[Hold]:
    """Return the holds that keep a conversation, the oldest first."""
    stand = standing(connection)
    names = {subject.conversation_id, *find_held(connection, subject)} if stand else set()
    return [one for one in stand if one.name in names]


def is_being_told(connection: Connection, conversation_id: str) -> bool:
    """Say whether something is still on its way to Zalo."""
    on_its_way = (OUTBOX.c.conversation_id == conversation_id, OUTBOX.c.state.in_(_ON_ITS_WAY))
    return connection.execute(select(OUTBOX.c.id).where(*on_its_way)).first() is not None


def is_forgotten(connection: Connection, conversation_id: str) -> bool:
    """Say whether the assistant has forgotten an erased conversation as well."""
    gone = (CONVERSATION.c.id == conversation_id, CONVERSATION.c.forgotten_at.isnot(None))
    return connection.execute(select(CONVERSATION.c.id).where(*gone)).first() is not None


def erased_by_halves(connection: Connection, most: int) -> list[str]:
    """Return conversations that were erased in the chat's window, and are still known elsewhere.

    An index holds only these: what was erased in all the years before costs nothing.
    """
    return [row.id for row in connection.execute(_HALF_ERASED.limit(most))]


def _erase_rest(connection: Connection, who: Subject, now: datetime) -> None:
    erase_follows(connection, who.sender, now)
    erase_links(connection, who.sender, now)
    take_back_of(connection, [who.sender], now)
    connection.execute(update(REFERRAL_WORD).where(REFERRAL_WORD.c.sender == who.sender).values(sender=None))
    connection.execute(delete(EXPORT_LINK).where(EXPORT_LINK.c.conversation_id == who.conversation_id))
    # What a person still has to do about a petition stays; the petition itself says how its sender is reached.
    open_ones = (REQUEST.c.conversation_id == who.conversation_id, REQUEST.c.petition_code.isnot(None))
    connection.execute(update(REQUEST).where(*open_ones).values(conversation_id=None))
    for one in requests.open_about(connection, who.conversation_id):
        if one.kind is RequestKind.CORRECT:  # nobody is there to be told any more, and it names a number
            requests.end(connection, one, RequestState.CANCELLED, RequestOutcome.TAKEN_BACK, requests.BY_SYSTEM, now)
    if who.user_id:
        forget_person(connection, who.user_id)
        # An event that was worked off is known again for a week, so that Zalo's repeats are; no longer whose it was.
        worked_off = (INBOX.c.user_id == who.user_id, INBOX.c.state != "new")
        connection.execute(update(INBOX).where(*worked_off).values(user_id=NOBODY, body=None))
    connection.execute(delete(OUTBOX).where(OUTBOX.c.conversation_id == who.conversation_id))
    paid = TEMPLATE.c.conversation_id == who.conversation_id
    connection.execute(delete(TEMPLATE).where(paid, TEMPLATE.c.price.is_(None)))
    connection.execute(update(TEMPLATE).where(paid).values(user_id=NOBODY, fields=None, message_id=None))
