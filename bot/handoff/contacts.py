"""Those who wish to be called back: nobody was there, or they would not wait. A time is promised and kept an eye on."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, time
from enum import Enum
from typing import Any

from sqlalchemy import and_, insert, select, update
from sqlalchemy.engine import Connection, Row

from bot.errors import HandoffStepError
from bot.handoff.contact_rows import ENDED, LONGEST
from bot.handoff.models import CITY_UNIT, HandoffFault, Officer, Summary
from bot.handoff.presence import unit_for
from bot.handoff.shifts import Shift, Shifts
from bot.handoff.tables import HANDOFF_CONTACT
from bot.ops.clock import CITY_TIME, Clock
from bot.ops.logging import EventLog, new_reference
from bot.store.engine import Database
from bot.store.reach import ReachableStore
from bot.tuning.reading import Tuning

log = EventLog("handoff.contacts")

PREFIX = "GL-"
CONSENT_VERSION = "contact-1"
"""Which words of consent the citizen has agreed to: domain/handoff.yml, utter_handoff__ask_contact."""
LONGEST_PHONE, LONGEST_NAME = LONGEST["phone"], LONGEST["name"]
NOON = time(12)
MOST = 200


class ContactState(str, Enum):
    """`OPEN` until somebody has called; `TAKEN`: an officer sees to it."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


class ContactOutcome(str, Enum):
    """How it ended."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    WRONG_NUMBER = "wrong_number"
    CANCELLED = "cancelled"


class CallWish(str, Enum):
    """When a call is welcome."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    ANY = "any"


@dataclass(frozen=True)
class Contact:
    """One wish. phone, name: there until it is closed. promised: the shift in which somebody calls."""

    id: str
    reference: str
    unit: str
    state: ContactState
    version: int
    phone: str
    name: str
    wish: CallWish
    summary: Summary
    consented_at: datetime
    promised_from: datetime
    promised_until: datetime
    told_late_at: datetime | None = None
    officer_id: str = ""
    officer_name: str = ""
    outcome: ContactOutcome | None = None
    closed_at: datetime | None = None

    @property
    def promised(self) -> Shift:
        return Shift(self.promised_from, self.promised_until)


@dataclass(frozen=True)
class Wanted:
    """What a citizen leaves. unit: of the commune that the talk is about."""

    phone: str
    wish: CallWish
    name: str = ""
    unit: str = CITY_UNIT
    summary: Summary = field(default_factory=Summary)


class Contacts:
    """The citizen's side, by `sender` (the conversation as Rasa knows it), and the officers'."""

    def __init__(
        self, database: Callable[[], Database], clock: Clock, shifts: Shifts, tuning: Tuning | None = None
    ) -> None:
        self._store, self._clock, self._shifts = ReachableStore(database), clock, shifts
        self._tuning = tuning or Tuning()

    def promise(self, connection: Connection, unit: str, wish: CallWish, now: datetime) -> Shift | None:
        """Return the first shift that suits, and is as far ahead as the city wants; None where none is near."""
        tuned = self._tuning.read(connection)
        shifts, after = self._shifts.tuned(tuned), now + tuned.call_lead
        shift = shifts.next_after(unit, after)
        while shift is not None and not _suits(shift, wish):
            shift = shifts.next_after(unit, shift.begins)
        return shift or shifts.next_after(unit, after)

    async def promised(self, wish: CallWish = CallWish.ANY, unit: str = CITY_UNIT) -> Shift | None:
        """Return the shift that would be promised now."""
        return await self._store.read(self.promise, unit, wish, self._clock.now())

    async def leave(self, sender: str, wanted: Wanted) -> Contact:
        """Keep a number. One that was left before in this conversation is corrected, and keeps its reference.

        Raises `StoreDownError`, and `HandoffStepError` where there is no shift that could be promised.
        """
        contact = await self._store.write(self._leave, sender, wanted)
        log.info("contact_left", contact=contact.id[:8], unit=contact.unit)
        return contact

    async def call_by(self, sender: str, name: str) -> Contact | None:
        """Add how somebody wishes to be called; None where nothing is open."""
        return await self._store.write(_call_by, sender, name[:LONGEST_NAME])

    async def find(self, sender: str) -> Contact | None:
        """Return a conversation's open wish."""
        return await self._store.read(_open_of, sender)

    async def cancel(self, sender: str) -> Contact | None:
        """Take it back; name and number are erased. None where nothing is open."""
        return await self._store.write(self._cancel, sender)

    async def waiting(self, units: tuple[str, ...] = ()) -> list[Contact]:
        """Return the open wishes of `units` (of all, where there are none), the earliest promise first."""
        return await self._store.read(_waiting, units)

    async def get(self, contact_id: str) -> Contact | None:
        """Return one, also a closed one."""
        return await self._store.read(_get, contact_id)

    async def take(self, contact_id: str, officer: Officer) -> Contact:
        """See to it. Raises `HandoffStepError`: a colleague was faster, it is over, or another unit's."""
        return await self._store.write(self._take, contact_id, officer)

    async def close(self, contact_id: str, officer: Officer, outcome: ContactOutcome) -> Contact:
        """End it; name and number are erased. Raises `HandoffStepError`."""
        return await self._store.write(self._close, contact_id, officer, outcome)

    def _leave(self, connection: Connection, sender: str, wanted: Wanted) -> Contact:
        now = self._clock.now()
        unit = unit_for(connection, wanted.unit, now)
        shift = self.promise(connection, unit, wanted.wish, now)
        if shift is None:
            raise HandoffStepError("no shift", fault=HandoffFault.GONE)
        values: dict[str, Any] = {
            "unit": unit,
            "phone": wanted.phone[:LONGEST_PHONE],
            "wish": wanted.wish.value,
            "summary": {name: text for name, text in asdict(wanted.summary).items() if text},
            "promised_from": shift.begins,
            "promised_until": shift.until,
            "told_late_at": None,
        }
        if wanted.name:
            values["name"] = wanted.name[:LONGEST_NAME]
        known = _open_of(connection, sender)
        if known is not None:
            _change(connection, known, **values)
            return _one(connection, known.id)
        new = {"id": str(uuid.uuid4()), "open_key": sender, "sender": sender, "version": 0, "outcome": ""}
        new |= {"reference": PREFIX + new_reference(), "state": ContactState.OPEN.value, "consent": CONSENT_VERSION}
        new |= {"officer_id": "", "officer_name": "", "consented_at": now}
        connection.execute(insert(HANDOFF_CONTACT).values(**new, **values))
        return _one(connection, str(new["id"]))

    def _cancel(self, connection: Connection, sender: str) -> Contact | None:
        known = _open_of(connection, sender)
        if known is None:
            return None
        _end(connection, known, ContactOutcome.CANCELLED, self._clock.now())
        return known

    def _take(self, connection: Connection, contact_id: str, officer: Officer) -> Contact:
        known = _open_for(connection, contact_id, officer)
        if known.officer_id and known.officer_id != officer.id:
            raise HandoffStepError(fault=HandoffFault.TAKEN)
        values = {"state": ContactState.TAKEN.value, "officer_id": officer.id, "officer_name": officer.name}
        if not _change(connection, known, **values):
            raise HandoffStepError(fault=HandoffFault.TAKEN)
        return _one(connection, contact_id)

    def _close(self, connection: Connection, contact_id: str, officer: Officer, outcome: ContactOutcome) -> Contact:
        known = _open_for(connection, contact_id, officer)
        if known.officer_id and known.officer_id != officer.id:
            raise HandoffStepError(fault=HandoffFault.HELD_BY_OTHER)
        _end(connection, known, outcome, self._clock.now(), officer_id=officer.id, officer_name=officer.name)
        return _one(connection, contact_id)


def late_contacts(connection: Connection, now: datetime) -> list[tuple[Contact, str | None]]:
    """Return the open wishes whose promised time is over, each with its sender."""
    of = HANDOFF_CONTACT.c
    late = and_(of.state != ContactState.CLOSED.value, of.promised_until <= now)
    rows = connection.execute(select(HANDOFF_CONTACT).where(late).order_by(of.promised_until).limit(MOST))
    return [(_contact(row), row.sender) for row in rows]


def promise_anew(connection: Connection, contact: Contact, shift: Shift, now: datetime) -> bool:
    """Move a promise that was not kept; False where somebody has closed it meanwhile."""
    return _change(connection, contact, promised_from=shift.begins, promised_until=shift.until, told_late_at=now)


def _suits(shift: Shift, wish: CallWish) -> bool:
    morning = shift.begins.astimezone(CITY_TIME).time() < NOON
    return wish is CallWish.ANY or morning == (wish is CallWish.MORNING)


def _change(connection: Connection, contact: Contact, **values: Any) -> bool:
    of = HANDOFF_CONTACT.c
    same = and_(of.id == contact.id, of.version == contact.version, of.state != ContactState.CLOSED.value)
    changed = update(HANDOFF_CONTACT).where(same).values(**values, version=contact.version + 1)
    return bool(connection.execute(changed).rowcount)


def _end(connection: Connection, contact: Contact, outcome: ContactOutcome, now: datetime, **values: Any) -> None:
    ended = {**ENDED, "state": ContactState.CLOSED.value, "open_key": contact.id, "closed_at": now, **values}
    if not _change(connection, contact, **ended, outcome=outcome.value):
        raise HandoffStepError(fault=HandoffFault.TAKEN)


def _call_by(connection: Connection, sender: str, name: str) -> Contact | None:
    known = _open_of(connection, sender)
    if known is None or not _change(connection, known, name=name):
        return None
    return _one(connection, known.id)


def _open_for(connection: Connection, contact_id: str, officer: Officer) -> Contact:
    known = _get(connection, contact_id)
    if known is None:
        raise HandoffStepError(fault=HandoffFault.GONE)
    if known.state is ContactState.CLOSED:
        raise HandoffStepError(fault=HandoffFault.CLOSED)
    if not officer.serves(known.unit):
        raise HandoffStepError(fault=HandoffFault.OTHER_UNIT)
    return known


def _open_of(connection: Connection, sender: str) -> Contact | None:
    row = connection.execute(select(HANDOFF_CONTACT).where(HANDOFF_CONTACT.c.open_key == sender)).first()
    return None if row is None else _contact(row)


def _get(connection: Connection, contact_id: str) -> Contact | None:
    row = connection.execute(select(HANDOFF_CONTACT).where(HANDOFF_CONTACT.c.id == contact_id)).first()
    return None if row is None else _contact(row)


def _one(connection: Connection, contact_id: str) -> Contact:
    found = _get(connection, contact_id)
    assert found is not None  # noqa: S101 - written in this transaction
    return found


def _waiting(connection: Connection, units: tuple[str, ...]) -> list[Contact]:
    of = HANDOFF_CONTACT.c
    query = select(HANDOFF_CONTACT).where(of.state != ContactState.CLOSED.value).order_by(of.promised_from).limit(MOST)
    if units and CITY_UNIT not in units:
        query = query.where(of.unit.in_(units))
    return [_contact(row) for row in connection.execute(query)]


def _contact(row: Row) -> Contact:
    names = [name for name in Contact.__dataclass_fields__ if name in HANDOFF_CONTACT.c]
    values = {name: getattr(row, name) for name in names}
    return Contact(
        **values
        | {
            "state": ContactState(row.state),
            "phone": row.phone or "",
            "name": row.name or "",
            "wish": CallWish(row.wish),
            "summary": Summary(**row.summary),
            "outcome": ContactOutcome(row.outcome) if row.outcome else None,
        }
    )
