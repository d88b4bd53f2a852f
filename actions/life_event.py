"""An event of life that touches several procedures: the list in order, the linked electronic one first."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.choices import choice_buttons, empty_answer, offered_slots, offers_of, read_records
from bot.ops.outcomes import Outcome
from bot.services import Services, default_services
from knowledge import blocks
from knowledge.facts import Fact
from knowledge.journeys import journey
from knowledge.search.life_events import event_named


class ActionTellLifeEvent(Action):
    """Lists what is to be done, in order, with a line on what each is for."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return "action_tell_life_event"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        message = tracker.latest_message or {}
        told = (message.get("several") or {}).get("event") or {}
        event = event_named(str(told.get("name")))
        services = self._services or default_services()
        records = await read_records(services, event.codes if event else ())
        if event is None or not records:
            said = {"answer": empty_answer(Outcome.CLARIFIED_SUBJECT)}
            dispatcher.utter_message(response="utter_procedure__no_subject", custom=said)
            return []
        parts = journey(event, records)
        offers = offers_of(records)
        codes = [offer.code for offer in offers]
        answer = {**empty_answer(Outcome.ANSWERED_LIFE_EVENT, code=codes[0]), "procedure_codes": codes}
        dispatcher.utter_message(
            text=blocks.to_text(parts),
            buttons=choice_buttons(offers),
            json_message={"answer": answer, "blocks": blocks.to_json(parts)},
        )
        asked = [Fact(fact) for fact in message.get("facts") or [] if not told.get("asks_all")]
        return offered_slots(codes, asked, likely=codes[0], asked=False)
