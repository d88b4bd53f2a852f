"""Rows of petitions as dataclasses, and the one way in which something is added to the history."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection, Row

from bot.petitions.models import (
    Contact,
    ContactKind,
    EventKind,
    Petition,
    PetitionEvent,
    PetitionKind,
    PetitionState,
)
from bot.petitions.states import state_after
from bot.petitions.tables import EVENT, PARTY, PETITION, TEXT, VIEWER, WORD


class Role(str, Enum):
    """What a party is to a petition."""

    OWNER = "owner"
    SUPPORTER = "supporter"


_CHUNK = 500
TOLD = frozenset(
    {
        EventKind.TAKEN_UP,
        EventKind.ASKED,
        EventKind.REMINDED,
        EventKind.TRANSFERRED,
        EventKind.ANSWERED,
        EventKind.REFUSED,
        EventKind.REOPENED,
        EventKind.CLOSED,
        EventKind.PUBLISHED,
    }
)
"""Steps that those who lodged or joined are told of, unless they took them themselves."""


@dataclass(frozen=True)
class Facts:
    """What is known of a step beside its kind; see `PetitionEvent`. key_hash: of a message that may come twice."""

    by: str
    text: str = ""
    party_id: str | None = None
    unit_from: str = ""
    unit_to: str = ""
    person: str = ""
    reason: str = ""
    place: str = ""
    due_on: date | None = None
    was_late: bool = False
    key_hash: str | None = None


def new_id() -> str:
    """A fresh key of a row."""
    return str(uuid.uuid4())


def hash_of_key(key: str) -> str:
    """What stands for an idempotency key: it may hold a conversation's name, which is to be forgotten."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def party_by_code(connection: Connection, code: str) -> Row | None:
    """The party whose receipt bears `code`."""
    return connection.execute(select(PARTY).where(PARTY.c.code == code)).first()


def party_by_key(connection: Connection, key_hash: str) -> Row | None:
    """The party that came of a draft."""
    return connection.execute(select(PARTY).where(PARTY.c.key_hash == key_hash)).first()


def owner_of(connection: Connection, petition_id: str) -> Row:
    """The party that lodged a petition."""
    mine = (PARTY.c.petition_id == petition_id, PARTY.c.role == Role.OWNER.value)
    return connection.execute(select(PARTY).where(*mine)).one()


def petition_row(connection: Connection, petition_id: str, lock: bool = False) -> Row:
    """The petition; `lock`: nobody else changes it until the transaction ends (SQLite has locked everything)."""
    query = select(PETITION).where(PETITION.c.id == petition_id)
    return connection.execute(query.with_for_update() if lock else query).one()


def supporters_of(connection: Connection, petition_ids: Iterable[str]) -> dict[str, int]:
    """How many stand behind each petition now; without those that nobody stands behind."""
    active = (PARTY.c.role == Role.SUPPORTER.value, PARTY.c.ended_at.is_(None))
    query = (
        select(PARTY.c.petition_id, func.count())
        .where(PARTY.c.petition_id.in_(list(petition_ids)), *active)
        .group_by(PARTY.c.petition_id)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def take_step(
    connection: Connection, row: Row, kind: EventKind, facts: Facts, now: datetime, changes: dict[str, Any]
) -> int | None:
    """Change a petition, note it in the history and put the words to its people in store: all or nothing.

    row: the petition as it was read, locked, in this transaction. Returns the event's number; None where the state does
    not allow the step.
    """
    before = PetitionState(row.state)
    after = state_after(kind, before)
    if after is None:
        return None
    values = dict(changes)
    if after is not before:
        values |= {"state": after.value, "state_since": now}
    if values:
        mine = (PETITION.c.id == row.id, PETITION.c.state == before.value)
        if connection.execute(update(PETITION).where(*mine).values(**values)).rowcount == 0:
            return None
    event_id = add_event(connection, row.id, kind, facts, now, before, after)
    if kind in TOLD and (kind is not EventKind.TAKEN_UP or after is not before):
        add_words(connection, row.id, event_id, now, facts.party_id)
    return event_id


def add_event(
    connection: Connection,
    petition_id: str,
    kind: EventKind,
    facts: Facts,
    now: datetime,
    before: PetitionState | None,
    after: PetitionState | None,
) -> int:
    """Add to the history; its text, if any, stands apart."""
    values = {name: value for name, value in vars(facts).items() if name != "text"}
    states = {"state_before": before and before.value, "state_after": after and after.value}
    row = {"petition_id": petition_id, "kind": kind.value, "at": now, **states, **values}
    added = connection.execute(insert(EVENT).values(**row))
    event_id = int(added.inserted_primary_key[0])
    if facts.text:
        connection.execute(insert(TEXT).values(event_id=event_id, text=facts.text))
    return event_id


def add_words(connection: Connection, petition_id: str, event_id: int, now: datetime, done_by: str | None) -> None:
    """Put a word to every conversation that follows the petition in store, but to those of who took the step."""
    listening = (
        select(VIEWER.c.party_id, VIEWER.c.sender)
        .join(PARTY, PARTY.c.id == VIEWER.c.party_id)
        .where(PARTY.c.petition_id == petition_id, PARTY.c.ended_at.is_(None), VIEWER.c.follows.is_(True))
    )
    for listener in connection.execute(listening).all():
        if listener.party_id != done_by:
            word = {"id": new_id(), "party_id": listener.party_id, "sender": listener.sender, "made_at": now}
            connection.execute(insert(WORD).values(event_id=event_id, **word))


def history_of(connection: Connection, petition_id: str) -> list[Row]:
    """Events with their texts ("" where there is none, or it was erased), oldest first."""
    query = (
        select(EVENT, func.coalesce(TEXT.c.text, "").label("text"))
        .select_from(EVENT.outerjoin(TEXT, TEXT.c.event_id == EVENT.c.id))
        .where(EVENT.c.petition_id == petition_id)
        .order_by(EVENT.c.id)
    )
    return list(connection.execute(query))


def event_of(row: Row) -> PetitionEvent:
    """An event's row as a dataclass."""
    return PetitionEvent(
        id=row.id,
        kind=EventKind(row.kind),
        at=row.at,
        by=row.by,
        state_before=PetitionState(row.state_before) if row.state_before else None,
        state_after=PetitionState(row.state_after) if row.state_after else None,
        text=row.text,
        unit_from=row.unit_from,
        unit_to=row.unit_to,
        person=row.person,
        reason=row.reason,
        place=row.place,
        due_on=row.due_on,
        was_late=row.was_late,
    )


_MADE = {"code", "kind", "state", "channel", "sender_name", "contact", "reachable", "attachments", "supporters"}
_PLAIN = tuple(name for name in Petition.__dataclass_fields__ if name not in _MADE)


def contact_of(party: Row) -> Contact | None:
    """A party's contact; None once it was erased."""
    return Contact(ContactKind(party.contact_kind), party.contact_value) if party.contact_value else None


def petition_of(row: Row, owner: Row, supporters: int, reachable: bool) -> Petition:
    """A petition's row as a dataclass, with those of who lodged it."""
    return Petition(
        code=owner.code,
        kind=PetitionKind(row.kind),
        state=PetitionState(row.state),
        channel=owner.channel,
        sender_name=owner.name,
        contact=contact_of(owner),
        reachable=reachable,
        attachments=tuple(row.attachments or ()),
        supporters=supporters,
        **{name: getattr(row, name) for name in _PLAIN},
    )


def petitions_of(connection: Connection, rows: list[Row]) -> list[Petition]:
    """Rows as dataclasses, in their order."""
    found: list[Petition] = []
    for start in range(0, len(rows), _CHUNK):  # a database takes only so many values in one question
        found += _some_of(connection, rows[start : start + _CHUNK])
    return found


def _some_of(connection: Connection, rows: list[Row]) -> list[Petition]:
    ids = [row.id for row in rows]
    owned = (PARTY.c.petition_id.in_(ids), PARTY.c.role == Role.OWNER.value)
    owners = {owner.petition_id: owner for owner in connection.execute(select(PARTY).where(*owned))}
    following = select(VIEWER.c.party_id).where(
        VIEWER.c.party_id.in_([owner.id for owner in owners.values()]), VIEWER.c.follows.is_(True)
    )
    reached = {found.party_id for found in connection.execute(following)}
    counts = supporters_of(connection, ids)
    return [petition_of(row, owners[row.id], counts.get(row.id, 0), owners[row.id].id in reached) for row in rows]
