"""People: added, changed, disabled by administrators. Nobody is deleted: histories name them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection, Row

from bot.errors import StaffRefusedError
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.staff.audit import add_line
from bot.staff.models import CITY, Deed, Person, Role, StaffFault
from bot.staff.passwords import Passwords, one_time_password
from bot.staff.sessions import end_sessions
from bot.staff.tables import STAFF_PERSON
from bot.store.engine import Database
from bot.store.prepared import Prepared
from bot.store.reach import ReachableStore

log = EventLog("staff.people")

_NAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
LONGEST_DISPLAY_NAME = 80
_EVERYBODY = select(STAFF_PERSON).order_by(STAFF_PERSON.c.display_name)
_ALL, _ALL_LOCKED = Prepared(_EVERYBODY), Prepared(_EVERYBODY.with_for_update())
_RESERVED = frozenset({"citizen", "system", "command", "job"})
"""Who did it in histories, where it was nobody of the staff."""


@dataclass(frozen=True)
class PersonDraft:
    """What an administrator writes of somebody."""

    name: str
    display_name: str
    roles: frozenset[Role]
    units: tuple[str, ...]


class People:
    """All of the staff. commune_codes: those that can be somebody's unit."""

    def __init__(
        self, database: Callable[[], Database], clock: Clock, passwords: Passwords, commune_codes: Iterable[str]
    ) -> None:
        self._store = ReachableStore(database)
        self._clock = clock
        self._passwords = passwords
        self._units = frozenset({CITY, *commune_codes})

    async def all(self) -> list[Person]:
        """Return everybody, also who is disabled, by display name."""
        return await self._store.read(everybody)

    async def find(self, name: str) -> Person:
        """Return who signs in with `name`; raises `StaffRefusedError` where there is nobody."""
        return await self._store.read(lambda connection: person_of(_row(connection, name)))

    async def add(self, draft: PersonDraft, by: str, password: str | None = None, demo: bool = False) -> str:
        """Add somebody; return the password that they sign in with the first time, and then have to change."""
        tidy, given = self._tidy(draft), password or one_time_password()
        hashed = await self._passwords.hash(given)
        await self._store.write(self._add, tidy, hashed, by, demo)
        log.info("person_added", roles=sorted(tidy.roles), demo=demo)
        return given

    async def add_first(self, draft: PersonDraft, by: str, password: str | None = None) -> str:
        """Add the first administrator; refused where there is one that can sign in."""
        people = await self.all()
        if any(one.is_administrator and one.disabled_at is None for one in people):
            raise _refused(StaffFault.NOT_FIRST)
        return await self.add(draft, by, password)

    async def change(
        self, name: str, display_name: str, roles: frozenset[Role], units: tuple[str, ...], by: str
    ) -> None:
        """Write display name, roles and units over what they were; they hold from the next request on."""
        tidy = self._tidy(PersonDraft(name, display_name, roles, units))
        await self._store.write(self._change, tidy, by)

    async def disable(self, name: str, by: str) -> None:
        """Nobody signs in as them any more, and whoever is signed in is not."""
        await self._store.write(self._disable, name, by)
        log.info("person_disabled")

    async def enable(self, name: str, by: str) -> None:
        """They may sign in again, with the password of before."""
        await self._store.write(self._enable, name, by)

    async def reset_password(self, name: str, by: str, must_change: bool = True) -> str:
        """Return a new password to give them; the old one, the second factor and all their sessions end."""
        given = one_time_password()
        hashed = await self._passwords.hash(given)
        await self._store.write(self._reset, name, hashed, by, must_change)
        return given

    def _tidy(self, draft: PersonDraft) -> PersonDraft:
        name, display = draft.name.strip().lower(), " ".join(draft.display_name.split())
        if not _NAME.fullmatch(name) or name == "new":
            raise _refused(StaffFault.NAME)
        if not 2 <= len(display) <= LONGEST_DISPLAY_NAME or not display.isprintable() or display.lower() in _RESERVED:
            raise _refused(StaffFault.DISPLAY_NAME)
        if not draft.roles:
            raise _refused(StaffFault.NO_ROLE)
        strange = [unit for unit in draft.units if unit not in self._units]
        if strange:
            raise _refused(StaffFault.UNIT, unit=strange[0][:40])
        if Role.OFFICER in draft.roles and not draft.units:
            raise _refused(StaffFault.NO_UNIT)
        return PersonDraft(name, display, draft.roles, tuple(dict.fromkeys(draft.units)))

    def _add(self, connection: Connection, draft: PersonDraft, hashed: str, by: str, demo: bool) -> None:
        self._check_names(connection, draft, everybody(connection))
        now = self._clock.now()
        row = {"id": str(uuid.uuid4()), "name": draft.name, "password_hash": hashed, "must_change": not demo}
        row |= {"totp_wanted": "", "totp_secret": "", "totp_step": 0, "demo": demo, "created_at": now}
        connection.execute(insert(STAFF_PERSON).values(**row, **_written(draft)))
        add_line(connection, now, by, Deed.PERSON_ADDED, draft.name, _summary(draft))

    def _change(self, connection: Connection, draft: PersonDraft, by: str) -> None:
        people = everybody(connection, lock=True)
        before = person_of(_row(connection, draft.name))
        self._check_names(connection, draft, [one for one in people if one.name != draft.name], own=True)
        if before.is_administrator and Role.ADMINISTRATOR not in draft.roles:
            _keep_an_administrator(people, draft.name)
        _update(connection, draft.name, **_written(draft))
        add_line(connection, self._clock.now(), by, Deed.PERSON_CHANGED, draft.name, _summary(draft))

    def _disable(self, connection: Connection, name: str, by: str) -> None:
        people, row = everybody(connection, lock=True), _row(connection, name)
        if row.disabled_at is not None:
            return
        _keep_an_administrator(people, row.name)
        now = self._clock.now()
        _update(connection, row.name, disabled_at=now)
        end_sessions(connection, row.id, now)
        add_line(connection, now, by, Deed.PERSON_DISABLED, row.name)

    def _enable(self, connection: Connection, name: str, by: str) -> None:
        row = _row(connection, name)
        if row.disabled_at is not None:
            _update(connection, row.name, disabled_at=None)
            add_line(connection, self._clock.now(), by, Deed.PERSON_ENABLED, row.name)

    def _reset(self, connection: Connection, name: str, hashed: str, by: str, must_change: bool) -> None:
        row, now = _row(connection, name), self._clock.now()
        _update(connection, row.name, password_hash=hashed, must_change=must_change, totp_secret="", totp_wanted="")
        end_sessions(connection, row.id, now)
        add_line(connection, now, by, Deed.PASSWORD_RESET, row.name)

    @staticmethod
    def _check_names(connection: Connection, draft: PersonDraft, others: list[Person], own: bool = False) -> None:
        if not own and any(one.name == draft.name for one in others):
            raise _refused(StaffFault.NAME_TAKEN)
        if any(one.display_name.casefold() == draft.display_name.casefold() for one in others):
            raise _refused(StaffFault.DISPLAY_NAME_TAKEN)


def everybody(connection: Connection, lock: bool = False) -> list[Person]:
    """Return all people; `lock`: nobody changes them until the transaction ends (SQLite has locked everything)."""
    return [person_of(row) for row in (_ALL_LOCKED if lock else _ALL).all(connection)]


def person_of(row: Row) -> Person:
    """Return a row as a person."""
    return Person(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        roles=frozenset(Role(role) for role in row.roles),
        units=tuple(row.units),
        must_change=row.must_change,
        has_totp=bool(row.totp_secret),
        disabled_at=row.disabled_at,
        demo=row.demo,
    )


def _row(connection: Connection, name: str) -> Row:
    row = connection.execute(select(STAFF_PERSON).where(STAFF_PERSON.c.name == name.strip().lower())).first()
    if row is None:
        raise _refused(StaffFault.UNKNOWN)
    return row


def _update(connection: Connection, name: str, **values: Any) -> None:
    connection.execute(update(STAFF_PERSON).where(STAFF_PERSON.c.name == name).values(**values))


def _written(draft: PersonDraft) -> dict[str, Any]:
    roles = sorted(role.value for role in draft.roles)
    return {"display_name": draft.display_name, "roles": roles, "units": list(draft.units)}


def _summary(draft: PersonDraft) -> str:
    return f"{', '.join(sorted(role.value for role in draft.roles))}; {', '.join(draft.units)}"


def _keep_an_administrator(people: list[Person], leaves: str) -> None:
    left = [one for one in people if one.is_administrator and one.disabled_at is None and one.name != leaves]
    if not left and any(one.name == leaves and one.is_administrator for one in people):
        raise _refused(StaffFault.LAST_ADMINISTRATOR)


def _refused(fault: StaffFault, **facts: str) -> StaffRefusedError:
    error = StaffRefusedError(fault=fault.value)
    error.context.update(facts)
    return error


def moment_text(moment: datetime) -> str:
    """A moment for tables of the command line, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M}Z"
