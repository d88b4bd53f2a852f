"""The guided checklist: one short question a turn, then the list for this person, as the record has it (R-15)."""

from __future__ import annotations

import asyncio
import logging
from datetime import date
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import checklist_messages as say
from actions.checklist_desk import ANSWERS, ASKED, MISSED, NAME, Desk
from actions.choices import OFFERED, PENDING_FACTS, PROCEDURE_CODE
from actions.procedure import ActionAnswerProcedure
from actions.switching import say_off, when_off
from actions.tips import tip_now
from bot.nlu.checklist_turn import ChecklistStep, StepKind, plan_checklist, read_checklist_turn
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion, read_open_question
from bot.nlu.replies import Choice
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.services import Services, default_services
from bot.staff.models import Feature
from knowledge.checklist import guided
from knowledge.errors import CatalogueError, ProcedureUnknownError
from knowledge.facts import Fact
from knowledge.formatting import short_title
from knowledge.how_to import Moment
from knowledge.models import Procedure

logger = logging.getLogger(__name__)


class ActionGuideChecklist(Action):
    """Asks what decides, and gives the list; takes corrections, questions in between, and "thôi"."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return NAME

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        opened = read_open_question(tracker.get_slot(OPEN_QUESTION))
        turn = read_checklist_turn(tracker.latest_message or {}, tracker.slots, opened)
        step = plan_checklist(turn)
        if step.kind is StepKind.DIGRESS:
            return await self._digress(dispatcher, tracker, domain, step)
        if step.kind is not StepKind.STOP and (off := await when_off(self._own(), Feature.CHECKLISTS)) is not None:
            begun = opened is not None and opened.action == NAME
            say_off(dispatcher, off, kept=Feature.CHECKLISTS if begun else None)
            return [SlotSet(OPEN_QUESTION, None)]
        if not step.code:
            asked_already = opened is not None and not opened.about
            return _without_code(dispatcher, step, asked_already)
        try:
            record = await asyncio.to_thread(self._read, step.code)
        except ProcedureUnknownError:
            custom = say.plain(Outcome.UNANSWERED_UNKNOWN_CODE)
            dispatcher.utter_message(response="utter_procedure__unknown_code", code=step.code, custom=custom)
            return []
        except CatalogueError:
            logger.exception("catalogue unreadable")
            dispatcher.utter_message(
                response="utter_procedure__catalogue_down", custom=say.plain(Outcome.ERROR_CATALOGUE)
            )
            return []
        tip = await tip_now(self._own(), tracker, Moment.CHECKLIST)
        desk = Desk(dispatcher, record, turn, self._today(), self._stale_after_days(), _missed(tracker), tip)
        return desk.carry_out(step, _last_typed(tracker))

    def _own(self) -> Services:
        return self._services or default_services()

    def _read(self, code: str) -> Procedure:
        return guided(self._own().catalogue.get(code))

    def _today(self) -> date:
        return city_date(self._own().clock.now())

    def _stale_after_days(self) -> int:
        return self._own().settings.catalogue.stale_after_days

    async def _digress(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any], step: ChecklistStep
    ) -> list[EventType]:
        """Answer the question in between, then say the open one again; about another procedure, put the list aside."""
        events = await ActionAnswerProcedure(self._services).run(dispatcher, tracker, domain)
        slots = {event["name"]: event.get("value") for event in events if event.get("event") == "slot"}
        if not step.code:
            return [*events, SlotSet(OPEN_QUESTION, None)]
        try:
            record = await asyncio.to_thread(self._read, step.code)
        except CatalogueError:
            return events
        elsewhere = slots.get(PROCEDURE_CODE, record.code) != record.code
        question = record.guide.question(str(tracker.get_slot(ASKED) or ""))
        if elsewhere or slots.get(OFFERED) or question is None:
            title = short_title(record.title)
            buttons = [say.button("resume", "resume_checklist")]
            dispatcher.utter_message(response="utter_checklist__set_aside", title=title, buttons=buttons)
            return [*events, SlotSet(OPEN_QUESTION, None)]
        said = say.progress(record.guide, tracker.get_slot(ANSWERS) or {}, question)
        dispatcher.utter_message(response="utter_checklist__reminder", buttons=say.option_buttons(question), **said)
        return events


def _without_code(dispatcher: CollectingDispatcher, step: ChecklistStep, asked_already: bool) -> list[EventType]:
    """Ask which procedure, and wait for it; not a third time."""
    if step.kind is StepKind.NOTHING_KEPT:
        custom = say.plain(Outcome.CLARIFIED_SUBJECT)
        dispatcher.utter_message(response="utter_checklist__nothing_kept", custom=custom)
    elif step.kind is StepKind.WHICH:
        buttons = [
            {
                "title": f"{place}. {short_title(title)}",
                "payload": say.payload("start_checklist", procedure_code=code),
            }
            for place, (code, title) in enumerate(step.offers, start=1)
        ]
        custom = say.plain(Outcome.CLARIFIED_CHOICE)
        dispatcher.utter_message(response="utter_checklist__which", buttons=buttons, custom=custom)
    else:
        dispatcher.utter_message(response="utter_checklist__no_subject", custom=say.plain(Outcome.CLARIFIED_SUBJECT))
    opened = OpenQuestion(NAME, tuple(Choice(code, (title,)) for code, title in step.offers))
    return [
        SlotSet(OPEN_QUESTION, None if asked_already and not step.offers else opened.to_slot()),
        SlotSet(OFFERED, None),
        SlotSet(PENDING_FACTS, [Fact.DOCUMENTS.value]),
    ]


def _missed(tracker: Tracker) -> int:
    return int(tracker.get_slot(MISSED) or 0)


def _last_typed(tracker: Tracker) -> str:
    """Return the last words that were typed, not pressed: the question before "Danh sách cho tôi"."""
    typed = (
        str(event.get("text") or "")
        for event in reversed(tracker.events)
        if event.get("event") == "user" and not str(event.get("text") or "").startswith("/")
    )
    return next(typed, "")
