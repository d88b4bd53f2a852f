"""After a petition was lodged: how it stands, more words, a rating, opening again, taking it back (R-25)."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.petition_reopening import offer_reopen
from actions.petition_status_telling import StatusTalk, after_step, show_all, tell
from actions.petition_talk import LOOK_UP, NAME, PERSONAL, plain_button, typed
from actions.procedure import ActionAnswerProcedure
from bot.errors import PetitionRefusedError, StoreDownError
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion, Takes, read_open_question
from bot.nlu.petition_reading import calls_off
from bot.nlu.petition_status_turn import (
    StatusStep,
    StatusStepKind,
    WaitFor,
    Waiting,
    answer_is_wrong,
    missed_once_more,
    plan_status,
    read_status_turn,
    read_waiting,
)
from bot.ops.clock import CITY_TIME
from bot.ops.outcomes import Outcome
from bot.ops.satisfaction import Satisfaction
from bot.petitions.models import LookUpKind, PetitionView, Step, StepKind
from bot.services import Services, default_services

WAITING = "petition__waiting"
_PATIENCE = 2
_TAKES = {
    WaitFor.PROOF: Takes.CASE_PROOF,
    WaitFor.MESSAGE: Takes.STORY,
    WaitFor.REOPEN: Takes.STORY,
    WaitFor.REASON: Takes.REMARK,
    WaitFor.TOLD: Takes.EXACT,
}


class ActionLookUpPetition(Action):
    """Takes every turn about a petition that was lodged."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return LOOK_UP

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        services = self._services or default_services()
        opened = read_open_question(tracker.get_slot(OPEN_QUESTION))
        waiting = read_waiting(tracker.get_slot(WAITING))
        is_open = opened is not None and opened.action == LOOK_UP
        turn = read_status_turn(tracker.latest_message or {}, typed(tracker), waiting, is_open)
        talk, step = StatusTalk(services, dispatcher, tracker, turn), plan_status(turn)
        if step.kind is StatusStepKind.NEW:
            return _over_to_lodging()
        if step.kind is StatusStepKind.DIGRESS:
            events = await ActionAnswerProcedure(self._services).run(dispatcher, tracker, domain)
            talk.say(f"remind_{waiting.kind.value}", Outcome.CLARIFIED_PETITION_STEP, expects=_expected(waiting))
            return [*events, *wait_for(waiting)]
        try:
            return await _carry_out(talk, step)
        except StoreDownError:  # logged where it was met; nothing was done, and what was asked stays asked
            talk.say("down", Outcome.ERROR_STORE)
            return wait_for(waiting) if is_open else wait_for_nothing()
        except PetitionRefusedError as error:
            return _refused(talk, error, waiting)


async def _carry_out(talk: StatusTalk, step: StatusStep) -> list[EventType]:
    kind = step.kind
    if kind is StatusStepKind.LOOK_UP:
        return await _look_up(talk, step)
    if kind is StatusStepKind.TORN_CODE:
        talk.say("torn_code", Outcome.CLARIFIED_PETITION_CODE)
        return wait_for(Waiting(WaitFor.CODE))
    if kind is StatusStepKind.CLOSE:
        talk.say("closed", Outcome.ANSWERED_PETITION_STEP)
        return wait_for_nothing()
    if kind is StatusStepKind.NOT_UNDERSTOOD:
        return _not_understood(talk)
    mine = await talk.services.petitions.of(talk.person)
    view = _meant(mine, step.code)
    if step.code and view is None:
        return ask_proof(talk, Waiting(WaitFor.PROOF, step.code, want=step.want))
    if kind is StatusStepKind.SHOW and view is not None:
        return _told(talk, view)
    if view is None:
        return _which(talk, mine)
    return await _on(talk, step, view)


def _meant(mine: list[PetitionView], code: str) -> PetitionView | None:
    """The petition of this code, or the only one there is."""
    if code:
        return next((view for view in mine if view.code == code), None)
    return mine[0] if len(mine) == 1 else None


def _which(talk: StatusTalk, mine: list[PetitionView]) -> list[EventType]:
    """None, or several: ask for the code, or let one be chosen."""
    if not mine:
        return _over_to_lodging() if calls_off(talk.turn.text) else ask_code(talk)
    show_all(talk, mine)
    return wait_for(Waiting(WaitFor.CODE))


def _over_to_lodging() -> list[EventType]:
    return [*wait_for_nothing(), FollowupAction(NAME)]


def ask_code(talk: StatusTalk, again: bool = False) -> list[EventType]:
    moment = "ask_code_again" if again else "ask_code"
    talk.say(moment, Outcome.CLARIFIED_PETITION_CODE, [plain_button("lodge", "lodge_petition")])
    return wait_for(Waiting(WaitFor.CODE, missed=talk.turn.waiting.missed + 1 if again else 0))


def ask_proof(talk: StatusTalk, waiting: Waiting, moment: str = "ask_proof", left: int = 0) -> list[EventType]:
    outcome = Outcome.UNANSWERED_PETITION_NOT_PROVEN if moment == "not_proven" else Outcome.CLARIFIED_PETITION_PROOF
    talk.say(moment, outcome, expects=PERSONAL, code=waiting.code, left=left)
    return wait_for(waiting)


async def _look_up(talk: StatusTalk, step: StatusStep) -> list[EventType]:
    """Try the proof; what was wanted of the petition follows at once."""
    found = await talk.services.petitions.look_up(step.code, step.proof, talk.person)
    if found.kind is LookUpKind.FOUND and found.view is not None:
        return _told(talk, found.view)
    if found.kind is LookUpKind.TOO_MANY_TRIES or found.tries_left < 1:
        until = f"{found.again_at.astimezone(CITY_TIME):%H:%M}" if found.again_at else ""
        talk.say("paused" if until else "last_try", Outcome.REFUSED_PETITION_TRIES, code=step.code, until=until)
        return wait_for_nothing()
    return ask_proof(talk, Waiting(WaitFor.PROOF, step.code, want=step.want), "not_proven", found.tries_left)


def _told(talk: StatusTalk, view: PetitionView) -> list[EventType]:
    tell(talk, view)
    return wait_for(Waiting(WaitFor.TOLD, view.code)) if view.answer and view.reopen_until else wait_for_nothing()


async def _on(talk: StatusTalk, step: StatusStep, view: PetitionView) -> list[EventType]:
    """A step on a petition that is known to be theirs."""
    kind, code, petitions = step.kind, view.code, talk.services.petitions
    if kind is StatusStepKind.ASK_MESSAGE:
        talk.say("ask_message", Outcome.CLARIFIED_PETITION_STEP, code=code, asked=view.asked_for)
        return wait_for(Waiting(WaitFor.MESSAGE, code, uuid.uuid4().hex))
    if kind in (StatusStepKind.ASK_REOPEN, StatusStepKind.OFFER_REOPEN):
        return _ask_reopen(talk, view, offers=kind is StatusStepKind.OFFER_REOPEN)
    if kind is StatusStepKind.ASK_WITHDRAW:
        buttons = [talk.button("withdraw_sure", code, "withdraw_sure"), talk.button("keep", code, "close")]
        talk.say("ask_withdraw", Outcome.CLARIFIED_PETITION_STEP, buttons, code=code)
        return wait_for(Waiting(WaitFor.WITHDRAW, code))
    if kind is StatusStepKind.ADD:
        key = talk.turn.waiting.key or hashlib.sha256(f"{talk.person}{code}{step.value}".encode()).hexdigest()
        done = await petitions.add_message(code, talk.person, step.value, key)
        return _ended(talk, done, "message_added")
    if kind is StatusStepKind.REOPEN:
        return _ended(talk, await petitions.reopen(code, talk.person, step.value), "reopened")
    if kind is StatusStepKind.WITHDRAW:
        return _ended(talk, await petitions.withdraw(code, talk.person), "withdrawn")
    if kind is StatusStepKind.FOLLOW:
        return _ended(talk, await petitions.follow(code, talk.person), "followed")
    if kind is StatusStepKind.REASON:
        given = Satisfaction(talk.turn.waiting.rating or Satisfaction.NEUTRAL.value)
        return _ended(talk, await petitions.rate(code, talk.person, given, step.value), "reason_kept")
    return await _rate(talk, step, view)


def _ask_reopen(talk: StatusTalk, view: PetitionView, offers: bool) -> list[EventType]:
    if view.reopen_until is None:
        return _ended(talk, Step(StepKind.NOT_NOW, view), "reopened")
    if offers:
        offer_reopen(talk, view)
    else:
        talk.say("ask_reopen", Outcome.CLARIFIED_PETITION_STEP, code=view.code)
    return wait_for(Waiting(WaitFor.REOPEN, view.code))


async def _rate(talk: StatusTalk, step: StatusStep, view: PetitionView) -> list[EventType]:
    known = {one.value: one for one in Satisfaction}
    if step.value not in known:
        return _told(talk, view)
    done = await talk.services.petitions.rate(view.code, talk.person, known[step.value])
    if done.kind is not StepKind.DONE or known[step.value] is Satisfaction.SKIPPED:
        return _ended(talk, done, "rated_already" if done.kind is StepKind.AGAIN else "rating_skipped")
    may_reopen = known[step.value] is Satisfaction.DISSATISFIED and view.reopen_until is not None
    buttons = [talk.button("reopen", view.code, "reopen")] if may_reopen else []
    talk.say("rated", Outcome.ANSWERED_PETITION_STEP, buttons)
    return wait_for(Waiting(WaitFor.REASON, view.code, rating=step.value))


def _ended(talk: StatusTalk, done: Step, moment: str) -> list[EventType]:
    after_step(talk, done, moment)
    return wait_for_nothing()


def _refused(talk: StatusTalk, error: PetitionRefusedError, waiting: Waiting) -> list[EventType]:
    """Words that cannot be added: an accusation is kept nowhere, anything else is asked for once more."""
    found = error.context.get("faults")
    faults = [str(getattr(fault, "value", fault)) for fault in found] if isinstance(found, list | tuple) else []
    if "denunciation" in faults:
        talk.dispatcher.utter_message(response="utter_safety__denunciation")
        return wait_for_nothing()
    talk.say("message_faulty", Outcome.CLARIFIED_PETITION_STEP)
    return wait_for(waiting)


def _not_understood(talk: StatusTalk) -> list[EventType]:
    waiting = missed_once_more(talk.turn.waiting)
    if waiting.kind is WaitFor.PROOF:
        return ask_proof(talk, waiting, "ask_proof_again")
    if waiting.kind is WaitFor.CODE and waiting.missed < _PATIENCE:
        return ask_code(talk, again=True)
    talk.say("closed", Outcome.CLARIFIED_PETITION_STEP)
    return wait_for_nothing()


def _expected(waiting: Waiting) -> tuple[str, ...]:
    return PERSONAL if waiting.kind is WaitFor.PROOF else ()


def wait_for(waiting: Waiting) -> list[EventType]:
    """Return the slots that have the next message read as the answer."""
    if waiting.kind is WaitFor.NOTHING:
        return wait_for_nothing()
    choices = (answer_is_wrong(),) if waiting.kind is WaitFor.TOLD else ()
    opened = OpenQuestion(LOOK_UP, choices, takes=_TAKES.get(waiting.kind, Takes.OPTIONS))
    return [SlotSet(WAITING, waiting.to_slot()), SlotSet(OPEN_QUESTION, opened.to_slot())]


def wait_for_nothing() -> list[EventType]:
    return [SlotSet(WAITING, None), SlotSet(OPEN_QUESTION, None)]
