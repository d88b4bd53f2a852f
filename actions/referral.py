"""Help by the community digital team: what it is, a request with consent, what became of it (R-16, R-17)."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import referral_asking as asking
from actions import referral_sending as sending
from actions.place_slots import commune_slots
from actions.procedure import ActionAnswerProcedure
from actions.referral_places import where_and_when
from actions.referral_talk import NAME, WAITING, ReferralTalk, button, wait_for_nothing
from actions.switching import say_off, when_off
from bot.errors import StoreDownError
from bot.nlu.open_question import OPEN_QUESTION, read_open_question
from bot.nlu.referral_fields import Field
from bot.nlu.referral_turn import (
    PATIENCE,
    ReferralStep,
    ReferralStepKind,
    ReferralTurn,
    plan_referral_turn,
    read_referral_turn,
)
from bot.ops.outcomes import Outcome
from bot.ops.screening.masking import mask
from bot.services import Services, default_services
from bot.staff.models import Feature
from knowledge.places import unit

_KIND = ReferralStepKind


class ActionReferToTeam(Action):
    """Takes every turn about help by the digital team."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return NAME

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        services = self._services or default_services()
        try:
            talk = await self._talk(services, dispatcher, tracker)
            return await self._carry_out(talk, plan_referral_turn(talk.turn), domain)
        except StoreDownError:  # logged where it was met; the open question stays, so it can be said again
            blank = ReferralTalk(services, dispatcher, tracker, ReferralTurn(""))
            blank.say("store_down", Outcome.ERROR_REFERRAL, [button("person", "request_human")])
            return []

    async def _talk(self, services: Services, dispatcher: CollectingDispatcher, tracker: Tracker) -> ReferralTalk:
        opened = read_open_question(tracker.get_slot(OPEN_QUESTION))
        choices = opened.choices if opened is not None and opened.action == NAME else None
        requests, sender = services.referrals.requests, str(tracker.sender_id)
        message = tracker.latest_message or {}
        intent = (message.get("intent") or {}).get("name")
        needs_store = choices is not None or intent != "ask_digital_help"
        draft = await requests.draft(sender) if needs_store else None
        latest = await requests.latest(sender) if needs_store else None
        turn = read_referral_turn(message, tracker.slots, choices, draft, latest)
        return ReferralTalk(services, dispatcher, tracker, turn)

    async def _carry_out(self, talk: ReferralTalk, step: ReferralStep, domain: dict[str, Any]) -> list[EventType]:
        kind, draft = step.kind, talk.turn.draft
        off = await when_off(talk.services, Feature.REFERRALS) if _is_new(kind, draft is not None) else None
        if off is not None and kind is not _KIND.DIGRESS:
            return await _put_aside(talk, step, off)
        if kind is _KIND.INFORM:
            return inform(talk)
        if kind is _KIND.ASK_CONSENT:
            return asking.ask_consent(talk)
        if kind is _KIND.AGREE:
            begun = await talk.referrals.requests.begin(talk.sender, talk.about(), talk.commune())
            return asking.ask_next(talk, begun)
        if kind is _KIND.REFUSE:
            talk.say("refused", Outcome.ANSWERED_REFERRAL, [button("guides", "ask_how_to")])
            return wait_for_nothing()
        if kind is _KIND.DIGRESS and draft is not None:
            events = await ActionAnswerProcedure(self._services).run(talk.dispatcher, talk.tracker, domain)
            if off is None:
                talk.say("reminder", Outcome.CLARIFIED_REFERRAL, [button("resume", "request_referral")])
            return events
        if draft is not None and kind in _ON_DRAFT:
            return await _on_draft(talk, step)
        return await sending.carry_out(talk, step)


_ON_DRAFT = {_KIND.ASK, _KIND.FILL, _KIND.WHICH_WARD, _KIND.OUTSIDE, _KIND.CHANGES, _KIND.PAUSE, _KIND.NOT_UNDERSTOOD}


_NEW = {
    _KIND.ASK_CONSENT,
    _KIND.AGREE,
    _KIND.ASK,
    _KIND.FILL,
    _KIND.WHICH_WARD,
    _KIND.OUTSIDE,
    _KIND.CHANGES,
}
"""What makes a new request. What was sent can be looked at, taken back and told of; a draft can be thrown away."""


def _is_new(kind: ReferralStepKind, writing: bool) -> bool:
    """Say whether a step goes on with a request that is not sent. writing: there is such a draft."""
    return kind in _NEW or (writing and kind in (_KIND.SEND, _KIND.NOT_UNDERSTOOD, _KIND.DIGRESS))


async def _put_aside(talk: ReferralTalk, step: ReferralStep, sentence: str) -> list[EventType]:
    """While requests are switched off: what was told is kept, also with this message, and that is said."""
    draft = talk.turn.draft
    if draft is not None and step.kind is _KIND.FILL and any((step.values or {}).values()):
        await talk.referrals.requests.fill(talk.sender, _masked(step.values or {}))
    say_off(talk.dispatcher, sentence, kept=Feature.REFERRALS if draft is not None else None)
    return wait_for_nothing()


async def _on_draft(talk: ReferralTalk, step: ReferralStep) -> list[EventType]:
    """What happens to a request that is being written."""
    draft, kind = talk.turn.draft, step.kind
    assert draft is not None  # noqa: S101 - the caller saw to it
    if kind is _KIND.FILL:
        filled = await talk.referrals.requests.fill(talk.sender, _masked(step.values or {}))
        forgotten = commune_slots(None) if (step.values or {}).get("commune_code") == "" else []
        return [*forgotten, *(asking.ask_next(talk, filled) if filled else sending.gone(talk))]
    if kind is _KIND.WHICH_WARD:
        return asking.which_ward(talk, step.candidates, step.former, step.said)
    if kind is _KIND.OUTSIDE:
        return asking.outside(talk, step.former)
    if kind is _KIND.CHANGES:
        return asking.changes(talk, draft)
    if kind is _KIND.PAUSE:
        buttons = [button("resume", "request_referral"), button("discard", "cancel_referral")]
        talk.say("paused", Outcome.CLARIFIED_REFERRAL, buttons)
        return wait_for_nothing()
    if kind is _KIND.NOT_UNDERSTOOD:
        return await _not_understood(talk, step)
    return asking.ask_next(talk, draft)


async def _not_understood(talk: ReferralTalk, step: ReferralStep) -> list[EventType]:
    """Ask again in other words; the second time leave out what can be left out, or put the request aside."""
    draft, missed = talk.turn.draft, talk.turn.missed + 1
    assert draft is not None  # noqa: S101 - the caller saw to it
    if missed < PATIENCE:
        return asking.ask_next(talk, draft, missed, again=step.field is not Field.CONFIRM)
    if step.field is Field.NEIGHBOURHOOD:
        filled = await talk.referrals.requests.fill(talk.sender, {"neighbourhood": ""})
        return asking.ask_next(talk, filled) if filled else sending.gone(talk)
    return await _on_draft(talk, ReferralStep(_KIND.PAUSE))


def inform(talk: ReferralTalk) -> list[EventType]:
    """What the team helps with and what not, where and when as far as it is verified, and what never to give."""
    buttons = [
        button("request", "request_referral"),
        button("guides", "ask_how_to"),
        button("person", "request_human"),
    ]
    commune = talk.commune()
    talk.say("inform", Outcome.ANSWERED_DIGITAL_HELP, buttons, where=where_and_when(commune, talk.today))
    told = commune_slots(unit(commune)) if commune else []
    return [*told, SlotSet(WAITING, None)]


def _masked(values: dict[str, Any] | Any) -> dict[str, Any]:
    """Free words go into the store without numbers that nobody asked for."""
    free = ("neighbourhood", "about")
    return {name: mask(value).text if name in free and value else value for name, value in dict(values).items()}
