"""What an answer of the assistant brings about: a conversation goes into the queue, or an officer is offered.

It happens in the transaction that stores the answer: the place in the queue that a citizen reads is the one on disk,
and a turn that Rasa is asked for twice asks for an officer once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from bot.handoff.contact_rows import unlink_contacts
from bot.handoff.mentions import erase_mentions
from bot.handoff.models import CITY_UNIT, Asked, Deed, Outcome, Request, RequestState, Summary, Trigger
from bot.handoff.rows import add_event, change_request, find_open
from bot.handoff.tables import HANDOFF_NOTE, HANDOFF_REQUEST
from bot.handoff.words import handoff_wording, next_text, wait_text
from bot.hub.handing import LEAVE_CONTACT, REQUEST_HUMAN, told
from bot.hub.models import Draft, Role, Turn
from bot.hub.ownership_steps import WAITING_BUTTONS, Steps
from bot.hub.tables import CONVERSATION, MESSAGE
from bot.ops.outcomes import Outcome as TurnOutcome
from bot.staff.models import Feature
from bot.staff.switches import Switches
from bot.tuning.reading import Tuning

HANDOFF = "handoff"
"""Key of Rasa's custom objects: `{"handoff": {"trigger": …, "unit": …, "procedure_code": …, "urgent": false}}`; the
names beside `trigger`, `unit` and `urgent` are those of `Summary`."""
OFFER = "offer"
"""Key of a message's content: `handoff` where it asks whether an officer is wanted, so that a typed yes is one."""
OFFERED_BY = "offered_by"
DECLINE = "/decline_human"
_NOT_UNDERSTOOD = {TurnOutcome.UNANSWERED_NOT_UNDERSTOOD.value, TurnOutcome.UNANSWERED_NO_MATCH.value}
_SENSITIVE = {
    TurnOutcome.ANSWERED_VIOLENCE.value,
    TurnOutcome.ANSWERED_DISTRESS.value,
    TurnOutcome.ANSWERED_SCAM.value,
    TurnOutcome.REFUSED_COMPLAINT.value,
}
_SUMMARY = tuple(Summary.__dataclass_fields__)
Along = Callable[[Connection, Turn, tuple[Draft, ...], datetime], tuple[Draft, ...]]


class HandoffEffects:
    """Stored along with answers, after what `before` stores."""

    def __init__(self, steps: Steps, before: Along, switches: Switches | None = None) -> None:
        """switches: by which officers can be switched off; danger is handed over all the same."""
        self._steps, self._before, self._switches = steps, before, switches

    def __call__(
        self, connection: Connection, turn: Turn, drafts: tuple[Draft, ...], at: datetime
    ) -> tuple[Draft, ...]:
        """Do what the drafts bring about; return them as they are to be stored."""
        drafts = self._before(connection, turn, drafts, at)
        if any(HANDOFF in draft.effects for draft in drafts):
            return tuple(self._handed(connection, turn, draft, at) for draft in drafts)
        return self._with_offer(connection, turn, drafts)

    def _handed(self, connection: Connection, turn: Turn, draft: Draft, at: datetime) -> Draft:
        wanted = draft.effects.get(HANDOFF)
        if not isinstance(wanted, Mapping):
            return draft
        off = self._off(connection, asked_of(wanted).trigger)
        if off is not None:
            answer = {**(draft.content.get("answer") or {}), "outcome": TurnOutcome.REFUSED_SWITCHED_OFF.value}
            return replace(draft, content={**draft.content, "text": off, "answer": answer})
        request = self._steps.ask_within(connection, turn.conversation, asked_of(wanted), at)
        said = (
            self._nobody(connection, asked_of(wanted).unit, at)
            if request is None
            else self._waiting(connection, request)
        )
        return replace(said, content={**draft.content, **said.content})

    def _waiting(self, connection: Connection, request: Request) -> Draft:
        standing = self._steps.queue.standing_of(connection, request)
        return told("waiting", WAITING_BUTTONS, place=standing.place, wait=wait_text(standing.minutes))

    def _nobody(self, connection: Connection, unit: str, at: datetime) -> Draft:
        desk = self._steps.queue.desk_of(connection, unit)
        buttons = (("contact", LEAVE_CONTACT), ("go_on", DECLINE))
        if desk.open:
            return told("full", buttons)
        note = f" {desk.note}" if desk.note else ""
        return told("nobody", buttons, hours=desk.hours, next=next_text(desk, at), note=note)

    def _with_offer(self, connection: Connection, turn: Turn, drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
        """Offer an officer by rule, where one is there."""
        queue = self._steps.queue
        trigger = _rule(connection, turn, drafts, queue.tuning)
        urgent = trigger is Trigger.SENSITIVE
        if trigger is None or not queue.desk_of(connection, CITY_UNIT).takes(urgent):
            return drafts
        if self._off(connection, trigger) is not None:
            return drafts
        return (*drafts, offer_draft(trigger))

    def _off(self, connection: Connection, trigger: Trigger) -> str | None:
        if self._switches is None or trigger is Trigger.SENSITIVE:
            return None
        return self._switches.off_within(connection, Feature.HANDOFF)


def offer_draft(trigger: Trigger) -> Draft:
    """The question whether an officer is wanted."""
    wanted = f'{REQUEST_HUMAN}{{"handoff_trigger": "{trigger.value}"}}'
    draft = told(f"offer_{trigger.value}", (("person", wanted), ("go_on", DECLINE)))
    return replace(draft, content={**draft.content, OFFER: HANDOFF, OFFERED_BY: trigger.value})


def was_offered(connection: Connection, conversation_id: str, trigger: Trigger) -> bool:
    """Say whether a rule has offered an officer in this conversation before."""
    mine = (MESSAGE.c.conversation_id == conversation_id, MESSAGE.c.role != Role.CITIZEN.value)
    contents = connection.execute(select(MESSAGE.c.content).where(*mine))
    return any(row.content.get(OFFERED_BY) == trigger.value for row in contents)


def offered_reply(last_answer: Mapping[str, Any] | None, text: str) -> str | None:
    """What Rasa is told in place of a typed yes or no to the question whether an officer is wanted; None otherwise."""
    if not last_answer or last_answer.get(OFFER) != HANDOFF:
        return None
    words = _plain(text)
    if words in _phrases("yes_words"):
        return f'{REQUEST_HUMAN}{{"handoff_trigger": "{last_answer.get(OFFERED_BY)}"}}'
    return DECLINE if words in _phrases("no_words") else None


def stops_waiting(text: str) -> bool:
    """Say whether words are the same as the button under a place in the queue."""
    return _plain(text) in _phrases("stop_words")


def asked_of(wanted: Mapping[str, Any]) -> Asked:
    """Return what a custom object asks for; unknown values count as none."""
    triggers = {one.value for one in Trigger}
    trigger = Trigger(wanted["trigger"]) if wanted.get("trigger") in triggers else Trigger.ASKED
    summary = Summary(**{name: str(wanted.get(name) or "") for name in _SUMMARY})
    return Asked(trigger, str(wanted.get("unit") or CITY_UNIT)[:8], summary, bool(wanted.get("urgent")))


def erase_handoff(connection: Connection, conversation_id: str, at: datetime) -> None:
    """Forget an erased conversation: an open request ends, what officers read and wrote about it goes."""
    open_one = find_open(connection, conversation_id)
    if open_one is not None:
        ended = {"state": RequestState.CLOSED.value, "open_key": open_one.id, "closed_at": at}
        change_request(connection, open_one, **ended, outcome=Outcome.ERASED.value)
        add_event(connection, open_one.id, Deed.ERASED, at)
    mine = HANDOFF_REQUEST.c.conversation_id == conversation_id
    requests = select(HANDOFF_REQUEST.c.id).where(mine)
    erase_mentions(connection, requests)
    connection.execute(delete(HANDOFF_NOTE).where(HANDOFF_NOTE.c.request_id.in_(requests)))
    connection.execute(update(HANDOFF_REQUEST).where(mine).values(summary={}, reason=""))
    sender = select(CONVERSATION.c.rasa_sender).where(CONVERSATION.c.id == conversation_id)
    unlink_contacts(connection, str(connection.execute(sender).scalar()))


def _rule(connection: Connection, turn: Turn, drafts: tuple[Draft, ...], tuning: Tuning) -> Trigger | None:
    """Most answers fit no rule, and then nobody asks which rules are on."""
    outcomes = {_outcome(draft.content) for draft in drafts}
    if not outcomes & (_SENSITIVE | _NOT_UNDERSTOOD):
        return None
    tuned = tuning.read(connection)
    if tuned.rule_sensitive and outcomes & _SENSITIVE:
        return Trigger.SENSITIVE
    missed = tuned.rule_not_understood and outcomes & _NOT_UNDERSTOOD
    if missed and _outcome_before(connection, turn) in _NOT_UNDERSTOOD:
        return Trigger.NOT_UNDERSTOOD
    return None


def _outcome_before(connection: Connection, turn: Turn) -> str:
    """Return how the turn before ended; an offer that was made since then is no turn."""
    mine = (MESSAGE.c.conversation_id == turn.conversation.id, MESSAGE.c.seq < turn.seq)
    spoken = (MESSAGE.c.role.in_((Role.ASSISTANT.value, Role.OFFICER.value)),)
    query = select(MESSAGE.c.content).where(*mine, *spoken).order_by(MESSAGE.c.seq.desc()).limit(1)
    content = connection.execute(query).scalar() or {}
    return "" if content.get(OFFER) else _outcome(content)


def _outcome(content: Mapping[str, Any]) -> str:
    answer = content.get("answer")
    return str(answer.get("outcome")) if isinstance(answer, Mapping) else ""


def _plain(text: str) -> str:
    return " ".join(text.lower().strip(" .!?,").split())


def _phrases(name: str) -> tuple[str, ...]:
    return handoff_wording().list(f"{name}.words")
