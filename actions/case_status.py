"""Where is my dossier: code, proof, status; following; the question after the result (R-23, R-34)."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import case_following as following
from actions import case_look_up as looking_up
from actions import case_rating as rating
from actions.case_talk import NAME, CaseTalk, named, wait_for, wait_for_nothing
from actions.procedure import ActionAnswerProcedure
from actions.switching import say_off, when_off
from bot.nlu.case_turn import (
    CaseStep,
    CaseStepKind,
    WaitFor,
    Waiting,
    missed_once_more,
    plan_case_turn,
    read_case_turn,
)
from bot.nlu.open_question import OPEN_QUESTION, read_open_question
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.ops.satisfaction import Satisfaction
from bot.services import Services, default_services
from bot.staff.models import Feature

_OF_THE_SYSTEMS = {
    CaseStepKind.LOOK_UP,
    CaseStepKind.SHOW_AGAIN,
    CaseStepKind.ASK_PROOF,
    CaseStepKind.ASK_CODE,
    CaseStepKind.FAULTY_CODE,
    CaseStepKind.ASK_CONSENT,
    CaseStepKind.FOLLOW,
}
"""What is not done while looking up is switched off. Following can always be stopped, and a rating be finished."""
_PATIENCE = 2
"""Replies in a row that were not understood, with which a question is let go."""

_BEGUN = (WaitFor.CODE, WaitFor.PROOF, WaitFor.CONSENT)
"""What a look-up that was begun waits for."""


class ActionLookUpCaseStatus(Action):
    """Takes every turn about a dossier that was handed in."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return NAME

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        services = self._services or default_services()
        opened = read_open_question(tracker.get_slot(OPEN_QUESTION))
        choices = opened.choices if opened is not None and opened.action == NAME else None
        today = city_date(services.clock.now())
        turn = read_case_turn(tracker.latest_message or {}, tracker.slots, choices, today)
        talk, step = CaseTalk(services, dispatcher, tracker, turn), plan_case_turn(turn)
        if step.kind is CaseStepKind.DIGRESS:
            return await self._digress(talk, domain, step)
        if (
            _needs_systems(step.kind, turn.waiting.kind)
            and (off := await when_off(services, Feature.CASES)) is not None
        ):
            say_off(dispatcher, off, kept=Feature.CASES if turn.waiting.kind in _BEGUN else None)
            return wait_for_nothing()
        return await _carry_out(talk, step)

    async def _digress(self, talk: CaseTalk, domain: dict[str, Any], step: CaseStep) -> list[EventType]:
        """Answer the question in between, then say what is still waited for."""
        events = await ActionAnswerProcedure(self._services).run(talk.dispatcher, talk.tracker, domain)
        if talk.turn.waiting.kind is WaitFor.PROOF:
            talk.dispatcher.utter_message(response="utter_case_status__reminder", codes=named(step.codes))
            return events
        return [*events, SlotSet(OPEN_QUESTION, None)]


def _needs_systems(kind: CaseStepKind, waiting: WaitFor) -> bool:
    """Say whether a step asks for, or reads, a dossier; a reply that was not understood asks for the same again."""
    asks_again = kind is CaseStepKind.NOT_UNDERSTOOD and waiting in _BEGUN
    return asks_again or kind in _OF_THE_SYSTEMS


async def _carry_out(talk: CaseTalk, step: CaseStep) -> list[EventType]:
    kind = step.kind
    if kind is CaseStepKind.LOOK_UP:
        return await looking_up.look_up(talk, step)
    if kind is CaseStepKind.SHOW_AGAIN:
        return await looking_up.show_again(talk, step)
    if kind is CaseStepKind.ASK_PROOF:
        return await looking_up.ask_proof(talk, step)
    if kind is CaseStepKind.ASK_CODE:
        return await looking_up.ask_code(talk, follow=step.follow)
    if kind is CaseStepKind.CODE_PLACE:
        return looking_up.say_code_place(talk)
    if kind is CaseStepKind.FAULTY_CODE:
        looking_up.say_faults(talk, step)
        part = looking_up.lacking_unit(step)
        return wait_for(Waiting(WaitFor.CODE, follow=talk.turn.waiting.follow, part=part))
    if kind is CaseStepKind.NOT_UNDERSTOOD:
        return await _not_understood(talk, step)
    if kind is CaseStepKind.CLOSE:
        return _closed(talk)
    return await _beside_the_status(talk, step)


def _closed(talk: CaseTalk) -> list[EventType]:
    talk.say("closed", Outcome.CLARIFIED_CASE_CODE)
    return wait_for_nothing()


async def _beside_the_status(talk: CaseTalk, step: CaseStep) -> list[EventType]:
    """Following, and the question after the result."""
    kind = step.kind
    if kind is CaseStepKind.ASK_CONSENT:
        return await following.ask_consent(talk, step.codes[0])
    if kind is CaseStepKind.FOLLOW:
        return await following.follow(talk, step.codes[0])
    if kind is CaseStepKind.LIST_FOLLOWED:
        return await following.list_followed(talk)
    if kind is CaseStepKind.STOP_FOLLOWING:
        return await following.stop(talk, step.codes)
    if kind is CaseStepKind.STOP_ALL:
        return await following.stop_all(talk)
    if kind is CaseStepKind.RATE:
        return await rating.rate(talk, step.codes, step.rating)
    if kind is CaseStepKind.REMARK:
        return await rating.remark(talk, step.codes)
    return following.refuse(talk)


async def _not_understood(talk: CaseTalk, step: CaseStep) -> list[EventType]:
    """Ask again in other words; what need not be answered is asked again once only, and silence is no yes."""
    waiting = missed_once_more(talk.turn.waiting)
    enough = waiting.missed >= _PATIENCE
    if waiting.kind is WaitFor.PROOF:
        return _closed(talk) if waiting.missed > _PATIENCE else looking_up.ask_proof_again(talk, waiting)
    if waiting.kind is WaitFor.RATING:
        return await rating.rate(talk, step.codes, Satisfaction.SKIPPED.value) if enough else rating.ask_again(talk)
    if waiting.kind is WaitFor.CONSENT:
        if enough:
            return following.refuse(talk)
        return await following.ask_consent(talk, step.codes[0], waiting.missed)
    if enough:
        looking_up.say_code_place(talk)
        return wait_for_nothing()
    return await looking_up.ask_code(talk, again=True, follow=waiting.follow)
