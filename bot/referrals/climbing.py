"""What time does to requests: those that nobody takes climb, and end honestly; drafts and hashes are forgotten.

Every run does only what is due on that day, so running twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, update
from sqlalchemy.engine import Connection

from bot.ops.clock import Clock, city_date
from bot.referrals.models import DAYS_WITH, Level, Referral, ReferralState
from bot.referrals.rows import BY_JOB, OPEN_STATES, add_event, add_word, change, find_all, is_due, move
from bot.referrals.tables import REFERRAL
from bot.referrals.teams import Teams
from bot.store.engine import Database
from knowledge.working_days import Calendar

DRAFT_KEPT = timedelta(days=1)
PERSON_KEPT = timedelta(days=30)
"""So long after the end may the conversation still say whether help came."""


class ReferralClock:
    """The work of the daily job."""

    def __init__(self, database: Callable[[], Database], clock: Clock, calendar: Calendar, teams: Teams) -> None:
        self._database, self._clock, self._calendar, self._teams = database, clock, calendar, teams

    async def climb(self) -> dict[str, int]:
        """Hand on what is overdue; return how many climbed and how many ended."""
        return await self._database().write(self._climb)

    async def forget(self) -> dict[str, int]:
        """Delete drafts of yesterday, and hashes of people whose request is long over."""
        return await self._database().write(self._forget)

    async def gone(self, senders: list[str]) -> int:
        """Take back what erased conversations have asked for, and delete their drafts."""
        return await self._database().write(self._gone, senders) if senders else 0

    def _climb(self, connection: Connection) -> dict[str, int]:
        climbed = expired = 0
        for one in find_all(connection, is_due(city_date(self._clock.now()))):
            if one.level is Level.CITY:
                expired += self._expire(connection, one)
            else:
                climbed += self._hand_on(connection, one)
        return {"climbed": climbed, "expired": expired}

    def _hand_on(self, connection: Connection, one: Referral) -> int:
        now, level = self._clock.now(), Level(one.level.value + 1)
        queue = self._teams.queue(one.commune_code, level)
        if queue.key == self._teams.queue(one.commune_code, Level.CITY).key:
            level = Level.CITY  # a team that is no longer in the file leaves no head of a unit behind
        due_on = self._calendar.add(city_date(now), DAYS_WITH[level]).day
        if not change(connection, one, {"level": level.value, "queue": queue.key, "due_on": due_on}):
            return 0
        add_event(connection, one.id, "climbed", BY_JOB, now, f"to {level.name.lower()}")
        content = {"reference": one.reference, "team": queue.name}
        add_word(connection, one, f"climbed:{one.id}:{one.opened}:{level.value}", "climbed", content, now)
        return 1

    def _expire(self, connection: Connection, one: Referral) -> int:
        now = self._clock.now()
        if not move(connection, one, ReferralState.EXPIRED, BY_JOB, now, "nobody took it"):
            return 0
        key = f"expired:{one.id}:{one.opened}:{one.level.value}"
        add_word(connection, one, key, "expired", {"reference": one.reference}, now)
        return 1

    def _forget(self, connection: Connection) -> dict[str, int]:
        now = self._clock.now()
        old = and_(REFERRAL.c.state == ReferralState.DRAFT.value, REFERRAL.c.begun_at < now - DRAFT_KEPT)
        drafts = connection.execute(delete(REFERRAL).where(old)).rowcount
        over = and_(REFERRAL.c.closed_at < now - PERSON_KEPT, REFERRAL.c.person != "")
        people = connection.execute(update(REFERRAL).where(over).values(person="")).rowcount
        return {"drafts": int(drafts), "people": int(people)}

    def _gone(self, connection: Connection, senders: list[str]) -> int:
        return take_back_of(connection, senders, self._clock.now())


def take_back_of(connection: Connection, senders: list[str], now: datetime) -> int:
    """Take back what conversations have asked for, and delete their drafts; within a transaction."""
    theirs = REFERRAL.c.sender.in_(senders)
    draft = REFERRAL.c.state == ReferralState.DRAFT.value
    count = int(connection.execute(delete(REFERRAL).where(theirs, draft)).rowcount)
    for one in find_all(connection, theirs, REFERRAL.c.state.in_(OPEN_STATES)):
        count += move(connection, one, ReferralState.CANCELLED, BY_JOB, now, "conversation erased")
    return count
