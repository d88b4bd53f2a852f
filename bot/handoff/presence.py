"""Who of the officers is there. A sign of life that stops is the same as going away: nobody is counted on trust."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from bot.handoff.models import CITY_UNIT, Officer
from bot.handoff.tables import HANDOFF_PRESENCE
from bot.ops.clock import Clock
from bot.store.engine import Database
from bot.store.prepared import Prepared

LAPSE = timedelta(seconds=90)
"""Without a sign of life for so long somebody is not there; the console gives one every 30 seconds."""
KEPT = timedelta(days=1)
LONGEST_REASON = 120

_SEEN = HANDOFF_PRESENCE.c.seen_at
_SIGNS = Prepared(select(HANDOFF_PRESENCE).where(bindparam("the_earliest") <= _SEEN).order_by(HANDOFF_PRESENCE.c.name))
_BEAT = Prepared(
    update(HANDOFF_PRESENCE)
    .where(HANDOFF_PRESENCE.c.person_id == bindparam("the_person"))
    .values(seen_at=bindparam("the_now"))
)


@dataclass(frozen=True)
class Sign:
    """What is known of one officer. here: present, and heard of just now; lapsed: said present, but not heard of."""

    officer: Officer
    here: bool
    lapsed: bool
    reason: str
    since: datetime
    seen_at: datetime


class Presence:
    """Present, away with a reason, or not heard of any more."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def arrive(self, officer: Officer) -> None:
        """Somebody is there for the units of theirs."""
        await self._database().write(self._set, officer, True, "")

    async def leave(self, officer: Officer, reason: str = "") -> None:
        """Somebody takes no new conversation; what they hold stays theirs."""
        await self._database().write(self._set, officer, False, " ".join(reason.split())[:LONGEST_REASON])

    async def beat(self, officer_id: str) -> bool:
        """Give a sign of life; False where the person has never said that they are there."""
        return await self._database().write(self._beat, officer_id)

    async def all(self) -> list[Sign]:
        """Return everybody who was there within a day, those who are there first."""
        return await self._database().run(signs, self._clock.now())

    async def of(self, officer_id: str) -> Sign | None:
        """Return what is known of one person."""
        return next((one for one in await self.all() if one.officer.id == officer_id), None)

    async def forget(self) -> int:
        """Drop those who were not heard of for a day; return how many."""
        old = HANDOFF_PRESENCE.c.seen_at < self._clock.now() - KEPT
        return await self._database().write(lambda c: int(c.execute(delete(HANDOFF_PRESENCE).where(old)).rowcount))

    def _set(self, connection: Connection, officer: Officer, present: bool, reason: str) -> None:
        now = self._clock.now()
        mine = HANDOFF_PRESENCE.c.person_id == officer.id
        values = {"name": officer.name, "units": list(officer.units), "present": present, "reason": reason}
        known = connection.execute(select(HANDOFF_PRESENCE).where(mine)).first()
        if known is None:
            connection.execute(insert(HANDOFF_PRESENCE).values(**values, person_id=officer.id, since=now, seen_at=now))
            return
        same = known.present == present and known.reason == reason and known.seen_at >= now - LAPSE
        since = known.since if same else now
        connection.execute(update(HANDOFF_PRESENCE).where(mine).values(**values, since=since, seen_at=now))

    def _beat(self, connection: Connection, officer_id: str) -> bool:
        return bool(_BEAT.run(connection, the_person=officer_id, the_now=self._clock.now()))


def signs(connection: Connection, now: datetime) -> list[Sign]:
    """Return what is known of all officers at `now`."""
    found = []
    for row in _SIGNS.all(connection, the_earliest=now - KEPT):
        heard = row.seen_at >= now - LAPSE
        officer = Officer(row.person_id, row.name, tuple(row.units))
        found.append(
            Sign(officer, row.present and heard, row.present and not heard, row.reason, row.since, row.seen_at)
        )
    return sorted(found, key=lambda sign: not sign.here)


def present_for(connection: Connection, unit: str, now: datetime) -> list[Officer]:
    """Return the officers who are there for a unit: its own, and the city's."""
    return [sign.officer for sign in signs(connection, now) if sign.here and sign.officer.serves(unit)]


def unit_for(connection: Connection, wanted: str, now: datetime) -> str:
    """Return which queue a request goes to: the commune's where one of its own officers is there, else the city's."""
    own = any(wanted in sign.officer.units for sign in signs(connection, now) if sign.here)
    return wanted if own else CITY_UNIT
