"""A person is wanted: what will be passed on and a yes first, then the queue; or a call back where nobody is there.

The request itself is made by the hub, in the transaction that stores this reply (`custom.handoff`,
bot/hub/handoff_effects.py): nobody is told of a place that is not on disk.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import handoff_contact as contact
from actions.handoff_talk import (
    NAME,
    WAITING,
    HandoffTalk,
    Step,
    Waiting,
    button,
    choice,
    lines_of,
    wait_for,
    wait_for_nothing,
)
from actions.petition_talk import typed
from actions.procedure import ActionAnswerProcedure
from actions.switching import say_off, when_off
from bot.errors import StoreDownError
from bot.handoff.models import DeskState, Trigger
from bot.handoff.words import handoff_wording, means, next_text, wait_text
from bot.nlu.open_question import OPEN_QUESTION, read_open_question
from bot.nlu.replies import NO, YES, Choice, Wish, read_reply
from bot.ops.outcomes import Outcome
from bot.services import Services, default_services
from bot.staff.models import Feature

REQUEST, ACCEPT, DECLINE = "request_human", "accept_human", "decline_human"
PATIENCE = 1
"""Replies in a row that are none, after which a question is left."""


class ActionHandOver(Action):
    """Takes every turn about reaching a person."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return NAME

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        services = self._services or default_services()
        talk = HandoffTalk(services, dispatcher, tracker, Waiting.of(tracker))
        try:
            return await self._answer(talk, domain)
        except StoreDownError:  # logged where it was met; what was asked stays asked, so it can be said again
            talk.say("down", Outcome.ERROR_HANDOFF)
            return []

    async def _answer(self, talk: HandoffTalk, domain: dict[str, Any]) -> list[EventType]:
        intent = str(((talk.tracker.latest_message or {}).get("intent") or {}).get("name"))
        beside = intent in (DECLINE, contact.CANCEL) or _is_beside(talk.tracker, intent)
        if not (beside or _is_of_danger(talk)) and (off := await when_off(talk.services, Feature.HANDOFF)) is not None:
            say_off(talk.dispatcher, off)
            return wait_for_nothing()
        if intent == ACCEPT:
            return await _hand_over(talk)
        if intent == DECLINE:
            return _declined(talk)
        if intent in contact.INTENTS:
            return await contact.press(talk, intent)
        if not _asked_by_us(talk.tracker) or intent == REQUEST:
            return await _request(talk)
        if _is_beside(talk.tracker, intent):
            events = await ActionAnswerProcedure(talk.services).run(talk.dispatcher, talk.tracker, domain)
            return [*events, SlotSet(WAITING, None), SlotSet(OPEN_QUESTION, None)]
        if talk.waiting.step is Step.CONSENT:
            return await _consent(talk)
        return await contact.reply(talk)


async def _request(talk: HandoffTalk) -> list[EventType]:
    text, pressed = typed(talk.tracker), _trigger(talk.tracker)
    desk = await talk.desk.queue.desk(talk.unit)
    if talk.waiting.step is Step.CONSENT and not pressed and _asked_by_us(talk.tracker):
        return await _hand_over(talk)  # "gặp đi" after "anh/chị đồng ý chuyển không ạ?"
    if means(text, "call"):
        return await contact.begin(talk)
    if means(text, "number"):
        return _hotline(talk, desk)
    taken = desk.takes(urgent=pressed == Trigger.SENSITIVE.value)
    return await _ask_consent(talk, desk, pressed) if taken else _nobody(talk, desk)


def _hotline(talk: HandoffTalk, desk: DeskState) -> list[EventType]:
    buttons = [button("person", REQUEST)] if desk.takes() else [button("contact", "leave_contact")]
    talk.say("hotline_open" if desk.open else "hotline", Outcome.HANDED_OFF_HOTLINE, buttons, hours=desk.hours)
    return wait_for_nothing()


def _nobody(talk: HandoffTalk, desk: DeskState) -> list[EventType]:
    buttons = [button("contact", "leave_contact"), button("go_on", DECLINE)]
    if desk.open:
        talk.say("full", Outcome.HANDED_OFF_NOBODY, buttons)
        return wait_for_nothing()
    moment = "nobody" if desk.on_duty else "out_of_hours"
    following = next_text(desk, talk.desk.clock.now())
    note = f" {desk.note}" if desk.note else ""
    talk.say(moment, Outcome.HANDED_OFF_NOBODY, buttons, hours=desk.hours, next=following, note=note)
    return wait_for_nothing()


async def _ask_consent(talk: HandoffTalk, desk: DeskState, trigger: str) -> list[EventType]:
    figures, say = await talk.desk.queue.figures(desk.unit), handoff_wording()
    minutes = None if figures.likely is None else max(1, round(figures.likely / 60))
    key = "ahead" if figures.waiting else "nobody_ahead"
    ahead = say(f"asked.{key}", count=figures.waiting, wait=wait_text(minutes))
    lines = "\n".join(f"• {line}" for line in lines_of(await talk.summary()))
    talk.say("ask_consent", Outcome.CLARIFIED_HANDOFF, _consent_buttons(), ahead=ahead, lines=lines)
    return wait_for(Step.CONSENT, _consent_choices(), trigger=trigger)


async def _consent(talk: HandoffTalk) -> list[EventType]:
    reading = read_reply(str((talk.tracker.latest_message or {}).get("text") or ""), _consent_choices())
    if reading.option == YES:
        return await _hand_over(talk)
    if reading.option == NO or reading.wish is Wish.STOP or talk.waiting.missed >= PATIENCE:
        return _declined(talk)
    talk.say("ask_consent_again", Outcome.CLARIFIED_HANDOFF, _consent_buttons())
    return wait_for(Step.CONSENT, _consent_choices(), trigger=talk.waiting.trigger, missed=talk.waiting.missed + 1)


async def _hand_over(talk: HandoffTalk) -> list[EventType]:
    wanted = {"trigger": talk.waiting.trigger or "asked", "unit": talk.unit, **asdict(await talk.summary())}
    wanted["urgent"] = wanted["trigger"] == "sensitive"
    talk.say("sent", Outcome.HANDED_OFF_OFFICER, more={"handoff": wanted})
    return wait_for_nothing()


def _declined(talk: HandoffTalk) -> list[EventType]:
    talk.say("declined", Outcome.ANSWERED_HANDOFF)
    return wait_for_nothing()


def _consent_buttons() -> list[dict[str, str]]:
    return [button("agree", ACCEPT), button("refuse", DECLINE)]


def _consent_choices() -> tuple[Choice, ...]:
    return choice(YES, "agree"), choice(NO, "refuse")


def _asked_by_us(tracker: Tracker) -> bool:
    opened = read_open_question(tracker.get_slot(OPEN_QUESTION))
    return opened is not None and opened.action == NAME


def _is_of_danger(talk: HandoffTalk) -> bool:
    """Say whether an officer was offered for the sake of danger: that depends on no switch."""
    return Trigger.SENSITIVE.value in (_trigger(talk.tracker), talk.waiting.trigger)


def _is_beside(tracker: Tracker, intent: str) -> bool:
    """Say whether a procedure is asked about while we wait for something else."""
    return intent == "ask_procedure" and _asked_by_us(tracker) and _is_clear(tracker)


def _is_clear(tracker: Tracker) -> bool:
    return ((tracker.latest_message or {}).get("procedure_link") or {}).get("certainty") == "clear"


def _trigger(tracker: Tracker) -> str:
    """Return why an officer was offered, where the button under such an offer was pressed."""
    entities = (tracker.latest_message or {}).get("entities") or []
    return next((str(one.get("value")) for one in entities if one.get("entity") == "handoff_trigger"), "")
