"""Signing in and out, one's own sessions, password and second factor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Row

from bot.errors import SealBrokenError, StaffRefusedError
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.staff.audit import add_line
from bot.staff.models import Deed, Person, Session, SignIn, SignInKind, StaffFault
from bot.staff.passwords import LONGEST, Passwords, password_faults
from bot.staff.people import person_of
from bot.staff.sessions import (
    SessionLimits,
    begin_session,
    end_session,
    end_sessions,
    find_session,
    open_sessions,
    touch,
)
from bot.staff.tables import STAFF_PERSON
from bot.staff.totp import TotpSeal, new_secret, step_of
from bot.store.engine import Database
from bot.store.reach import ReachableStore
from bot.store.tries import Permit, Tries

log = EventLog("staff")

NOWHERE = "nowhere"
"""Stands for an address that cannot be told: then tries are counted by name only."""


class StaffService:
    """Sessions of the staff. Every try to sign in is counted in the database before it is made."""

    def __init__(
        self,
        database: Callable[[], Database],
        clock: Clock,
        passwords: Passwords,
        tries: Tries,
        seal: TotpSeal,
        limits: SessionLimits | None = None,
    ) -> None:
        self._store = ReachableStore(database)
        self._clock = clock
        self._passwords = passwords
        self._tries = tries
        self._seal = seal
        self._limits = limits or SessionLimits()

    async def sign_in(self, name: str, password: str, code: str, address: str | None, browser: str = "") -> SignIn:
        """Begin a session where name, password and, for who has one, the second factor are right."""
        known, person = name.strip().lower()[:80], address or f"{NOWHERE} {name.strip().lower()[:80]}"
        permit, row = await self._store.write(self._take, known, person)
        if permit.again_at is not None:
            log.warning("sign_in_limited", person=self._tries.hash_of("person", person)[:12])
            return SignIn(SignInKind.TOO_MANY_TRIES, again_at=permit.again_at)
        fits = await self._passwords.fits(password, row.password_hash if row is not None else None)
        if row is None or not fits:
            return await self._store.write(self._failed, row)
        return await self._store.write(self._begin, row.id, row.password_hash, code, known, person, browser)

    async def person(self, token: str, touch_it: bool = True) -> Session | None:
        """Return the session of a browser's secret; None where there is none, or it has ended.

        touch_it: whether somebody did something; a page that only looks by itself does not keep its session alive.
        """
        if not token:
            return None
        now = self._clock.now()
        row = await self._store.read(find_session, token[:200], self._limits, now)
        if row is None:
            return None
        if touch_it and now - row.seen_at >= self._limits.touch:
            await self._store.write(touch, row.session_id, now)
        return Session(row.session_id, person_of(row), row.began_at, row.seen_at, row.browser)

    async def sign_out(self, session: Session) -> None:
        """End a session."""
        await self._store.write(self._end, session.person, session.id, Deed.SIGNED_OUT, session.person.display_name)

    async def sessions(self, person: Person) -> list[Session]:
        """Return somebody's open sessions."""
        rows = await self._store.read(open_sessions, person.id, self._limits, self._clock.now())
        return [Session(row.id, person, row.began_at, row.seen_at, row.browser) for row in rows]

    async def revoke(self, person: Person, session_id: str, by: str) -> bool:
        """End one of somebody's sessions; False where it is not theirs, or has ended."""
        return await self._store.write(self._end, person, session_id, Deed.SESSION_REVOKED, by)

    async def revoke_all(self, person: Person, by: str, keep: str = "") -> int:
        """End somebody's sessions, but the one with the id `keep`; return how many."""
        return await self._store.write(self._end_all, person, by, keep)

    async def change_password(self, session: Session, old: str, new: str) -> None:
        """Set one's own password; all other sessions end. Raises `StaffRefusedError`."""
        person = session.person
        await self._check(person, old)
        fault = password_faults(new, (person.name, *person.display_name.split()))
        if fault is None and new == old:
            fault = StaffFault.PASSWORD_SAME
        if fault is not None:
            raise _refused(fault)
        await self._store.write(self._set_password, session, await self._passwords.hash(new))

    async def begin_totp(self, person: Person) -> str:
        """Return the secret that the telephone is to learn; it counts once a code of it was entered."""
        return await self._store.write(self._begin_totp, person.id)

    async def confirm_totp(self, person: Person, code: str) -> None:
        """From now on signing in needs a code, too. Raises `StaffRefusedError` where `code` is wrong."""
        await self._store.write(self._confirm_totp, person, code)

    async def end_totp(self, person: Person, password: str) -> None:
        """Signing in needs no code any more. Raises `StaffRefusedError` where `password` is wrong."""
        await self._check(person, password)
        await self._store.write(self._end_totp, person)

    async def forget_tries(self) -> int:
        """Drop counts of tries that are over; return how many."""
        return await self._store.write(lambda connection: self._tries.forget(connection, self._clock.now()))

    async def _check(self, person: Person, password: str) -> None:
        """Raise where it is not somebody's password; tries are counted as at the door."""
        permit, row = await self._store.write(self._take, person.name, person.id)
        if permit.again_at is not None:
            raise _refused(StaffFault.TOO_MANY_TRIES)
        if row is None or not await self._passwords.fits(password[:LONGEST], row.password_hash):
            raise _refused(StaffFault.PASSWORD_WRONG)
        await self._store.write(lambda connection: self._tries.succeeded(connection, person.name, person.id))

    def _take(self, connection: Connection, name: str, person: str) -> tuple[Permit, Row | None]:
        permit = self._tries.take(connection, name, person, self._clock.now())
        query = select(STAFF_PERSON).where(STAFF_PERSON.c.name == name, STAFF_PERSON.c.disabled_at.is_(None))
        return permit, connection.execute(query).first()

    def _failed(self, connection: Connection, row: Row | None) -> SignIn:
        if row is not None:  # of an unknown name nothing is written: it may be a password typed into the wrong field
            add_line(connection, self._clock.now(), row.display_name, Deed.SIGN_IN_FAILED)
        return SignIn(SignInKind.WRONG)

    def _begin(
        self, connection: Connection, person_id: str, hashed: str, code: str, name: str, address: str, browser: str
    ) -> SignIn:
        now = self._clock.now()
        row = connection.execute(select(STAFF_PERSON).where(STAFF_PERSON.c.id == person_id).with_for_update()).one()
        step = self._step_of(row.totp_secret, code, now, row.totp_step) if row.totp_secret else row.totp_step
        if row.disabled_at is not None or row.password_hash != hashed or step is None:  # changed meanwhile, or wrong
            return self._failed(connection, row)
        _update(connection, person_id, totp_step=step)
        self._tries.succeeded(connection, name, address)
        token = begin_session(connection, person_id, browser, now)
        add_line(connection, now, row.display_name, Deed.SIGNED_IN)
        log.info("signed_in", person=person_id[:8])
        return SignIn(SignInKind.IN, token, person_of(row))

    def _end(self, connection: Connection, person: Person, session_id: str, deed: Deed, by: str) -> bool:
        now = self._clock.now()
        ended = end_session(connection, person.id, session_id, now)
        if ended:
            add_line(connection, now, by, deed, person.name)
        return ended

    def _end_all(self, connection: Connection, person: Person, by: str, keep: str) -> int:
        now = self._clock.now()
        ended = end_sessions(connection, person.id, now, keep)
        if ended:
            add_line(connection, now, by, Deed.SESSION_REVOKED, person.name)
        return ended

    def _set_password(self, connection: Connection, session: Session, hashed: str) -> None:
        now, person = self._clock.now(), session.person
        _update(connection, person.id, password_hash=hashed, must_change=False)
        end_sessions(connection, person.id, now, session.id)
        add_line(connection, now, person.display_name, Deed.PASSWORD_CHANGED, person.name)

    def _begin_totp(self, connection: Connection, person_id: str) -> str:
        row = connection.execute(select(STAFF_PERSON).where(STAFF_PERSON.c.id == person_id).with_for_update()).one()
        secret = self._seal.open(row.totp_wanted) if row.totp_wanted else new_secret()
        _update(connection, person_id, totp_wanted=self._seal.seal(secret))
        return secret

    def _confirm_totp(self, connection: Connection, person: Person, code: str) -> None:
        now = self._clock.now()
        row = connection.execute(select(STAFF_PERSON).where(STAFF_PERSON.c.id == person.id).with_for_update()).one()
        step = self._step_of(row.totp_wanted, code, now, 0) if row.totp_wanted else None
        if step is None:
            raise _refused(StaffFault.CODE_WRONG)
        _update(connection, person.id, totp_secret=row.totp_wanted, totp_wanted="", totp_step=step)
        add_line(connection, now, person.display_name, Deed.TOTP_ON, person.name)

    def _step_of(self, stored: str, code: str, now: datetime, after: int) -> int | None:
        """As `step_of`; with another key than it was sealed with no code is right."""
        try:
            return step_of(self._seal.open(stored), code, now, after)
        except SealBrokenError as error:
            log.fault("totp_sealed_with_another_key", error)
            return None

    def _end_totp(self, connection: Connection, person: Person) -> None:
        _update(connection, person.id, totp_secret="", totp_wanted="")
        add_line(connection, self._clock.now(), person.display_name, Deed.TOTP_OFF, person.name)


def _update(connection: Connection, person_id: str, **values: Any) -> None:
    connection.execute(update(STAFF_PERSON).where(STAFF_PERSON.c.id == person_id).values(**values))


def _refused(fault: StaffFault) -> StaffRefusedError:
    return StaffRefusedError(fault=fault.value)
