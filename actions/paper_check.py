"""Is a paper really required? The procedure from the message or the conversation, the verdict from the record."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.choices import OFFERED, PROCEDURE_CODE
from actions.paper_reply import answer_of, payload, say_paper
from actions.procedure import ActionAnswerProcedure, remembered
from bot.nlu.papers import ENTITY, Strength, named_in, read_ask
from bot.nlu.turn import Step, StepKind, Turn, plan_turn, read_turn
from bot.ops.outcomes import Outcome
from bot.services import Services, default_services
from knowledge.errors import CatalogueError, ProcedureUnknownError
from knowledge.facts import Fact
from knowledge.formatting import short_title
from knowledge.paper_check.models import CopyAsked
from knowledge.paper_check.naming import asked_paper, copy_asked

logger = logging.getLogger(__name__)

PAPERS, PAPER, WAITING = "paper_check__papers", "paper_check__paper", "paper_check__waiting"
_NAME = "action_check_paper"
_LISTEN = FollowupAction("action_listen")
"""Said outright: the rules of a reply hold while the slot that the action changes is set."""


class ActionCheckPaper(Action):
    """Says what the published list says of a paper; asks which procedure or which paper where that is missing."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return _NAME

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = _turn(tracker)
        papers = _papers(tracker, turn)
        if _is_other_matter(tracker, turn, papers):
            events = await ActionAnswerProcedure(self._services).run(dispatcher, tracker, domain)
        else:
            step = Step(StepKind.ANSWER, code=turn.active_code) if _carries_on(tracker) else _step(turn)
            events = await self._answer(dispatcher, tracker, step, papers)
        waiting = [SlotSet(WAITING, False)] if not any(event.get("name") == WAITING for event in events) else []
        return [*events, *waiting, _LISTEN]

    async def _answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, step: Step, papers: list[str]
    ) -> list[EventType]:
        if not papers:
            return _ask_paper(dispatcher, step)
        if step.kind is not StepKind.ANSWER:
            return await self._ask_procedure(dispatcher, step, papers)
        return await self._check(dispatcher, tracker, step.code, papers)

    async def _check(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, code: str, papers: list[str]
    ) -> list[EventType]:
        try:
            record = await asyncio.to_thread((self._services or default_services()).catalogue.get, code)
        except ProcedureUnknownError:
            custom = {"answer": answer_of(Outcome.UNANSWERED_UNKNOWN_CODE)}
            dispatcher.utter_message(response="utter_procedure__unknown_code", code=code, custom=custom)
            return _done()
        except CatalogueError:
            logger.exception("catalogue unreadable")
            custom = {"answer": answer_of(Outcome.ERROR_CATALOGUE)}
            dispatcher.utter_message(response="utter_procedure__catalogue_down", custom=custom)
            return _done()
        for said in papers:
            say_paper(dispatcher, record, said, _shape(tracker, said), last=said == papers[-1])
        return [*_done(), SlotSet(PROCEDURE_CODE, record.code), SlotSet(OFFERED, None), SlotSet(PAPER, papers[-1])]

    async def _ask_procedure(self, dispatcher: CollectingDispatcher, step: Step, papers: list[str]) -> list[EventType]:
        """Ask which procedure, by button where some are near; a household book is answered without one."""
        if all(asked_paper(paper).replaced for paper in papers):
            dispatcher.utter_message(response="utter_paper_check__household_book")
            return _done()
        buttons = [
            {"title": short_title(title), "payload": payload("check_paper", code, papers[0])}
            for code, title in step.offers
        ]
        dispatcher.utter_message(
            response="utter_paper_check__which_of" if buttons else "utter_paper_check__which_procedure",
            papers=", ".join(papers),
            buttons=buttons,
            custom={"answer": answer_of(Outcome.CLARIFIED_SUBJECT)},
        )
        return [SlotSet(PAPERS, papers), SlotSet(WAITING, True)]


def _turn(tracker: Tracker) -> Turn:
    message = tracker.latest_message or {}
    turn = read_turn(message, replace(remembered(tracker), pending=()))
    entities = {item.get("entity"): str(item.get("value")) for item in message.get("entities") or []}
    if turn.intent == "check_paper" and str(message.get("text") or "").startswith("/"):
        return replace(turn, chosen_code=entities.get(PROCEDURE_CODE, ""))
    return turn


def _step(turn: Turn) -> Step:
    """As for a question on papers; what is said of no procedure is about the one at hand."""
    step = plan_turn(replace(turn, facts=(Fact.DOCUMENTS,), pending=(), choice=None))
    nowhere = step.kind in (StepKind.NOTHING_NEAR, StepKind.NEAREST, StepKind.NOT_UNDERSTOOD, StepKind.NO_SUBJECT)
    if nowhere and turn.active_code:
        return Step(StepKind.ANSWER, code=turn.active_code)
    return step


def _papers(tracker: Tracker, turn: Turn) -> list[str]:
    """The papers named now, else those that waited for a procedure."""
    message = tracker.latest_message or {}
    named = [str(item["value"]) for item in message.get("entities") or [] if item.get("entity") == ENTITY]
    if named:
        return list(dict.fromkeys(named))
    waiting = list(tracker.get_slot(PAPERS) or ())
    if turn.intent == "check_paper" and not waiting and _was_last(tracker) and tracker.get_slot(PAPER):
        return [str(tracker.get_slot(PAPER))]  # "vậy tôi có phải nộp không"
    if tracker.get_slot(WAITING) and not waiting:
        return list(named_in(str(message.get("text") or "")))
    return waiting if turn.intent != "check_paper" or turn.chosen_code else []


def _is_other_matter(tracker: Tracker, turn: Turn, papers: list[str]) -> bool:
    """A reply to our question back that asks something else, or "còn … thì sao" where no paper was the matter."""
    if turn.intent != "check_paper":
        asks_else = any(fact is not Fact.DOCUMENTS for fact in turn.facts)
        return asks_else or not papers or not _was_last(tracker)
    return _carries_on(tracker) and not _was_last(tracker)


def _carries_on(tracker: Tracker) -> bool:
    """Say whether the message goes on about the procedure at hand: "còn … thì sao"."""
    ask = read_ask(str((tracker.latest_message or {}).get("text") or ""))
    return ask is not None and ask.strength is Strength.CARRIES_ON


def _shape(tracker: Tracker, said_name: str) -> CopyAsked:
    """In which shape it is wanted: by the paper's name as typed, else by the message ("bắt công chứng …")."""
    typed = str((tracker.latest_message or {}).get("text") or "")
    return copy_asked(said_name if typed.startswith("/") else f"{said_name} {typed}")


def _was_last(tracker: Tracker) -> bool:
    """Say whether the turn before this one was answered here."""
    done = [event["name"] for event in tracker.events if event.get("event") == "action"]
    return next((name for name in reversed(done) if name != "action_listen"), "") == _NAME


def _ask_paper(dispatcher: CollectingDispatcher, step: Step) -> list[EventType]:
    custom = {"answer": answer_of(Outcome.CLARIFIED_SUBJECT)}
    dispatcher.utter_message(response="utter_paper_check__which_paper", custom=custom)
    known = [SlotSet(PROCEDURE_CODE, step.code)] if step.kind is StepKind.ANSWER else []
    return [*known, SlotSet(PAPERS, None), SlotSet(WAITING, True)]


def _done() -> list[EventType]:
    return [SlotSet(PAPERS, None)]
