"""What a citizen may have put right in this conversation, and asking for it; never by somebody else's number.

Number and name that were left to be called back or helped are corrected at once: they are this conversation's own. In a
petition they also prove whose it is, so a person in charge looks first (`bot/privacy/applying.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.handoff.contact_rows import contact_of, correct_contact
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.petitions.drafts import LONGEST_NAME, clean, hidden, parse_contact
from bot.petitions.models import Contact, ContactKind
from bot.petitions.tables import PARTY, VIEWER
from bot.privacy import requests
from bot.privacy.finding import Subject, conversation_of_sender, find_subject
from bot.privacy.models import DataRequest, Field, RequestKind, RequestOutcome, RequestState, Right
from bot.privacy.requests import BY_SYSTEM
from bot.referrals.rows import correct_referral, open_referral_of
from bot.store.engine import Database
from bot.store.reach import ReachableStore
from knowledge.working_days import Calendar

log = EventLog("privacy")

_WEB = "web"
_LONGEST = {Field.NAME: LONGEST_NAME, Field.AREA: 80}
_SHORTEST = 2
_UNTOUCHED = (RequestState.WAITING, RequestState.ACKNOWLEDGED)


class HeldIn(str, Enum):
    """Where something stands that can be put right."""

    PETITION = "petition"
    CONTACT = "contact"
    REFERRAL = "referral"
    CLAIMED = "claimed"
    """Somewhere else, under a number or an address: whether anything is, is looked at by a person, and never told here.
    """


@dataclass(frozen=True)
class Correctable:
    """One record of this conversation. reference: as its citizen knows it. shown: what stands there, masked."""

    held_in: HeldIn
    reference: str
    shown: dict[Field, str] = field(repr=False)

    @property
    def key(self) -> str:
        """What names it between turns: says what is held only to the conversation that holds it."""
        return f"{self.held_in.value}:{self.reference}"

    @property
    def told(self) -> str:
        """The reference as it is shown; a number by its end."""
        contact = parse_contact(self.reference) if self.held_in is HeldIn.CLAIMED else None
        return hidden(contact) if contact else self.reference


@dataclass(frozen=True)
class Asked:
    """What came of it. at_once: it is corrected already."""

    request: DataRequest
    at_once: bool


def right_value(of: Field, text: str) -> str:
    """Return `text` as it may stand in a field; "" where it cannot: a number no telephone has, no address, no words."""
    if of in _LONGEST:
        value = " ".join(clean(text, _LONGEST[of]).split())
        return value if len(value) >= _SHORTEST and "[" not in value else ""
    contact = parse_contact(text)
    wanted = ContactKind.PHONE if of is Field.PHONE else ContactKind.EMAIL
    return contact.value if contact is not None and contact.kind is wanted else ""


def claimed(text: str) -> Correctable | None:
    """Return what is said to be held under the number or address in `text`; None where there is neither, or two."""
    contact = parse_contact(text)
    shown = dict.fromkeys((Field.NAME, Field.PHONE, Field.EMAIL), "")
    return Correctable(HeldIn.CLAIMED, contact.value, shown) if contact else None


class Corrections:
    """The citizen's side; `sender`: the conversation as Rasa knows it. Raises `StoreDownError`."""

    def __init__(self, database: Callable[[], Database], clock: Clock, calendar: Calendar) -> None:
        self._store = ReachableStore(database)
        self._clock = clock
        self._calendar = calendar

    async def listed(self, sender: str) -> list[Correctable]:
        """Return what can be put right; petitions first."""
        return await self._store.read(find_correctable, sender)

    async def ask(self, sender: str, key: str, right: Right) -> Asked | None:
        """Have a field put right; None where that record is no longer this conversation's, or the value is none."""
        asked = await self._store.write(self._ask, sender, key, right)
        if asked is not None:
            facts = {"receipt": asked.request.receipt, "field": right.of.value, "at_once": asked.at_once}
            log.info("correction_asked", **facts)
        return asked

    async def take_back(self, sender: str, receipt: str) -> DataRequest | None:
        """The citizen has changed their mind; None where nothing of theirs waits under that receipt, or it is done."""
        return await self._store.write(self._take_back, sender, receipt)

    def _ask(self, connection: Connection, sender: str, key: str, right: Right) -> Asked | None:
        where, _, reference = key.partition(":")
        one = next((one for one in find_correctable(connection, sender) if one.key == key), None)
        one = claimed(reference) if where == HeldIn.CLAIMED.value else one
        value = right_value(right.of, right.value)
        if one is None or right.of not in one.shown or not value:
            return None
        right, now = Right(right.of, value), self._clock.now()
        who = _subject(connection, sender)
        about = (who.conversation_id if who else None, who.channel if who else _WEB, now)
        if one.held_in is HeldIn.PETITION:
            kind, code = RequestKind.PETITION_CORRECT, one.reference
            request = requests.begin(connection, self._calendar, kind, *about, petition_code=code, right=right)
            return Asked(request, at_once=False)
        if one.held_in is HeldIn.CLAIMED:
            kind, of = RequestKind.CORRECT, one.reference
            request = requests.begin(connection, self._calendar, kind, *about, waits=True, right=right, claimed=of)
            return Asked(request, at_once=False)
        if not _correct_own(connection, sender, one, right):
            return None
        request = requests.begin(connection, self._calendar, RequestKind.CORRECT, *about, right=right)
        requests.end(connection, request, RequestState.DONE, RequestOutcome.DONE, BY_SYSTEM, now)
        return Asked(request, at_once=True)

    def _take_back(self, connection: Connection, sender: str, receipt: str) -> DataRequest | None:
        codes = {one.reference for one in find_correctable(connection, sender) if one.held_in is HeldIn.PETITION}
        who = _subject(connection, sender)
        mine = requests.open_about(connection, conversation_id=who.conversation_id if who else None)
        for one in mine:
            known = one.kind is RequestKind.PETITION_CORRECT and one.petition_code in codes
            known = known or (one.kind is RequestKind.CORRECT and who is not None)
            if known and one.receipt == receipt and one.state in _UNTOUCHED:
                over = RequestOutcome.TAKEN_BACK
                requests.end(connection, one, RequestState.CANCELLED, over, BY_SYSTEM, self._clock.now())
                return one
        return None


def find_correctable(connection: Connection, sender: str) -> list[Correctable]:
    """Return what this conversation has left, lodged or proven, and is still held with a person's name or number."""
    return [*_petitions(connection, sender), *_contact(connection, sender), *_referral(connection, sender)]


def _petitions(connection: Connection, sender: str) -> list[Correctable]:
    query = select(PARTY).join(VIEWER, VIEWER.c.party_id == PARTY.c.id)
    mine = query.where(VIEWER.c.sender == sender, PARTY.c.contact_value != "").order_by(PARTY.c.joined_at)
    return [Correctable(HeldIn.PETITION, row.code, _shown_of_party(row)) for row in connection.execute(mine)]


def _shown_of_party(row: Row) -> dict[Field, str]:
    kind = ContactKind(row.contact_kind)
    shown = hidden(Contact(kind, row.contact_value))
    phone, mail = (shown, "") if kind is ContactKind.PHONE else ("", shown)
    return {Field.NAME: initials(row.name), Field.PHONE: phone, Field.EMAIL: mail}


def _contact(connection: Connection, sender: str) -> list[Correctable]:
    row = contact_of(connection, sender)
    if row is None:
        return []
    phone = hidden(Contact(ContactKind.PHONE, row.phone or ""))
    return [Correctable(HeldIn.CONTACT, row.reference, {Field.PHONE: phone, Field.NAME: initials(row.name or "")})]


def _referral(connection: Connection, sender: str) -> list[Correctable]:
    one = open_referral_of(connection, sender)
    if one is None:
        return []
    shown = {Field.NAME: initials(one.called), Field.AREA: one.neighbourhood or ""}
    if one.phone:
        shown = {Field.PHONE: hidden(Contact(ContactKind.PHONE, one.phone)), **shown}
    return [Correctable(HeldIn.REFERRAL, one.reference, shown)]


def initials(name: str) -> str:
    """Return a name as it is shown again: the first letter of each word."""
    return " ".join(f"{word[:1]}…" for word in name.split())


def _correct_own(connection: Connection, sender: str, one: Correctable, right: Right) -> bool:
    if one.held_in is HeldIn.CONTACT:
        return correct_contact(connection, sender, one.reference, right.of.value, right.value)
    column = {Field.PHONE: "phone", Field.NAME: "called", Field.AREA: "neighbourhood"}[right.of]
    return correct_referral(connection, sender, one.reference, column, right.value)


def _subject(connection: Connection, sender: str) -> Subject | None:
    conversation_id = conversation_of_sender(connection, sender)
    return find_subject(connection, conversation_id) if conversation_id else None
