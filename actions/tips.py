"""One tip at most a conversation, after something went well (R-30); the citizen and a setting can switch them off."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.ops.outcomes import Outcome
from bot.services import Services
from knowledge.how_to import Moment, Tip, tip_for

TIPS_OFF, TIP_TOLD = "tips__off", "tips__told"


async def tip_now(services: Services, tracker: Tracker, moment: Moment) -> Tip | None:
    """Return the tip that fits after `moment`; None where one was said, or none are wanted.

    It is said within the message that it follows: a message of its own would take that one's buttons away.
    """
    if tracker.get_slot(TIPS_OFF) or tracker.get_slot(TIP_TOLD):
        return None
    return tip_for(moment) if (await services.tuned()).tips else None


def told(tip: Tip | None) -> list[EventType]:
    """Return the slot that remembers a tip."""
    return [SlotSet(TIP_TOLD, tip.id)] if tip else []


def with_tip(text: str, tip: Tip | None) -> str:
    return f"{text}\n{tip.text}" if tip else text


class ActionStopTips(Action):
    """No more tips in this conversation."""

    def name(self) -> str:
        return "action_stop_tips"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        said: dict[str, Any] = {
            "answer": {"outcome": Outcome.ANSWERED_TIPS.value, "procedure_code": None, "fields": []}
        }
        dispatcher.utter_message(response="utter_how_to__tips_off", custom=said)
        return [SlotSet(TIPS_OFF, True)]
