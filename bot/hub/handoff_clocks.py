"""What time brings about in handing over: offers end, what was put aside comes back, nobody is left waiting unheard.

Each request is looked at in a transaction of its own, by the same compare-and-set as every other step: what an officer
or the citizen has just changed is left as it is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from bot.handoff.models import SYSTEM, Deed, Outcome, Request, RequestState
from bot.handoff.rows import add_event, request_of
from bot.handoff.tables import HANDOFF_REQUEST
from bot.handoff.words import next_text
from bot.hub.handing import LEAVE_CONTACT, STOP_WAITING, WAIT_ON, Buttons, change, keep, pass_to, take, tell
from bot.hub.models import Answerer
from bot.hub.offer_steps import NO_OFFER, Stepped
from bot.hub.ownership import Care, Ownership
from bot.hub.ownership_steps import ended
from bot.ops.clock import Clock

MOST = 200
LATE_BUTTONS: Buttons = (("wait_on", WAIT_ON), ("contact", LEAVE_CONTACT), ("stop_waiting", STOP_WAITING))

_OF = HANDOFF_REQUEST.c


class HandoffClocks:
    """Looks at all open requests; may be broken off anywhere and goes on at its next run."""

    def __init__(self, ownership: Ownership, clock: Clock) -> None:
        self._ownership, self._clock = ownership, clock

    async def look(self) -> dict[str, int]:
        """Do what is due; return how often each thing was done."""
        now, tuned = self._clock.now(), await self._ownership.read(self._ownership.queue.tuning.read)
        waiting, held = _is(RequestState.WAITING), _is(RequestState.HELD)
        told = or_(_OF.told_late_at.is_(None), _OF.told_late_at <= now - tuned.late_again)
        return {
            "offers": await self._each(and_(held, _OF.offer_until <= now), self._end_offer),
            "woken": await self._each(and_(held, _OF.snoozed_until <= now), self._wake),
            "taken_back": await self._each(and_(held, _silent(now, tuned.silent)), self._take_back),
            "abandoned": await self._each(and_(waiting, _OF.waiting_since <= now - tuned.abandoned), self._abandon),
            "late": await self._each(and_(waiting, _OF.waiting_since <= now - tuned.late, told), self._tell_late),
        }

    async def _each(self, which: ColumnElement[bool], care: Care) -> int:
        query = select(HANDOFF_REQUEST).where(which).order_by(_OF.waiting_since).limit(MOST)
        found = await self._ownership.read(lambda connection: [request_of(row) for row in connection.execute(query)])
        done = 0
        for request in found:
            done += await self._ownership.care(care, request.id)
        return done

    def _end_offer(self, connection: Connection, request_id: str) -> Stepped | None:
        conversation, request = take(connection, request_id)
        now = self._clock.now()
        if not request.offered_to or request.offer_until is None or request.offer_until > now:
            return None
        keep(connection, conversation, now)
        changed = change(connection, request, **NO_OFFER)
        add_event(connection, request.id, Deed.OFFER_LAPSED, now, SYSTEM, code="time")
        return Stepped(changed)

    def _wake(self, connection: Connection, request_id: str) -> Stepped | None:
        conversation, request = take(connection, request_id)
        now = self._clock.now()
        if request.snoozed_until is None or request.snoozed_until > now:
            return None
        keep(connection, conversation, now)
        changed = change(connection, request, snoozed_until=None)
        add_event(connection, request.id, Deed.WOKEN, now, SYSTEM, code="time")
        return Stepped(changed)

    def _take_back(self, connection: Connection, request_id: str) -> Stepped | None:
        conversation, request = take(connection, request_id)
        silent = self._ownership.queue.tuning.read(connection).silent
        if request.state is not RequestState.HELD or not _is_silent(request, self._clock.now(), silent):
            return None
        return self._ownership.steps.back_to_queue(connection, conversation, request, Deed.TAKEN_BACK)

    def _abandon(self, connection: Connection, request_id: str) -> Stepped | None:
        conversation, request = take(connection, request_id)
        now = self._clock.now()
        if request.state is not RequestState.WAITING:
            return None
        pass_to(connection, conversation, Answerer.ASSISTANT, now)
        changed = change(connection, request, **ended(request, Outcome.NOBODY_CAME, "", now))
        add_event(connection, request.id, Deed.CLOSED, now, SYSTEM, code=Outcome.NOBODY_CAME.value)
        return Stepped(changed, (tell(connection, conversation.id, "nobody_came", now),))

    def _tell_late(self, connection: Connection, request_id: str) -> Stepped | None:
        conversation, request = take(connection, request_id)
        now = self._clock.now()
        if request.state is not RequestState.WAITING:
            return None
        keep(connection, conversation, now)
        changed = change(connection, request, told_late_at=now)
        add_event(connection, request.id, Deed.TOLD_LATE, now)
        queue = self._ownership.queue
        desk = queue.desk_of(connection, request.unit)
        if desk.open:
            place = queue.standing_of(connection, changed).place
            said = tell(connection, conversation.id, "late", now, LATE_BUTTONS, place=place)
        else:
            said = tell(connection, conversation.id, "nobody_left", now, LATE_BUTTONS, next=next_text(desk, now))
        return Stepped(changed, (said,))


def _is(state: RequestState) -> ColumnElement[bool]:
    return _OF.state == state.value


def _silent(now: datetime, silent: timedelta) -> ColumnElement[bool]:
    """A citizen has waited for the officer's word for long; decided by `_is_silent`, which this only narrows down."""
    asleep = and_(_OF.snoozed_until.isnot(None), _OF.snoozed_until > now)
    unheard = or_(_OF.officer_spoke_at.is_(None), _OF.citizen_spoke_at > _OF.officer_spoke_at)
    return and_(~asleep, _OF.claimed_at <= now - silent, unheard)


def _is_silent(request: Request, now: datetime, silent: timedelta) -> bool:
    asleep = request.snoozed_until is not None and request.snoozed_until > now
    if asleep or request.claimed_at is None:
        return False
    since = [request.claimed_at]
    if request.officer_spoke_at is not None:
        if request.citizen_spoke_at is None or request.citizen_spoke_at <= request.officer_spoke_at:
            return False
        since.append(request.citizen_spoke_at)
    return max(since) <= now - silent
