"""Passing a talk on to a colleague, inside a transaction; and what all steps of handing over begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from bot.handoff.models import Deed, HandoffFault, Officer, Request, RequestState
from bot.handoff.presence import present_for
from bot.handoff.queue import Queue
from bot.handoff.rows import add_event
from bot.hub.handing import change, keep, pass_to, refuse_step, take, tell
from bot.hub.models import Answerer, Conversation, Message
from bot.ops.clock import Clock

NO_OFFER: dict[str, Any] = {"offered_to": "", "offered_to_name": "", "offer_until": None}


@dataclass(frozen=True)
class Stepped:
    """What a step has made: the request as it stands, and the messages that were stored."""

    request: Request
    messages: tuple[Message, ...] = ()


class OfferSteps:
    """Each raises `HandoffStepError` where it is not theirs to take."""

    def __init__(self, clock: Clock, queue: Queue) -> None:
        self._clock, self.queue = clock, queue

    def offer(self, connection: Connection, request_id: str, officer: Officer, to: Officer, reason: str) -> Stepped:
        conversation, request = self._mine(connection, request_id, officer)
        now = self._clock.now()
        if to.id == officer.id:
            raise refuse_step(HandoffFault.TO_YOURSELF)
        if request.offered_to and request.offer_until and request.offer_until > now:
            raise refuse_step(HandoffFault.OFFERED)
        if all(one.id != to.id for one in present_for(connection, request.unit, now)):
            raise refuse_step(HandoffFault.RECEIVER_AWAY)
        keep(connection, conversation, now)
        until = now + self.queue.tuning.read(connection).offer_time
        values = {"offered_to": to.id, "offered_to_name": to.name, "offer_until": until}
        offered = change(connection, request, **values)
        add_event(connection, request.id, Deed.OFFERED, now, officer, words=reason)
        return Stepped(offered)

    def end_offer(self, connection: Connection, request_id: str, officer: Officer, code: str) -> Stepped:
        conversation, request = self._mine(connection, request_id, officer)
        if not request.offered_to:
            raise refuse_step(HandoffFault.NO_OFFER)
        now = self._clock.now()
        keep(connection, conversation, now)
        changed = change(connection, request, **NO_OFFER)
        add_event(connection, request.id, Deed.OFFER_LAPSED, now, officer, code=code)
        return Stepped(changed)

    def accept(self, connection: Connection, request_id: str, officer: Officer) -> Stepped:
        conversation, request = self._offered(connection, request_id, officer)
        now = self._clock.now()
        pass_to(connection, conversation, Answerer.OFFICER, now)
        values: dict[str, Any] = {
            **holder(officer),
            **NO_OFFER,
            "claimed_at": now,
            "officer_spoke_at": None,
            "snoozed_until": None,
        }
        accepted = change(connection, request, **values)
        add_event(connection, request.id, Deed.ACCEPTED, now, officer)
        return Stepped(accepted, (tell(connection, conversation.id, "accepted", now, officer=officer.name),))

    def decline(self, connection: Connection, request_id: str, officer: Officer, reason: str) -> Stepped:
        conversation, request = self._offered(connection, request_id, officer)
        now = self._clock.now()
        keep(connection, conversation, now)
        declined = change(connection, request, **NO_OFFER)
        add_event(connection, request.id, Deed.DECLINED, now, officer, words=reason)
        return Stepped(declined)

    def _mine(self, connection: Connection, request_id: str, officer: Officer) -> tuple[Conversation, Request]:
        conversation, request = take(connection, request_id)
        demand(request, RequestState.HELD)
        if request.officer_id != officer.id:
            raise refuse_step(HandoffFault.NOT_YOURS)
        return conversation, request

    def _offered(self, connection: Connection, request_id: str, officer: Officer) -> tuple[Conversation, Request]:
        conversation, request = take(connection, request_id)
        demand(request, RequestState.HELD)
        over = request.offer_until is None or request.offer_until <= self._clock.now()
        if request.offered_to != officer.id or over:
            raise refuse_step(HandoffFault.NO_OFFER)
        return conversation, request


def holder(officer: Officer) -> dict[str, str]:
    return {"officer_id": officer.id, "officer_name": officer.name}


def demand(request: Request, state: RequestState) -> None:
    if not request.is_open:
        raise refuse_step(HandoffFault.CLOSED)
    if request.state is not state:
        raise refuse_step(HandoffFault.NOT_YOURS)
