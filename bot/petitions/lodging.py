"""Lodging and joining: work inside one transaction, once a key, whatever happens around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from bot.errors import PetitionRefusedError
from bot.ops.petition_codes import new_petition_code
from bot.petitions.clocks import begin
from bot.petitions.drafts import DraftFault
from bot.petitions.models import CITIZEN, OPEN, EventKind, PetitionDraft, PetitionState, Receipt
from bot.petitions.photos import Photos
from bot.petitions.routing import Routed
from bot.petitions.store import (
    Facts,
    Role,
    add_event,
    hash_of_key,
    new_id,
    owner_of,
    party_by_key,
    petition_row,
    take_step,
)
from bot.petitions.tables import PARTY, PETITION, VIEWER
from knowledge.working_days import Calendar

_CODE_TRIES = 20
"""Codes are drawn from 650 million; a second draw is rare, a twentieth a broken source of chance."""


@dataclass(frozen=True)
class Lodging:
    """Stores what was confirmed. contact_hash: what stands for a contact once it is erased."""

    calendar: Calendar
    contact_hash: Callable[[str], str]
    photos: Photos
    new_code: Callable[[], str] = new_petition_code

    def lodge(self, connection: Connection, draft: PetitionDraft, routed: Routed, now: datetime) -> Receipt:
        """Store a petition with its first event, or return the receipt that its key has."""

        def store() -> None:
            petition_id = self._add_petition(connection, draft, routed, now)
            party_id = self._add_party(connection, petition_id, Role.OWNER, draft, "", now)
            self._attach(connection, petition_id, draft)
            facts = Facts(CITIZEN, party_id=party_id, unit_to=routed.unit.name, person=routed.unit.person)
            add_event(connection, petition_id, EventKind.LODGED, facts, now, None, PetitionState.RECEIVED)

        return self._once(connection, draft.key, store)

    def join(self, connection: Connection, ref: str, draft: PetitionDraft, now: datetime) -> Receipt:
        """Put a supporter behind an open petition, or return the receipt that the key has.

        Raises `PetitionRefusedError` where it is not open any more, or was never there.
        """

        def store() -> None:
            known = connection.execute(select(PETITION.c.id).where(PETITION.c.id == ref)).first()
            row = petition_row(connection, ref, lock=True) if known else None
            if row is None or PetitionState(row.state) not in OPEN:
                raise PetitionRefusedError(faults=[DraftFault.NOT_OPEN.value])
            party_id = self._add_party(connection, ref, Role.SUPPORTER, draft, draft.content, now)
            self._attach(connection, ref, draft)
            take_step(connection, row, EventKind.JOINED, Facts(CITIZEN, party_id=party_id), now, {})

        return self._once(connection, draft.key, store)

    def receipt_of(self, connection: Connection, key: str) -> Receipt | None:
        """Return the receipt of a key, with `again` set."""
        party = party_by_key(connection, hash_of_key(key))
        return None if party is None else receipt(party, petition_row(connection, party.petition_id), again=True)

    def _once(self, connection: Connection, key: str, store: Callable[[], None]) -> Receipt:
        """Call `store` unless the key is known. Of two with one key the later waits, then finds the first."""
        for _ in range(_CODE_TRIES):
            known = self.receipt_of(connection, key)
            if known is not None:
                return known
            try:
                with connection.begin_nested():
                    store()
            except IntegrityError:  # the key was stored meanwhile, or the code is taken
                continue
            party = party_by_key(connection, hash_of_key(key))
            assert party is not None  # noqa: S101 - stored just now
            return receipt(party, petition_row(connection, party.petition_id))
        raise RuntimeError("no free code for a petition")

    def _attach(self, connection: Connection, petition_id: str, draft: PetitionDraft) -> None:
        if draft.attachments:
            code = owner_of(connection, petition_id).code
            added = self.photos.attach(connection, draft.attachments, draft.sender, code)
            known = petition_row(connection, petition_id).attachments or ()
            values = {"attachments": list(dict.fromkeys([*known, *added]))}
            connection.execute(update(PETITION).where(PETITION.c.id == petition_id).values(**values))

    def _add_petition(self, connection: Connection, draft: PetitionDraft, routed: Routed, now: datetime) -> str:
        unit, petition_id = routed.unit, new_id()
        values: dict[str, Any] = {
            "id": petition_id,
            "kind": draft.kind.value,
            "state": PetitionState.RECEIVED.value,
            "state_since": now,
            "attachments": [],
            "unit_code": unit.code,
            "unit_name": unit.name,
            "contact_unit_code": unit.code,
            "contact_unit_name": unit.name,
            "person": unit.person,
            "unit_since": now,
            "routed_by": routed.rule,
            "received_at": now,
            "answer": "",
            "answered_by": "",
            "refusal_reason": "",
            "right_place": "",
            **{name: getattr(draft, name) for name in _AS_DRAFTED},
            **vars(begin(self.calendar, now)),
        }
        connection.execute(insert(PETITION).values(**values))
        return petition_id

    def _add_party(
        self, connection: Connection, petition_id: str, role: Role, draft: PetitionDraft, content: str, now: datetime
    ) -> str:
        party_id = new_id()
        values = {
            "id": party_id,
            "petition_id": petition_id,
            "key_hash": hash_of_key(draft.key),
            "code": self.new_code(),
            "role": role.value,
            "content": content,
            "channel": draft.channel[:16],
            "name": draft.sender_name,
            "contact_kind": draft.contact.kind.value,
            "contact_value": draft.contact.value,
            "contact_hash": self.contact_hash(draft.contact.value),
            "consent": draft.consent_version[:32],
            "joined_at": now,
        }
        connection.execute(insert(PARTY).values(**values))
        connection.execute(insert(VIEWER).values(party_id=party_id, sender=draft.sender, follows=True, since=now))
        return party_id


_AS_DRAFTED = (
    "urgent",
    "content",
    "wish",
    "procedure_code",
    "procedure_title",
    "commune_code",
    "unit_said",
    "case_code",
    "paper",
)


def receipt(party: Row, row: Row, again: bool = False) -> Receipt:
    """What one who lodged or joined is shown."""
    return Receipt(
        code=party.code,
        received_at=party.joined_at,
        due_refuse=row.due_refuse,
        due_ask=row.due_ask,
        due_answer=row.due_answer,
        unit_name=row.unit_name,
        person_name=row.person,
        again=again,
        joined=party.role == Role.SUPPORTER.value,
    )
