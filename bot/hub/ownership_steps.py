"""The steps of handing over inside a transaction. `bot.hub.ownership` runs them, and tells who listens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bot.desk.hiding import hidden_words
from bot.handoff.mentions import add_mentions
from bot.handoff.models import (
    SYSTEM,
    Asked,
    Deed,
    HandoffFault,
    Officer,
    Outcome,
    Request,
    RequestState,
    Summary,
    Trigger,
)
from bot.handoff.presence import unit_for
from bot.handoff.rows import add_event, add_note, begin_request, find_open
from bot.handoff.tables import HANDOFF_REQUEST
from bot.handoff.words import wait_text
from bot.hub.conversations import add_messages, find_by_client_id, find_conversation, last_words, sign_message
from bot.hub.handing import STOP_WAITING, Buttons, change, keep, pass_to, refuse_step, take, tell
from bot.hub.held_answers import let_all_go
from bot.hub.models import AUTHOR, Answerer, Conversation, Draft, Message, Role
from bot.hub.offer_steps import NO_OFFER, OfferSteps, Stepped, demand, holder
from bot.hub.units import note_unit

LONGEST_SNOOZE = timedelta(days=7)
TYPING_TIME = timedelta(seconds=8)
WAITING_BUTTONS: Buttons = (("stop_waiting", STOP_WAITING),)


class NobodyWaits(Exception):
    """There is nothing to stop."""


class Steps(OfferSteps):
    """Every step; each raises `HandoffStepError` where somebody was faster, or it is not theirs to take."""

    def ask_within(
        self, connection: Connection, conversation: Conversation, asked: Asked, now: datetime
    ) -> Request | None:
        """As `ask`, inside somebody's transaction."""
        open_one = find_open(connection, conversation.id)
        if open_one is not None:
            return open_one
        unit = unit_for(connection, asked.unit, now)
        if conversation.status is not Answerer.ASSISTANT or not self.queue.desk_of(connection, unit).takes(
            asked.urgent
        ):
            return None
        let_all_go(connection, conversation, now)
        pass_to(connection, conversation, Answerer.WAITING, now)
        note_unit(connection, conversation.id, asked.unit)
        placed = Asked(asked.trigger, unit, asked.summary, asked.urgent)
        request = begin_request(connection, conversation.id, conversation.channel, placed, now)
        add_event(connection, request.id, Deed.ASKED, now, code=asked.trigger.value)
        return request

    def ask(self, connection: Connection, conversation_id: str, asked: Asked) -> Request | None:
        conversation = find_conversation(connection, conversation_id)
        if conversation is None or conversation.erased:
            return None
        return self.ask_within(connection, conversation, asked, self._clock.now())

    def stop_waiting(self, connection: Connection, conversation_id: str, said: tuple[str, str] | None) -> Stepped:
        request, now = find_open(connection, conversation_id), self._clock.now()
        conversation = find_conversation(connection, conversation_id)
        if request is None or conversation is None or request.state is not RequestState.WAITING:
            raise NobodyWaits
        pass_to(connection, conversation, Answerer.ASSISTANT, now)
        closed = change(connection, request, **ended(request, Outcome.CANCELLED, "", now))
        add_event(connection, request.id, Deed.CANCELLED, now)
        if said is None:
            return Stepped(closed)
        client_id, words = said
        (message,) = add_messages(connection, conversation_id, Role.CITIZEN, (Draft({"text": words}),), now)
        message = sign_message(connection, message, client_id)
        return Stepped(closed, (message, tell(connection, conversation_id, "cancelled", now)))

    def step_in(self, connection: Connection, conversation_id: str, officer: Officer, reason: str) -> Stepped:
        conversation, now = find_conversation(connection, conversation_id), self._clock.now()
        if conversation is None or conversation.erased:
            raise refuse_step(HandoffFault.GONE)
        if find_open(connection, conversation_id) is not None:
            raise refuse_step(HandoffFault.OPEN)
        if not officer.serves(conversation.unit):
            raise refuse_step(HandoffFault.OTHER_UNIT)
        pass_to(connection, conversation, Answerer.OFFICER, now)
        summary = Summary(asked=hidden_words(last_words(connection, conversation_id)))
        asked = Asked(Trigger.OFFICER, conversation.unit, summary)
        held = {"state": RequestState.HELD.value, **holder(officer), "claimed_at": now}
        request = begin_request(connection, conversation_id, conversation.channel, asked, now, **held)
        add_event(connection, request.id, Deed.STEPPED_IN, now, officer, words=reason)
        return Stepped(request, (tell(connection, conversation_id, "stepped_in", now, officer=officer.name),))

    def claim(self, connection: Connection, request_id: str, officer: Officer) -> Stepped:
        conversation, request = take(connection, request_id)
        now = self._clock.now()
        if request.state is RequestState.HELD:
            raise refuse_step(HandoffFault.TAKEN)
        demand(request, RequestState.WAITING)
        if not officer.serves(request.unit):
            raise refuse_step(HandoffFault.OTHER_UNIT)
        pass_to(connection, conversation, Answerer.OFFICER, now)
        waited = {} if request.claimed_at else {"waited_seconds": int((now - request.asked_at).total_seconds())}
        values = {"state": RequestState.HELD.value, **holder(officer), **waited, "claimed_at": now}
        claimed = change(connection, request, **values, officer_spoke_at=None)
        add_event(connection, request.id, Deed.CLAIMED, now, officer)
        return Stepped(claimed, (tell(connection, conversation.id, "claimed", now, officer=officer.name),))

    def release(self, connection: Connection, request_id: str, officer: Officer, reason: str) -> Stepped:
        conversation, request = self._mine(connection, request_id, officer)
        return self.back_to_queue(connection, conversation, request, Deed.RELEASED, officer, reason)

    def back_to_queue(
        self,
        connection: Connection,
        conversation: Conversation,
        request: Request,
        deed: Deed,
        officer: Officer = SYSTEM,
        reason: str = "",
    ) -> Stepped:
        """Have a held conversation wait again, in the place of its age; inside somebody's transaction."""
        now = self._clock.now()
        pass_to(connection, conversation, Answerer.WAITING, now)
        values = {"state": RequestState.WAITING.value, "officer_id": "", "officer_name": "", "told_late_at": None}
        waiting = change(connection, request, **values, **NO_OFFER, snoozed_until=None)
        add_event(connection, request.id, deed, now, officer, words=reason)
        return Stepped(waiting, (self.tell_place(connection, waiting, deed.value, now),))

    def reply(
        self,
        connection: Connection,
        request_id: str,
        officer: Officer,
        client_id: str,
        text: str,
        more: dict[str, Any],
    ) -> Stepped:
        conversation, _ = take(connection, request_id)
        signed, now = f"o:{client_id}"[:64], self._clock.now()
        keep(connection, conversation, now)  # the row's lock: of the same reply sent twice at once, the second sees it
        conversation, request = take(connection, request_id)
        known = find_by_client_id(connection, conversation.id, signed)
        if known is not None:  # stored before, whatever has become of the request since
            return Stepped(request, (known,))
        conversation, request = self._mine(connection, request_id, officer)
        draft = Draft({**more, "text": text, AUTHOR: officer.name})
        (message,) = add_messages(connection, conversation.id, Role.OFFICER, (draft,), now)
        message = sign_message(connection, message, signed)
        first = {} if request.first_reply_at else {"first_reply_at": now}
        replied = change(connection, request, officer_spoke_at=now, snoozed_until=None, typing_until=None, **first)
        add_event(connection, request.id, Deed.REPLIED, now, officer, seq=message.seq)
        return Stepped(replied, (message,))

    def note(
        self, connection: Connection, request_id: str, officer: Officer, text: str, mentions: tuple[str, ...]
    ) -> Stepped:
        _, request = take(connection, request_id)
        now = self._clock.now()
        add_event(connection, request.id, Deed.NOTED, now, officer)
        note_id = add_note(connection, request.id, now, officer, text, mentions)
        add_mentions(connection, note_id, request.id, mentions, now)
        return Stepped(request)

    def type(self, connection: Connection, request_id: str, officer: Officer) -> str | None:
        of = HANDOFF_REQUEST.c
        mine = (of.id == request_id, of.officer_id == officer.id, of.state == RequestState.HELD.value)
        typing = update(HANDOFF_REQUEST).where(*mine).values(typing_until=self._clock.now() + TYPING_TIME)
        if connection.execute(typing).rowcount == 0:
            return None
        return take(connection, request_id)[0].id

    def snooze(self, connection: Connection, request_id: str, officer: Officer, until: datetime) -> Stepped:
        conversation, request = self._mine(connection, request_id, officer)
        now = self._clock.now()
        if not now < until <= now + LONGEST_SNOOZE:
            raise refuse_step(HandoffFault.PAST)
        keep(connection, conversation, now)
        snoozed = change(connection, request, snoozed_until=until)
        add_event(connection, request.id, Deed.SNOOZED, now, officer)
        return Stepped(snoozed)

    def close(
        self, connection: Connection, request_id: str, officer: Officer, outcome: Outcome, reason: str, key: str
    ) -> Stepped:
        conversation, request = self._mine(connection, request_id, officer)
        now = self._clock.now()
        pass_to(connection, conversation, Answerer.ASSISTANT, now)
        closed = change(connection, request, **ended(request, outcome, reason, now))
        deed = Deed.GIVEN_BACK if outcome is Outcome.GIVEN_BACK else Deed.CLOSED
        add_event(connection, request.id, deed, now, officer, code=outcome.value)
        return Stepped(closed, (tell(connection, conversation.id, key, now),))

    def reopen(self, connection: Connection, request_id: str, officer: Officer) -> Stepped:
        conversation, request = take(connection, request_id)
        now = self._clock.now()
        if request.is_open or find_open(connection, conversation.id) is not None:
            raise refuse_step(HandoffFault.OPEN)
        if not officer.serves(request.unit):
            raise refuse_step(HandoffFault.OTHER_UNIT)
        pass_to(connection, conversation, Answerer.OFFICER, now)
        values: dict[str, Any] = {
            "state": RequestState.HELD.value,
            "open_key": conversation.id,
            "outcome": "",
            "reason": "",
        }
        values |= {**holder(officer), **NO_OFFER, "claimed_at": now, "closed_at": None, "officer_spoke_at": None}
        reopened = change(connection, request, **values)
        add_event(connection, request.id, Deed.REOPENED, now, officer)
        return Stepped(reopened, (tell(connection, conversation.id, "reopened", now, officer=officer.name),))

    def tell_place(self, connection: Connection, request: Request, key: str, now: datetime) -> Message:
        standing = self.queue.standing_of(connection, request)
        facts = {"place": standing.place, "wait": wait_text(standing.minutes)}
        return tell(connection, request.conversation_id, key, now, WAITING_BUTTONS, **facts)


def ended(request: Request, outcome: Outcome, reason: str, now: datetime) -> dict[str, Any]:
    values = {"state": RequestState.CLOSED.value, "open_key": request.id, "closed_at": now, **NO_OFFER}
    return values | {"outcome": outcome.value, "reason": reason, "snoozed_until": None, "typing_until": None}
