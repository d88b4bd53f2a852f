"""The teams' side: what waits, who confirms, helps and closes; the console calls it too. Whoever looks is on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.engine import Connection

from bot.errors import ReferralRefusedError
from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog
from bot.referrals.models import DeclineReason, HelpOutcome, Referral, ReferralState, TimeWish
from bot.referrals.rows import OPEN_STATES, add_event, add_word, events_of, find_all, find_by, is_due, move
from bot.referrals.tables import REFERRAL
from bot.referrals.teams import Teams
from bot.store.engine import Database
from knowledge.how_to.linting import asks_for_secrets
from knowledge.working_days import Calendar

log = EventLog("referrals.desk")

DAYS_TO_HELP = 5
"""Working days between confirmation and the end; then the request climbs."""
_LONGEST_TOLD = 500
SEEN = "seen"


@dataclass(frozen=True)
class Listed:
    """What is asked for of the list. queue: its key; unit: a unit's code. overdue: only what is late."""

    queue: str = ""
    unit: str = ""
    overdue: bool = False
    states: tuple[str, ...] = field(default=OPEN_STATES)


class ReferralDesk:
    """Requests as those see them who help."""

    def __init__(self, database: Callable[[], Database], clock: Clock, calendar: Calendar, teams: Teams) -> None:
        self._database, self._clock, self._calendar = database, clock, calendar
        self.teams = teams

    async def listed(self, wanted: Listed, by: str) -> list[Referral]:
        """Return requests, the oldest first; that `by` has seen them is kept."""
        return await self._database().write(self._listed, wanted, _named(by))

    async def show(self, reference: str, by: str) -> tuple[Referral, list[tuple[datetime, str, str, str]]]:
        """Return one request and its history."""
        return await self._database().write(self._show, reference, _named(by))

    async def confirm(self, reference: str, by: str) -> Referral:
        """The team takes it on; the citizen is told."""
        now = self._clock.now()
        due_on = self._calendar.add(city_date(now), DAYS_TO_HELP).day
        return await self._step(reference, ReferralState.CONFIRMED, by, confirmed_at=now, due_on=due_on)

    async def help(self, reference: str, by: str) -> Referral:
        """The help begins."""
        now = self._clock.now()
        due_on = self._calendar.add(city_date(now), DAYS_TO_HELP).day
        return await self._step(reference, ReferralState.HELPING, by, helped_at=now, due_on=due_on)

    async def close(self, reference: str, by: str, outcome: HelpOutcome) -> Referral:
        """Help is over; what is personal is erased, and the citizen is asked whether it came."""
        return await self._step(reference, ReferralState.DONE, by, why=outcome.value, outcome=outcome.value)

    async def not_reached(self, reference: str, by: str) -> Referral:
        """Nobody could be reached."""
        return await self._step(reference, ReferralState.NOT_REACHED, by)

    async def decline(self, reference: str, by: str, reason: DeclineReason) -> Referral:
        """It is nothing that a team may help with."""
        return await self._step(reference, ReferralState.DECLINED, by, why=reason.value, outcome=reason.value)

    async def tell(self, reference: str, by: str, text: str) -> Referral:
        """Say something to the citizen in the chat: a time, a place. Refused where it asks for secrets or money."""
        said = " ".join(text.split())
        if not said or len(said) > _LONGEST_TOLD:
            raise ReferralRefusedError("length", reason="length")
        if asks_for_secrets(said) or "http" in said.lower():
            raise ReferralRefusedError("unsafe", reason="unsafe")
        return await self._database().write(self._tell, reference, _named(by), said)

    async def _step(self, reference: str, to: ReferralState, by: str, why: str = "", **values: Any) -> Referral:
        changed = await self._database().write(self._take_step, reference, to, _named(by), why, values)
        log.info("referral_step", referral=changed.id[:8], to=to.value)
        return changed

    def _take_step(
        self, connection: Connection, reference: str, to: ReferralState, by: str, why: str, values: dict[str, Any]
    ) -> Referral:
        one, now = _found(connection, reference), self._clock.now()
        queue = self.teams.queue(one.commune_code, one.level)
        content = {"reference": one.reference, "team": queue.name, "way": one.way.value if one.way else ""}
        content |= {"wish": one.wish.value if one.wish else "", "why": why, "id": one.id}
        if not move(connection, one, to, by, now, why, **values):
            raise ReferralRefusedError("state", reason="state", state=one.state.value)
        # The word is stored with the name of the conversation, which the request itself has just lost.
        add_word(connection, one, f"{to.value}:{one.id}:{one.opened}:{one.level.value}", to.value, content, now)
        return _found(connection, reference)

    def _tell(self, connection: Connection, reference: str, by: str, text: str) -> Referral:
        one, now = _found(connection, reference), self._clock.now()
        if not one.is_open:
            raise ReferralRefusedError("state", reason="state", state=one.state.value)
        content = {"reference": one.reference, "team": self.teams.queue(one.commune_code, one.level).name, "text": text}
        add_word(connection, one, f"told:{one.id}:{now.isoformat()}", "told", content, now)
        add_event(connection, one.id, "told", by, now)
        return one

    def _listed(self, connection: Connection, wanted: Listed, by: str) -> list[Referral]:
        conditions: list[Any] = [REFERRAL.c.state.in_(wanted.states)]
        if wanted.queue:
            conditions.append(REFERRAL.c.queue == wanted.queue)
        if wanted.unit:
            conditions.append(REFERRAL.c.commune_code == wanted.unit)
        if wanted.overdue:
            conditions.append(is_due(city_date(self._clock.now())))
        found = find_all(connection, *conditions)
        for one in found:
            add_event(connection, one.id, SEEN, by, self._clock.now())
        return found

    def _show(
        self, connection: Connection, reference: str, by: str
    ) -> tuple[Referral, list[tuple[datetime, str, str, str]]]:
        one = _found(connection, reference)
        add_event(connection, one.id, SEEN, by, self._clock.now())
        return one, events_of(connection, one.id)


def wish_order(one: Referral) -> int:
    """Order of a day's list: mornings first, what is for any time last."""
    return list(TimeWish).index(one.wish) if one.wish else len(TimeWish)


def is_late(one: Referral, today: date) -> bool:
    return one.is_open and one.due_on is not None and one.due_on < today


def _found(connection: Connection, reference: str) -> Referral:
    one = find_by(connection, REFERRAL.c.reference == reference)
    if one is None:
        raise ReferralRefusedError("unknown", reason="unknown")
    return one


def _named(by: str) -> str:
    if not by.strip():
        raise ReferralRefusedError("by", reason="by")
    return by.strip()[:80]
