"""Whose data a key leads to, for those in charge: what is held by class and count, never the words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.feedback.tables import FEEDBACK
from bot.handoff.tables import HANDOFF_CONTACT, HANDOFF_REQUEST
from bot.hub.tables import CONVERSATION
from bot.links.tables import LINK
from bot.ops.clock import Clock
from bot.petitions.tables import PARTY, PETITION, VIEWER
from bot.privacy import requests
from bot.privacy.erasing import holds_on
from bot.privacy.finding import Entry, find_held, find_subject, petitions_of
from bot.privacy.holds import Hold, standing
from bot.privacy.inventory import data_classes
from bot.privacy.models import DataRequest
from bot.privacy.person_keys import KeyKind
from bot.privacy.tables import REQUEST
from bot.referrals.tables import REFERRAL
from bot.store.engine import Database
from bot.store.reach import ReachableStore
from bot.store.tries import Tries
from bot.zalo.tables import PERSON

MOST = 20
"""So many conversations and so many petitions are shown of one key."""
_LOOKED_AT = MOST + 1


@dataclass(frozen=True)
class HeldClass:
    """How much of one class is held. since, until: of the oldest and the newest, where they have a moment."""

    name: str
    label: str
    count: int
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class FoundConversation:
    """A conversation; `linked`: only linked with one that the key leads to, so the same person's."""

    id: str
    channel: str
    created_at: datetime
    updated_at: datetime
    erased_at: datetime | None
    linked: bool
    held: tuple[HeldClass, ...]
    holds: tuple[Hold, ...]
    requests: tuple[DataRequest, ...]


@dataclass(frozen=True)
class FoundPetition:
    """One person's part in a petition. has_person: name and contact are still there."""

    code: str
    role: str
    channel: str
    state: str
    unit_name: str
    received_at: datetime
    has_person: bool
    holds: tuple[Hold, ...]
    requests: tuple[DataRequest, ...]


@dataclass(frozen=True)
class LookedUp:
    """What a key leads to. known: there is such a key, though what it led to may be gone. more: beyond `MOST`.

    again_at: nothing was looked up, because too many keys before it led nowhere.
    """

    conversations: tuple[FoundConversation, ...] = ()
    petitions: tuple[FoundPetition, ...] = ()
    known: bool = False
    more: bool = False
    again_at: datetime | None = None

    @property
    def count(self) -> int:
        """How much is shown."""
        return len(self.conversations) + len(self.petitions)


class PersonSearch:
    """Raises `StoreDownError`. tries: keys that lead nowhere are counted as wrong proofs are."""

    def __init__(self, database: Callable[[], Database], clock: Clock, tries: Tries) -> None:
        self._store = ReachableStore(database)
        self._clock = clock
        self._tries = tries

    async def find(self, kind: KeyKind, key: str, by: str) -> LookedUp:
        """Look a key up that `read_key` has read. by: the id of the person in charge."""
        counted = f"{kind.value} {key}"
        permit = await self._store.write(self._tries.take, counted, by, self._clock.now())
        if permit.again_at is not None:
            return LookedUp(again_at=permit.again_at)
        found = await self._store.read(_look, kind, key)
        if found.known:
            await self._store.write(self._tries.succeeded, counted, by)
        return found


@dataclass(frozen=True)
class _Trail:
    """mine: those of the conversations whose every petition is the person's; one that has proven a code is not."""

    conversations: list[str]
    mine: list[str]
    codes: list[str]
    known: bool


def _look(connection: Connection, kind: KeyKind, key: str) -> LookedUp:
    trail = _follow(connection, kind, key)
    own = _unique(trail.conversations)
    linked = [one for one in _linked_with(connection, own) if one not in own]
    codes = _unique([*trail.codes, *_codes_of(connection, trail.mine[:MOST])])
    more = len(own) + len(linked) > MOST or len(codes) > MOST
    pairs = [(one, one in linked) for one in [*own, *linked]][:MOST]
    conversations = [_conversation(connection, one, is_linked) for one, is_linked in pairs]
    petitions = [_petition(connection, code) for code in codes[:MOST]]
    return LookedUp(
        tuple(one for one in conversations if one), tuple(one for one in petitions if one), trail.known, more
    )


def _follow(connection: Connection, kind: KeyKind, key: str) -> _Trail:
    codes = _values(connection, _parties(kind, key)) if kind in (KeyKind.PETITION, KeyKind.CONTACT) else []
    rows = [row for query in _queries(kind, key) for row in connection.execute(query)]
    mine = [str(row[0]) for row in rows if row[0]]
    if kind is KeyKind.REFERENCE:
        codes += [str(row[1]) for row in rows if len(row) > 1 and row[1]]
    behind = select(VIEWER.c.sender).join(PARTY, PARTY.c.id == VIEWER.c.party_id).where(PARTY.c.code.in_(codes))
    proven = _values(connection, _of_senders(behind)) if codes else []
    return _Trail([*mine, *proven], mine, codes, bool(rows or codes))


def _parties(kind: KeyKind, key: str) -> Select:
    column = PARTY.c.code if kind is KeyKind.PETITION else PARTY.c.contact_value
    return select(PARTY.c.code).where(column == key).order_by(PARTY.c.joined_at.desc()).limit(_LOOKED_AT)


def _queries(kind: KeyKind, key: str) -> list[Select]:
    """Rows that begin with a conversation's id, or nothing where a row is there that names nobody any more."""
    if kind is KeyKind.CONTACT:
        tables = (HANDOFF_CONTACT, REFERRAL)
        return [_with_conversation(table, table.c.phone == key) for table in tables]
    if kind is KeyKind.ZALO:
        return [select(PERSON.c.conversation_id).where(PERSON.c.user_id == key)]
    if kind is KeyKind.CONVERSATION:
        handed = select(HANDOFF_REQUEST.c.conversation_id).where(HANDOFF_REQUEST.c.id == key)
        return [select(CONVERSATION.c.id).where(CONVERSATION.c.id == key), handed]
    if kind is KeyKind.REFERENCE:
        return [
            _with_conversation(HANDOFF_CONTACT, HANDOFF_CONTACT.c.reference == key),
            _with_conversation(REFERRAL, REFERRAL.c.reference == key),
            select(FEEDBACK.c.conversation_id).where(FEEDBACK.c.reference == key),
            select(REQUEST.c.conversation_id, REQUEST.c.petition_code).where(REQUEST.c.receipt == key),
        ]
    return []


def _with_conversation(table: Any, where: Any) -> Select:
    known = CONVERSATION.c.rasa_sender == table.c.sender
    return select(CONVERSATION.c.id).select_from(table.outerjoin(CONVERSATION, known)).where(where).limit(_LOOKED_AT)


def _of_senders(senders: Select) -> Select:
    theirs = select(CONVERSATION.c.id).where(CONVERSATION.c.rasa_sender.in_(senders))
    return theirs.order_by(CONVERSATION.c.created_at.desc()).limit(_LOOKED_AT)


def _linked_with(connection: Connection, conversations: list[str]) -> list[str]:
    query = select(LINK.c.web_id, LINK.c.zalo_id).where(
        LINK.c.ended_at.is_(None), or_(LINK.c.web_id.in_(conversations), LINK.c.zalo_id.in_(conversations))
    )
    return _unique([one for row in connection.execute(query) for one in row if one]) if conversations else []


def _codes_of(connection: Connection, conversations: Iterable[str]) -> list[str]:
    subjects = [find_subject(connection, one) for one in conversations]
    return [row.code for who in subjects if who for row in petitions_of(connection, who.sender)]


def _conversation(connection: Connection, conversation_id: str, linked: bool) -> FoundConversation | None:
    who = find_subject(connection, conversation_id)
    if who is None:
        return None
    row = connection.execute(select(CONVERSATION).where(CONVERSATION.c.id == conversation_id)).one()
    held = tuple(_counted(name, entries) for name, entries in find_held(connection, who).items())
    moments = (row.created_at, row.updated_at, row.erased_at)
    asked = tuple(requests.open_about(connection, conversation_id))
    return FoundConversation(row.id, row.channel, *moments, linked, held, tuple(holds_on(connection, who)), asked)


def _counted(name: str, entries: list[Entry]) -> HeldClass:
    moments = sorted(entry.at for entry in entries if entry.at is not None)
    since, until = (moments[0], moments[-1]) if moments else (None, None)
    return HeldClass(name, data_classes()[name].label, len(entries), since, until)


def _petition(connection: Connection, code: str) -> FoundPetition | None:
    query = select(PARTY, PETITION.c.state, PETITION.c.unit_name, PETITION.c.received_at)
    query = query.join(PETITION, PETITION.c.id == PARTY.c.petition_id).where(PARTY.c.code == code)
    row = connection.execute(query).first()
    if row is None:
        return None
    holds = tuple(one for one in standing(connection) if one.name == "petition")
    asked = tuple(requests.open_about(connection, code=code))
    about = (row.channel, row.state, row.unit_name, row.received_at, bool(row.contact_value))
    return FoundPetition(row.code, row.role, *about, holds, asked)


def _values(connection: Connection, query: Select) -> list[str]:
    return [str(row[0]) for row in connection.execute(query)]


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
