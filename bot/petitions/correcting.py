"""Correcting the name or the contact in a petition; the history says what was corrected, never what stood there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot.ops.petition_codes import parse_petition_code
from bot.petitions.drafts import LONGEST_NAME, clean, parse_contact
from bot.petitions.models import EventKind
from bot.petitions.officer_steps import StepFault, fault_of, officer_name
from bot.petitions.store import Facts, party_by_code, petition_row, take_step
from bot.petitions.tables import PARTY, VIEWER

NAME, CONTACT = "name", "contact"
"""What can be corrected; what a citizen wrote of the matter stays as they wrote it, and is added to by a message."""


@dataclass(frozen=True)
class Corrected:
    """What was changed of whose receipt. senders: conversations in which that receipt was lodged or proven."""

    code: str
    changed: tuple[str, ...]
    senders: tuple[str, ...]


@dataclass(frozen=True)
class PetitionCorrections:
    """Changes a person's data in a petition. contact_hash: what stands for a contact once it is erased."""

    contact_hash: Callable[[str], str]

    def correct(self, connection: Connection, code: str, by: str, now: datetime, name: str, contact: str) -> Corrected:
        """Correct what is given ("": stays) of the person whose receipt bears `code`.

        Raises `PetitionStepError`: unknown code, no such contact, nothing that would change, people taken out.
        """
        officer = officer_name(by)
        known = party_by_code(connection, parse_petition_code(code) or "")
        if known is None:
            raise fault_of(StepFault.UNKNOWN_CODE)
        row = petition_row(connection, known.petition_id, lock=True)
        party = connection.execute(select(PARTY).where(PARTY.c.id == known.id)).one()
        if not party.contact_value:
            raise fault_of(StepFault.NOBODY_LEFT)
        values = self._changes(party, name, contact)
        if not values:
            raise fault_of(StepFault.NOTHING_NEW)
        connection.execute(update(PARTY).where(PARTY.c.id == party.id).values(**values))
        changed = tuple(one for one, column in ((NAME, "name"), (CONTACT, "contact_value")) if column in values)
        facts = Facts(officer, party_id=party.id, reason=",".join(changed))
        take_step(connection, row, EventKind.CORRECTED, facts, now, {})
        told = connection.execute(select(VIEWER.c.sender).where(VIEWER.c.party_id == party.id))
        return Corrected(party.code, changed, tuple(one.sender for one in told))

    def _changes(self, party: Any, name: str, contact: str) -> dict[str, str]:
        right = " ".join(clean(name, LONGEST_NAME).split())
        values = {"name": right} if right and right != party.name else {}
        if contact.strip():
            found = parse_contact(contact)
            if found is None:
                raise fault_of(StepFault.NO_CONTACT)
            if found.value != party.contact_value:
                values |= {"contact_kind": found.kind.value, "contact_value": found.value}
                values |= {"contact_hash": self.contact_hash(found.value)}
        return values
