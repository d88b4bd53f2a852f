"""Questions on the catalogue: which procedure, which facts, and the answer from the record."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.pace import ActionReadOn, is_read_on
from actions.presenting import present
from bot.nlu.turn import Step, StepKind, join_case, plan_turn, read_turn
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.services import Services, default_services
from knowledge.answers import Answer, answer
from knowledge.dossier_cases import ALL_CASES
from knowledge.errors import CatalogueError, ProcedureUnknownError
from knowledge.facts import Fact, next_facts
from knowledge.formatting import short_title
from knowledge.models import Procedure
from knowledge.offering import Offer, differences_text, told_apart
from knowledge.wording import load_wording

logger = logging.getLogger(__name__)

PROCEDURE_CODE = "procedure_code"
OFFERED = "procedure__offered"
PENDING_FACTS = "procedure__facts"
LAST_FACTS = "procedure__last_facts"

_SAID = {
    StepKind.NO_SUBJECT: ("utter_procedure__no_subject", Outcome.CLARIFIED_SUBJECT),
    StepKind.NOTHING_NEAR: ("utter_procedure__nothing_near", Outcome.UNANSWERED_NO_MATCH),
    StepKind.NOT_UNDERSTOOD: ("utter_fallback__not_understood", Outcome.UNANSWERED_NOT_UNDERSTOOD),
    StepKind.OUT_OF_RANGE: ("utter_procedure__choice_out_of_range", Outcome.CLARIFIED_CHOICE),
}


class ActionAnswerProcedure(Action):
    """Answers, asks which procedure, or says that nothing fits; never from anything but the record."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return "action_answer_procedure"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = read_turn(
            tracker.latest_message or {},
            active_code=tracker.get_slot(PROCEDURE_CODE) or "",
            offered=tuple(tracker.get_slot(OFFERED) or ()),
            pending=_facts(tracker, PENDING_FACTS),
            last=_facts(tracker, LAST_FACTS),
        )
        if is_read_on(tracker):
            return await ActionReadOn().run(dispatcher, tracker, domain)
        step = plan_turn(turn)
        if step.kind is StepKind.ANSWER:
            return await self._answer(dispatcher, tracker, step)
        if step.kind is StepKind.WHICH_FACT:
            return self._ask_fact(dispatcher)
        if step.kind in (StepKind.WHICH, StepKind.NEAREST):
            return await self._offer(dispatcher, step)
        response, outcome = _SAID[step.kind]
        dispatcher.utter_message(
            response=response, count=len(turn.offered), custom={"answer": _empty(outcome, step.facts)}
        )
        return [SlotSet(PENDING_FACTS, [fact.value for fact in step.facts])] if step.facts else []

    def _ask_fact(self, dispatcher: CollectingDispatcher) -> list[EventType]:
        said = {"answer": _empty(Outcome.CLARIFIED_SUBJECT, ())}
        dispatcher.utter_message(response="utter_procedure__which_fact", buttons=_fact_buttons(()), custom=said)
        return []

    async def _offer(self, dispatcher: CollectingDispatcher, step: Step) -> list[EventType]:
        """Offer procedures by button, told apart, numbered so that a typed number chooses too."""
        which = step.kind is StepKind.WHICH
        records = await asyncio.to_thread(self._read, [code for code, _ in step.offers])
        offers = told_apart([Offer(code, short_title(title)) for code, title in step.offers], records)
        buttons = [
            {"title": f"{place}. {offer.name}", "payload": f'/choose_procedure{{"procedure_code":"{offer.code}"}}'}
            for place, offer in enumerate(offers, start=1)
        ]
        outcome = Outcome.CLARIFIED_CHOICE if which else Outcome.UNANSWERED_NO_MATCH
        dispatcher.utter_message(
            response="utter_procedure__which" if which else "utter_procedure__no_match",
            differences=differences_text(offers) if which else "",
            buttons=buttons,
            custom={"answer": _empty(outcome, step.facts)},
        )
        return [
            SlotSet(OFFERED, [offer.code for offer in offers]),
            SlotSet(PENDING_FACTS, [fact.value for fact in step.facts]),
        ]

    def _read(self, codes: list[str]) -> list[Procedure]:
        """Return the records that can be read: an offer is made without what sets it apart rather than not at all."""
        catalogue = (self._services or default_services()).catalogue
        found = []
        for code in codes:
            with suppress(CatalogueError):
                found.append(catalogue.get(code))
        return found

    async def _answer(self, dispatcher: CollectingDispatcher, tracker: Tracker, step: Step) -> list[EventType]:
        services = self._services or default_services()
        try:
            record = await asyncio.to_thread(services.catalogue.get, step.code)
        except ProcedureUnknownError:
            said = {"answer": _empty(Outcome.UNANSWERED_UNKNOWN_CODE, step.facts)}
            dispatcher.utter_message(response="utter_procedure__unknown_code", code=step.code, custom=said)
            return []
        except CatalogueError:
            logger.exception("catalogue unreadable")
            said = {"answer": _empty(Outcome.ERROR_CATALOGUE, step.facts)}
            dispatcher.utter_message(response="utter_procedure__catalogue_down", custom=said)
            return []
        reply = answer(
            record,
            step.facts,
            today=city_date(services.clock.now()),
            stale_after_days=services.settings.catalogue.stale_after_days,
            asked_code=step.code,
            case_id=step.case_id,
        )
        buttons = [*_checklist_button(reply), *(_case_buttons(reply) or _fact_buttons(reply.facts))]
        said = reply.payload(Outcome.ANSWERED_PROCEDURE.value)
        events = present(dispatcher, tracker, reply.blocks, buttons, said)
        offered = [join_case(record.code, case.id) for case in reply.cases] or None
        pending = [fact.value for fact in reply.facts] if offered else None
        return [
            *events,
            SlotSet(PROCEDURE_CODE, record.code),
            SlotSet(OFFERED, offered),
            SlotSet(PENDING_FACTS, pending),
            SlotSet(LAST_FACTS, [fact.value for fact in reply.facts]),
        ]


def _facts(tracker: Tracker, slot: str) -> tuple[Fact, ...]:
    return tuple(Fact(value) for value in tracker.get_slot(slot) or ())


def _checklist_button(reply: Answer) -> list[dict[str, str]]:
    """The list for this person, first of all, where papers were asked for and the record knows what decides."""
    if Fact.DOCUMENTS not in reply.facts or not reply.procedure.guide:
        return []
    payload = f'/start_checklist{{"procedure_code":"{reply.procedure.code}"}}'
    return [{"title": load_wording()("checklist_buttons.start"), "payload": payload}]


def _case_buttons(reply: Answer) -> list[dict[str, str]]:
    """One button a case of a long dossier, numbered as in the text, and one for all."""
    if not reply.cases:
        return []
    titles = [(case.id, f"{place}. {short_title(case.case)}") for place, case in enumerate(reply.cases, start=1)]
    titles.append((ALL_CASES, load_wording()("documents.all_cases")))
    return [
        {"title": title, "payload": f'/ask_fact{{"fact":"documents","dossier_case":"{case_id}"}}'}
        for case_id, title in titles
    ]


def _fact_buttons(answered: tuple[Fact, ...]) -> list[dict[str, str]]:
    say = load_wording()
    return [
        {"title": say(f"buttons.{fact.value}"), "payload": f'/ask_fact{{"fact":"{fact.value}"}}'}
        for fact in next_facts(answered)
    ]


def _empty(outcome: Outcome, facts: tuple[Fact, ...]) -> dict[str, Any]:
    return {"outcome": outcome.value, "procedure_code": None, "fields": [fact.value for fact in facts]}
