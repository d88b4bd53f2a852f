"""A citizen's own data: told, shown, erased with a yes and a minute to change one's mind; consents taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import my_data_correcting as correcting
from actions.my_data_correction import DRAFT, MARK, NUMBER, QUESTIONS, closed, read_draft
from actions.my_data_talk import NAME, PRESS, WAITING, DataTalk
from actions.petition_talk import typed
from actions.procedure import ActionAnswerProcedure
from bot.errors import StoreDownError
from bot.nlu.correction_reading import asks_for_rights, names_a_paper
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion, Takes, read_open_question
from bot.nlu.petition_reading import contact_in
from bot.nlu.replies import NO, YES, Choice, Wish, read_reply
from bot.ops.outcomes import Outcome
from bot.privacy.inventory import data_classes
from bot.privacy.models import Overview, RequestKind
from bot.privacy.words import privacy_wording
from bot.services import Services, default_services

ASK, ERASE, WITHDRAW, CORRECT = "ask_my_data", "erase_my_data", "withdraw_consent", "correct_my_data"
SEE, UNDO = "see", "undo"
_CHOICES = {
    "overview": ((SEE, "see"), ("erase", "erase"), (NO, "no")),
    "erase": ((YES, "erase_yes"), (NO, "no")),
    "withdraw": ((YES, "withdraw_yes"), (NO, "no")),
    "undo": ((UNDO, "undo"),),
}
"""The questions: options as they are read, and the button of each. A button says of which question it is."""
_PRESSED = {"erase_yes": ("erase", YES), "withdraw_yes": ("withdraw", YES)}
_OF_PERSON = {
    "petition_see": RequestKind.PETITION_SEE,
    "petition_erase": RequestKind.PETITION_ERASE,
}
_EXACT = ("undo",)
"""A question that is a way back, no question: only its own words are its answer."""


class ActionMyData(Action):
    """Takes every turn about data."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return NAME

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = DataTalk(self._services or default_services(), dispatcher, str(tracker.sender_id))
        try:
            asked = await self._correct(talk, dispatcher, tracker, domain)
            return await self._answer(talk, tracker) if asked is None else asked
        except StoreDownError:  # logged where it was met
            talk.say("down", Outcome.ERROR_STORE)
            return _wait_for_nothing()

    async def _correct(
        self, talk: DataTalk, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType] | None:
        """Take what is about putting one's data right; None for everything else."""
        message, text = tracker.latest_message or {}, typed(tracker)
        intent, draft = str((message.get("intent") or {}).get("name")), read_draft(tracker.get_slot(DRAFT))
        pressed = _pressed(message)
        if intent == PRESS:
            if pressed == "petition_correct":  # a button of an earlier version
                return await correcting.begin(talk)
            if pressed == NO and tracker.get_slot(WAITING) in QUESTIONS:
                return correcting.left(talk)
            return await correcting.pressed(talk, pressed, draft) if pressed.startswith(MARK) else None
        opened, waiting = read_open_question(tracker.get_slot(OPEN_QUESTION)), str(tracker.get_slot(WAITING) or "")
        is_open = opened is not None and opened.action == NAME and waiting in QUESTIONS
        if (is_open or intent == CORRECT) and names_a_paper(text):
            if not _is_near(message):
                return correcting.elsewhere(talk)
            return [*closed(), *(await ActionAnswerProcedure(self._services).run(dispatcher, tracker, domain))]
        asks_aside = bool(message.get("facts")) or waiting == NUMBER
        if is_open and intent == "ask_procedure" and asks_aside and _is_near(message):
            events = await ActionAnswerProcedure(self._services).run(dispatcher, tracker, domain)
            return [*events, *(await correcting.ask_again(talk, waiting, draft))]
        others = (ASK, ERASE, WITHDRAW, CORRECT)
        if is_open and (intent not in others or waiting not in correcting.FREE or contact_in(text)):
            found = await correcting.replied(talk, waiting, text, draft)
            if found is not None or intent not in others:
                return found or correcting.given_up(talk)
        return await correcting.begin(talk, text) if intent == CORRECT else None

    async def _answer(self, talk: DataTalk, tracker: Tracker) -> list[EventType]:
        message = tracker.latest_message or {}
        intent = str((message.get("intent") or {}).get("name"))
        waiting = str(tracker.get_slot(WAITING) or "")
        opened = read_open_question(tracker.get_slot(OPEN_QUESTION))
        pressed = _pressed(message)
        if intent == PRESS:
            return await _chosen(talk, *_PRESSED.get(pressed, (waiting, pressed)))
        if opened is not None and opened.action == NAME and waiting in _CHOICES:
            reading = read_reply(typed(tracker), _choices(waiting))
            if reading.option:
                return await _chosen(talk, waiting, reading.option)
            if reading.wish is Wish.STOP:
                return await _chosen(talk, waiting, NO)
        if intent == ERASE:
            return await _ask_erase(talk)
        if intent == WITHDRAW:
            return await _ask_withdraw(talk)
        if intent == ASK and asks_for_rights(typed(tracker)):
            talk.say("rights", Outcome.ANSWERED_MY_DATA, days=privacy_wording()("notice.days"), more=talk.more())
            return _wait_for_nothing()
        if intent == ASK or waiting not in _CHOICES:
            return await _overview(talk)
        talk.say("again", Outcome.CLARIFIED_MY_DATA, _buttons(waiting))
        return _wait_for_nothing()  # said once; what comes next goes its own way


async def _chosen(talk: DataTalk, waiting: str, option: str) -> list[EventType]:
    if option in _OF_PERSON:
        return await _ask_person(talk, _OF_PERSON[option])
    if option == SEE:
        return await _see(talk)
    if option == UNDO or (waiting == "undo" and option == NO):
        return await _undo(talk)
    if option == "erase":
        return await _ask_erase(talk)
    if option == "withdraw":
        return await _ask_withdraw(talk)
    if option == YES and waiting == "erase":
        return await _erase(talk)
    if option == YES and waiting == "withdraw":
        return await _withdraw(talk)
    talk.say("left", Outcome.ANSWERED_MY_DATA)
    return _wait_for_nothing()


async def _overview(talk: DataTalk) -> list[EventType]:
    held = await talk.desk.overview(talk.sender)
    if not held.counts:
        return _nothing(talk)
    talk.say("overview", Outcome.CLARIFIED_MY_DATA, _buttons("overview"), lines=_lines(held), more=talk.more())
    return _wait_for("overview")


async def _see(talk: DataTalk) -> list[EventType]:
    held, made = await talk.desk.overview(talk.sender), await talk.desk.see(talk.sender)
    if made is None:
        return _nothing(talk)
    request, secret = made
    address = talk.address(secret)
    buttons = ["petition_see"] if held.petitions else []
    if address:
        talk.say("seen", Outcome.ANSWERED_MY_DATA, buttons, address=address, receipt=request.receipt)
    else:
        talk.say("seen_here", Outcome.ANSWERED_MY_DATA, buttons, lines=_lines(held), receipt=request.receipt)
    return _wait_for_nothing()


async def _ask_erase(talk: DataTalk) -> list[EventType]:
    held = await talk.desk.overview(talk.sender)
    if not held.counts:
        return _nothing(talk)
    lines, kept = _lines(held, without="petition"), _kept(held)
    talk.say("ask_erase", Outcome.CLARIFIED_MY_DATA, _buttons("erase"), lines=lines, kept=kept)
    return _wait_for("erase")


async def _erase(talk: DataTalk) -> list[EventType]:
    held, request = await talk.desk.overview(talk.sender), await talk.desk.ask_erasure(talk.sender)
    if request is None:
        return _nothing(talk)
    buttons = ["undo", *(["petition_erase"] if held.petitions else [])]
    if held.held:
        due = f"{request.due_on:%d/%m/%Y}"
        talk.say("erase_held", Outcome.ANSWERED_MY_DATA, buttons, receipt=request.receipt, due=due)
    else:
        talk.say("erase_begun", Outcome.ANSWERED_MY_DATA, buttons, receipt=request.receipt)
    return _wait_for("undo")


async def _undo(talk: DataTalk) -> list[EventType]:
    request = await talk.desk.take_back(talk.sender)
    if request is None:
        talk.say("none_waits", Outcome.ANSWERED_MY_DATA)
    else:
        talk.say("taken_back", Outcome.ANSWERED_MY_DATA, receipt=request.receipt)
    return _wait_for_nothing()


async def _ask_withdraw(talk: DataTalk) -> list[EventType]:
    held = await talk.desk.overview(talk.sender)
    if not held.consents:
        talk.say("no_consent", Outcome.ANSWERED_MY_DATA, more=talk.more())
        return _wait_for_nothing()
    talk.say("ask_withdraw", Outcome.CLARIFIED_MY_DATA, _buttons("withdraw"), lines=_labels(held.consents))
    return _wait_for("withdraw")


async def _withdraw(talk: DataTalk) -> list[EventType]:
    made = await talk.desk.withdraw(talk.sender)
    if made is None or not made[1]:
        talk.say("no_consent", Outcome.ANSWERED_MY_DATA, more=talk.more())
    else:
        talk.say("withdrawn", Outcome.ANSWERED_MY_DATA, receipt=made[0].receipt, lines=_labels(made[1]))
    return _wait_for_nothing()


async def _ask_person(talk: DataTalk, kind: RequestKind) -> list[EventType]:
    made = await talk.desk.ask_person(talk.sender, kind)
    if not made:
        talk.say("person_none", Outcome.ANSWERED_MY_DATA)
        return _wait_for_nothing()
    say = privacy_wording()
    lines = "\n".join(say("person.line", receipt=one.receipt, code=one.petition_code) for one in made)
    days = {"acknowledge": f"{made[0].acknowledge_by:%d/%m/%Y}", "due": f"{made[0].due_on:%d/%m/%Y}"}
    talk.say("person_asked", Outcome.ANSWERED_MY_DATA, lines=lines, **days)
    return _wait_for_nothing()


def _pressed(message: dict[str, Any]) -> str:
    found = message.get("entities") or []
    return next((str(one.get("value")) for one in found if one.get("entity") == "data_choice"), "")


def _is_near(message: dict[str, Any]) -> bool:
    return (message.get("procedure_link") or {}).get("certainty") in ("clear", "close")


def _nothing(talk: DataTalk) -> list[EventType]:
    talk.say("nothing", Outcome.ANSWERED_MY_DATA)
    return _wait_for_nothing()


def _lines(held: Overview, without: str = "") -> str:
    say, classes = privacy_wording(), data_classes()
    counted = ((classes[name].label, count) for name, count in held.counts.items() if name != without)
    return "\n".join(say("lists.line", label=label, count=count) for label, count in counted)


def _labels(names: Sequence[str]) -> str:
    return "\n".join(f"• {data_classes()[name].label}" for name in names)


def _kept(held: Overview) -> str:
    say, lines = privacy_wording(), []
    for key, is_open in (("open", True), ("over", False)):
        codes = [code for code, still in held.petitions if still is is_open]
        lines += [say(f"kept.{key}", codes=", ".join(codes))] if codes else []
    lines += [say("kept.held")] if held.held else []
    return "".join(f"{line}\n" for line in lines)


def _buttons(question: str) -> list[str]:
    return [key for _, key in _CHOICES[question]]


def _choices(question: str) -> tuple[Choice, ...]:
    say = privacy_wording()
    return tuple(Choice(id_, (say(f"buttons.{key}"), *say.list(f"also.{key}"))) for id_, key in _CHOICES[question])


def _wait_for(question: str) -> list[EventType]:
    takes = Takes.EXACT if question in _EXACT else Takes.OPTIONS
    opened = OpenQuestion(NAME, _choices(question), takes=takes)
    return [SlotSet(WAITING, question), SlotSet(OPEN_QUESTION, opened.to_slot()), SlotSet(DRAFT, None)]


def _wait_for_nothing() -> list[EventType]:
    return closed()
