"""A petition that waits: offered again after a greeting or an emergency, and kept when the conversation begins anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, EventType, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.petition_talk import BEGUN, DRAFT, LODGED, answer, button, remember, typed, writing_of
from actions.switching import when_off
from bot.nlu import petition_reading as reading
from bot.nlu.petition_draft import Item, Writing
from bot.ops.outcomes import Outcome
from bot.ops.screening.denunciations import is_denunciation
from bot.services import Services, default_services
from bot.staff.models import Feature

_KEPT = (DRAFT, BEGUN, LODGED)
_AFTER = {
    "report_corruption": ("kept_after_accusation", Outcome.REFUSED_DENUNCIATION),
    "share_credentials": ("kept", Outcome.REFUSED_CREDENTIALS),
    "report_emergency": ("kept", Outcome.ANSWERED_EMERGENCY),
    "report_violence": ("kept", Outcome.ANSWERED_VIOLENCE),
    "express_distress": ("kept", Outcome.ANSWERED_DISTRESS),
    "report_scam": ("kept", Outcome.ANSWERED_SCAM),
    "greet": ("kept_greeting", Outcome.ANSWERED_SMALLTALK),
}
"""How the turn ends is still what came first: what must not stay written down depends on it."""


class ActionOfferPetition(Action):
    """Says that what was begun is kept, and how to go on; a tale of danger is taken over as the urgent content."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return "action_offer_petition"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        writing = writing_of(tracker)
        if writing is None:
            return remember(None)
        intent = str(((tracker.latest_message or {}).get("intent") or {}).get("name"))
        moment, outcome = _AFTER.get(intent, ("kept", Outcome.UNANSWERED_NOT_UNDERSTOOD))
        if intent == "report_emergency":
            writing = _with_danger(writing, typed(tracker))
        if is_denunciation(writing.content):
            writing = replace(writing, content="")
        if await when_off(self._services or default_services(), Feature.PETITIONS) is not None:
            return remember(writing, closed=True)  # kept, but nobody is invited to what does not go
        buttons = [
            button("resume", reading.RESUME, writing.key),
            button("cancel_sure", "cancel_sure", writing.key),
        ]
        dispatcher.utter_message(response=f"utter_petition__{moment}", buttons=buttons, custom=answer(outcome))
        return remember(writing, closed=True)


def _with_danger(writing: Writing, text: str) -> Writing:
    """What was told of a danger at the moment of asking what happened is the story, and urgent."""
    if writing.waiting != Item.CONTENT.value or writing.content or text.startswith("/"):
        return replace(writing, urgent=True)
    return replace(
        writing, content=reading.story_in(text), urgent=True, told_urgent=True, kind="behaviour", kind_sure=True
    )


class ActionSessionStart(Action):
    """After hours of silence all slots begin anew, except what a petition needs: it is gone on with tomorrow."""

    def name(self) -> str:
        return "action_session_start"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        kept = [SlotSet(name, tracker.get_slot(name)) for name in _KEPT if tracker.get_slot(name) is not None]
        return [SessionStarted(), *kept, ActionExecuted("action_listen")]
