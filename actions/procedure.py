"""Questions on the catalogue: which procedure, which facts, and the answer from the record."""

from __future__ import annotations

import logging
import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.choices import (
    HISTORY,
    LAST_FACTS,
    LIKELY,
    LISTED,
    OFFERED,
    PENDING_FACTS,
    PROCEDURE_CODE,
    choice_buttons,
    empty_answer,
    offered_slots,
    offers_of,
    read_record,
    read_records,
)
from actions.pace import ActionReadOn, is_read_on
from actions.place_slots import commune_of
from actions.presenting import present
from bot.nlu.story_words import STORY_OFFER
from bot.nlu.turn import Beside, Memory, Step, StepKind, asks_without_subject, join_case, plan_turn, read_turn
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.services import Services, default_services
from knowledge import blocks
from knowledge.answers import Answer, answer
from knowledge.dossier_cases import ALL_CASES
from knowledge.errors import CatalogueError, ProcedureUnknownError
from knowledge.facts import Fact, next_facts
from knowledge.formatting import short_title
from knowledge.offering import Offer, differences_text, told_apart
from knowledge.places.contacts import load_directory
from knowledge.places.where import before_source, where_blocks
from knowledge.topics import amount_topics, found
from knowledge.wording import load_wording

logger = logging.getLogger(__name__)

_MOST_REMEMBERED = 8
_AMOUNT = re.compile(r"\d\s*(?:đồng|đ\b|triệu|%)")

_SAID = {
    StepKind.NO_SUBJECT: ("utter_procedure__no_subject", Outcome.CLARIFIED_SUBJECT),
    StepKind.NOTHING_NEAR: ("utter_procedure__nothing_near", Outcome.UNANSWERED_NO_MATCH),
    StepKind.NOT_UNDERSTOOD: ("utter_fallback__not_understood", Outcome.UNANSWERED_NOT_UNDERSTOOD),
    StepKind.OUT_OF_RANGE: ("utter_procedure__choice_out_of_range", Outcome.CLARIFIED_CHOICE),
}


_REFUSED = {
    Outcome.REFUSED_COMPLAINT.value: "utter_petition__complaint_where",
    Outcome.REFUSED_DENUNCIATION.value: "utter_safety__denunciation_where",
}
"""What a question without a subject is about right after this was said: of it, and not of a procedure before it."""


class ActionAnswerProcedure(Action):
    """Answers, asks which procedure, or says that nothing fits; never from anything but the record."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return "action_answer_procedure"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if is_read_on(tracker):
            return await ActionReadOn().run(dispatcher, tracker, domain)
        events = await self._carry_out(dispatcher, tracker)
        if (tracker.latest_message or {}).get(STORY_OFFER) and not tracker.get_slot("petition__begun"):
            dispatcher.utter_message(response="utter_petition__offer_beside")
        return events

    async def tell(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, code: str, facts: tuple[Fact, ...]
    ) -> list[EventType]:
        """Answer these facts of a procedure that is certain, whatever the message reads like."""
        return await self._answer(dispatcher, tracker, Step(StepKind.ANSWER, facts, code), remembered(tracker))

    async def _carry_out(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        memory = remembered(tracker)
        turn = read_turn(tracker.latest_message or {}, memory)
        refused = _REFUSED.get(last_outcome(tracker), "") if asks_without_subject(turn) else ""
        if refused:
            dispatcher.utter_message(response=refused)
            return []
        step = plan_turn(turn)
        if step.kind is StepKind.ANSWER:
            return await self._answer(dispatcher, tracker, step, memory)
        if step.kind is StepKind.WHICH_FACT:
            return self._ask_fact(dispatcher)
        if step.kind in (StepKind.WHICH, StepKind.NEAREST):
            return await self._offer(dispatcher, step)
        response, outcome = _SAID[step.kind]
        dispatcher.utter_message(
            response=response,
            count=len(turn.offered or turn.listed),
            custom={"answer": empty_answer(outcome, step.facts)},
        )
        return [SlotSet(PENDING_FACTS, [fact.value for fact in step.facts])] if step.facts else []

    def _ask_fact(self, dispatcher: CollectingDispatcher) -> list[EventType]:
        said = {"answer": empty_answer(Outcome.CLARIFIED_SUBJECT, ())}
        dispatcher.utter_message(response="utter_procedure__which_fact", buttons=_fact_buttons(()), custom=said)
        return []

    async def _offer(self, dispatcher: CollectingDispatcher, step: Step) -> list[EventType]:
        """Offer procedures by button, told apart, numbered so that a typed number chooses too."""
        which = step.kind is StepKind.WHICH
        records = await read_records(self._services or default_services(), [code for code, _ in step.offers])
        titles = {record.code: record.title for record in records}
        named = [Offer(code, short_title(title or titles.get(code, code))) for code, title in step.offers]
        offers = told_apart(named, records)
        outcome = Outcome.CLARIFIED_CHOICE if which else Outcome.UNANSWERED_NO_MATCH
        dispatcher.utter_message(
            response="utter_procedure__which" if which else "utter_procedure__no_match",
            differences=differences_text(offers) if which else "",
            buttons=choice_buttons(offers),
            custom={"answer": empty_answer(outcome, step.facts)},
        )
        return offered_slots([offer.code for offer in offers], step.facts, offers[0].code if which else "")

    async def _answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, step: Step, memory: Memory
    ) -> list[EventType]:
        services = self._services or default_services()
        try:
            record = await read_record(services, step.code)
        except ProcedureUnknownError:
            said = {"answer": empty_answer(Outcome.UNANSWERED_UNKNOWN_CODE, step.facts)}
            dispatcher.utter_message(response="utter_procedure__unknown_code", code=step.code, custom=said)
            return []
        except CatalogueError:
            logger.exception("catalogue unreadable")
            said = {"answer": empty_answer(Outcome.ERROR_CATALOGUE, step.facts)}
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
        also = offers_of(await read_records(services, step.also))
        listed = list(memory.listed) if step.beside is Beside.CHOICE else [offer.code for offer in also]
        parts, buttons = with_others(reply, also, step.beside, listed)
        if Fact.PLACE in reply.facts:
            today = city_date(services.clock.now())
            here = where_blocks(record, commune_of(tracker), load_directory(), today, load_wording())
            parts = before_source(parts, here)
        asked = str((tracker.latest_message or {}).get("text") or "")
        parts = before_source(parts, amount_notes(reply, asked))
        events = present(dispatcher, tracker, parts, buttons, reply.payload(Outcome.ANSWERED_PROCEDURE.value))
        return [*events, *self._remember(reply, listed if also else [], memory)]

    def _remember(self, reply: Answer, also: list[str], memory: Memory) -> list[EventType]:
        """A case of a long dossier is chosen by number before a procedure offered beside the answer."""
        code = reply.procedure.code
        cases = [join_case(code, case.id) for case in reply.cases]
        facts = [fact.value for fact in reply.facts]
        listed = also or ([] if code not in memory.listed else list(memory.listed))
        history = [*memory.history, code] if memory.history[-1:] != (code,) else list(memory.history)
        return [
            SlotSet(PROCEDURE_CODE, code),
            SlotSet(OFFERED, cases or None),
            SlotSet(LISTED, listed or None),
            SlotSet(PENDING_FACTS, facts if cases or (also and reply.facts != (Fact.OVERVIEW,)) else None),
            SlotSet(LAST_FACTS, facts),
            SlotSet(LIKELY, None),
            SlotSet(HISTORY, history[-_MOST_REMEMBERED:]),
        ]


def with_others(
    reply: Answer, also: list[Offer], beside: Beside | None, listed: list[str]
) -> tuple[tuple[blocks.Block, ...], list[dict[str, str]]]:
    """Return an answer's blocks, with a closing line before the source on what else is offered, and its buttons."""
    parts = reply.blocks
    if also and beside is not None:
        line = load_wording()(f"also.{beside.value}", names="; ".join(offer.name for offer in also))
        parts = (*parts[:-1], blocks.paragraph(line), parts[-1])
    more = choice_buttons(also, listed) if not reply.cases else []
    return parts, [*_checklist_button(reply), *more, *(_case_buttons(reply) or _fact_buttons(reply.facts))]


def amount_notes(reply: Answer, asked: str) -> list[blocks.Block]:
    """Say that no amount is published, where one was asked for and the record's result has none."""
    documents = reply.procedure.result_documents if Fact.RESULT in reply.facts else ()
    if not documents or any(_AMOUNT.search(f"{one.name} {one.note}") for one in documents):
        return []
    return [blocks.notice(topic.note) for topic in found(asked, amount_topics())]


def remembered(tracker: Tracker) -> Memory:
    """Return what the slots hold of the conversation."""
    return Memory(
        active_code=tracker.get_slot(PROCEDURE_CODE) or "",
        offered=tuple(tracker.get_slot(OFFERED) or ()),
        pending=_facts(tracker, PENDING_FACTS),
        last=_facts(tracker, LAST_FACTS),
        likely=tracker.get_slot(LIKELY) or "",
        listed=tuple(tracker.get_slot(LISTED) or ()),
        history=tuple(tracker.get_slot(HISTORY) or ()),
    )


def last_outcome(tracker: Tracker) -> str:
    """Return the outcome of what was said last; "" where it has none."""
    said: dict[str, Any] = next((one for one in reversed(tracker.events or []) if one.get("event") == "bot"), {})
    custom = (said.get("data") or {}).get("custom") or {}
    return str((custom.get("answer") or {}).get("outcome") or "")


def _facts(tracker: Tracker, slot: str) -> tuple[Fact, ...]:
    return tuple(Fact(value) for value in tracker.get_slot(slot) or ())


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


def _checklist_button(reply: Answer) -> list[dict[str, str]]:
    """The list for this person, first of all, where papers were asked for and the record knows what decides."""
    if Fact.DOCUMENTS not in reply.facts or not reply.procedure.guide:
        return []
    payload = f'/start_checklist{{"procedure_code":"{reply.procedure.code}"}}'
    return [{"title": load_wording()("checklist_buttons.start"), "payload": payload}]
