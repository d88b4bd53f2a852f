"""Procedures set side by side: those that the message names, else those just offered or spoken of."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.choices import choice_buttons, empty_answer, offered_slots, offers_of, read_records
from actions.procedure import ActionAnswerProcedure, remembered
from bot.nlu.turn import Memory
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.services import Services, default_services
from knowledge import blocks
from knowledge.contrasting import contrast, within
from knowledge.models import Procedure

_FEWEST, _MOST = 2, 3


class ActionCompareProcedures(Action):
    """Says what each is for and where their records differ; nothing that is not in the records."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return "action_compare_procedures"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        services = self._services or default_services()
        named = ((tracker.latest_message or {}).get("several") or {}).get("compared") or {}
        terms = named.get("terms") or []
        records = await read_records(services, _with_context(named.get("codes") or [], terms, remembered(tracker)))
        if terms and len(records) < _FEWEST and len(terms) < _FEWEST:  # one subject, and nothing to set it beside
            return await ActionAnswerProcedure(services).run(dispatcher, tracker, domain)
        if len(records) < _FEWEST and not (records and terms):
            said = {"answer": empty_answer(Outcome.CLARIFIED_SUBJECT)}
            dispatcher.utter_message(response="utter_comparison__which", custom=said)
            return []
        return self._say(dispatcher, services, records, terms)

    def _say(
        self, dispatcher: CollectingDispatcher, services: Services, records: list[Procedure], terms: list[str]
    ) -> list[EventType]:
        day, stale_after = city_date(services.clock.now()), services.settings.catalogue.stale_after_days
        side_by_side = len(records) >= _FEWEST
        parts = contrast(records, day, stale_after) if side_by_side else within(records[0], terms, day, stale_after)
        offers = offers_of(records)
        only = None if side_by_side else records[0].code
        answer = {
            **empty_answer(Outcome.ANSWERED_COMPARISON, code=only),
            "procedure_codes": [record.code for record in records],
        }
        dispatcher.utter_message(
            text=blocks.to_text(parts),
            buttons=choice_buttons(offers),
            json_message={"answer": answer, "blocks": blocks.to_json(parts)},
        )
        return offered_slots([offer.code for offer in offers], (), likely=offers[0].code, asked=False)


def _with_context(codes: list[str], terms: list[str], memory: Memory) -> list[str]:
    """Return the codes to compare: those named; one named beside the procedure at hand; or those spoken of before."""
    if not codes:
        return _spoken_of(memory)
    at_hand = memory.active_code or memory.likely
    return [at_hand, *codes] if len(terms) == 1 and at_hand else codes[:_MOST]


def _spoken_of(memory: Memory) -> list[str]:
    """What "hai cái đó" means: the procedures offered last, else the last two that were answered."""
    if len(memory.listed) >= _FEWEST:
        return list(memory.listed)[:_MOST]
    return list(dict.fromkeys(reversed(memory.history)))[:_FEWEST]
