"""A citizen's own data: told, shown, erased with a yes and a minute to change one's mind; consents taken back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.petition_talk import typed
from bot.errors import StoreDownError
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion, Takes, read_open_question
from bot.nlu.replies import NO, YES, Choice, Wish, read_reply
from bot.ops.outcomes import Outcome
from bot.privacy.build import build_privacy
from bot.privacy.desk import PrivacyDesk
from bot.privacy.inventory import data_classes
from bot.privacy.models import Overview, RequestKind
from bot.privacy.notice import PATH as NOTICE_PATH
from bot.privacy.words import privacy_wording
from bot.services import Services, default_services

NAME = "action_my_data"
WAITING = "privacy__waiting"
ASK, ERASE, WITHDRAW, PRESS = "ask_my_data", "erase_my_data", "withdraw_consent", "answer_my_data"
CORRECT = "correct_my_data"
SEE, UNDO = "see", "undo"
_CHOICES = {
    "overview": ((SEE, "see"), ("erase", "erase"), (NO, "no")),
    "erase": ((YES, "erase_yes"), (NO, "no")),
    "withdraw": ((YES, "withdraw_yes"), (NO, "no")),
    "undo": ((UNDO, "undo"),),
    "correct": (("petition_correct", "petition_correct"), ("withdraw", "withdraw"), (NO, "no")),
}
"""The questions: options as they are read, and the button of each. A button says of which question it is."""
_PRESSED = {"erase_yes": ("erase", YES), "withdraw_yes": ("withdraw", YES)}
_OF_PERSON = {
    "petition_see": RequestKind.PETITION_SEE,
    "petition_erase": RequestKind.PETITION_ERASE,
    "petition_correct": RequestKind.PETITION_CORRECT,
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
        talk = _Talk(self._services or default_services(), dispatcher, str(tracker.sender_id))
        try:
            return await self._answer(talk, tracker)
        except StoreDownError:  # logged where it was met
            talk.say("down", Outcome.ERROR_STORE)
            return _wait_for_nothing()

    async def _answer(self, talk: _Talk, tracker: Tracker) -> list[EventType]:
        message = tracker.latest_message or {}
        intent = str((message.get("intent") or {}).get("name"))
        waiting = str(tracker.get_slot(WAITING) or "")
        opened = read_open_question(tracker.get_slot(OPEN_QUESTION))
        pressed = next(
            (str(one.get("value")) for one in message.get("entities") or [] if one.get("entity") == "data_choice"), ""
        )
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
        if intent == CORRECT:
            return await _ask_correct(talk)
        if intent == ASK or waiting not in _CHOICES:
            return await _overview(talk)
        talk.say("again", Outcome.CLARIFIED_MY_DATA, _buttons(waiting))
        return _wait_for_nothing()  # said once; what comes next goes its own way


class _Talk:
    """One turn: where to say things, and the desk."""

    def __init__(self, services: Services, dispatcher: CollectingDispatcher, sender: str) -> None:
        self.desk: PrivacyDesk = build_privacy(services).desk
        self.sender = sender
        self._settings = services.settings
        self._dispatcher = dispatcher

    def say(self, moment: str, outcome: Outcome, buttons: Sequence[str] = (), **facts: object) -> None:
        """Say `utter_privacy__<moment>` with buttons by their names."""
        custom: dict[str, Any] = {"answer": {"outcome": outcome.value, "procedure_code": None, "fields": []}}
        shown = [_button(name) for name in buttons]
        self._dispatcher.utter_message(response=f"utter_privacy__{moment}", buttons=shown, custom=custom, **facts)

    def address(self, secret: str) -> str:
        """Return where everything can be seen; empty where no address is known that a citizen could open."""
        return f"{base}{NOTICE_PATH}/{secret}" if (base := self._base()) else ""

    def more(self) -> str:
        """Return the line that tells where the notice is; empty as above."""
        return privacy_wording()("notice.line", address=f"{base}{NOTICE_PATH}") if (base := self._base()) else ""

    def _base(self) -> str:
        settings = self._settings
        on_web = self.sender.startswith("web-")
        return settings.public_url or (f"http://{settings.web_host}:{settings.web_port}" if on_web else "")


async def _chosen(talk: _Talk, waiting: str, option: str) -> list[EventType]:
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


async def _overview(talk: _Talk) -> list[EventType]:
    held = await talk.desk.overview(talk.sender)
    if not held.counts:
        return _nothing(talk)
    talk.say("overview", Outcome.CLARIFIED_MY_DATA, _buttons("overview"), lines=_lines(held), more=talk.more())
    return _wait_for("overview")


async def _see(talk: _Talk) -> list[EventType]:
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


async def _ask_erase(talk: _Talk) -> list[EventType]:
    held = await talk.desk.overview(talk.sender)
    if not held.counts:
        return _nothing(talk)
    lines, kept = _lines(held, without="petition"), _kept(held)
    talk.say("ask_erase", Outcome.CLARIFIED_MY_DATA, _buttons("erase"), lines=lines, kept=kept)
    return _wait_for("erase")


async def _erase(talk: _Talk) -> list[EventType]:
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


async def _undo(talk: _Talk) -> list[EventType]:
    request = await talk.desk.take_back(talk.sender)
    if request is None:
        talk.say("none_waits", Outcome.ANSWERED_MY_DATA)
    else:
        talk.say("taken_back", Outcome.ANSWERED_MY_DATA, receipt=request.receipt)
    return _wait_for_nothing()


async def _ask_withdraw(talk: _Talk) -> list[EventType]:
    held = await talk.desk.overview(talk.sender)
    if not held.consents:
        talk.say("no_consent", Outcome.ANSWERED_MY_DATA, more=talk.more())
        return _wait_for_nothing()
    talk.say("ask_withdraw", Outcome.CLARIFIED_MY_DATA, _buttons("withdraw"), lines=_labels(held.consents))
    return _wait_for("withdraw")


async def _withdraw(talk: _Talk) -> list[EventType]:
    made = await talk.desk.withdraw(talk.sender)
    if made is None or not made[1]:
        talk.say("no_consent", Outcome.ANSWERED_MY_DATA, more=talk.more())
    else:
        talk.say("withdrawn", Outcome.ANSWERED_MY_DATA, receipt=made[0].receipt, lines=_labels(made[1]))
    return _wait_for_nothing()


async def _ask_correct(talk: _Talk) -> list[EventType]:
    """What can be corrected here, and by whom; a petition's name and contact by a person alone."""
    held, say = await talk.desk.overview(talk.sender), privacy_wording()
    codes = ", ".join(code for code, _ in held.petitions)
    lines = [say("correct.petition", codes=codes)] if codes else []
    lines += [say("correct.consent")] if held.consents else []
    if not lines:
        talk.say("correct_none", Outcome.ANSWERED_MY_DATA, more=talk.more())
        return _wait_for_nothing()
    buttons = [
        name for name, there in (("petition_correct", codes), ("withdraw", held.consents), ("no", True)) if there
    ]
    talk.say("ask_correct", Outcome.CLARIFIED_MY_DATA, buttons, lines="\n".join(lines))
    return _wait_for("correct")


async def _ask_person(talk: _Talk, kind: RequestKind) -> list[EventType]:
    made = await talk.desk.ask_person(talk.sender, kind)
    if not made:
        talk.say("person_none", Outcome.ANSWERED_MY_DATA)
        return _wait_for_nothing()
    say = privacy_wording()
    lines = "\n".join(say("person.line", receipt=one.receipt, code=one.petition_code) for one in made)
    days = {"acknowledge": f"{made[0].acknowledge_by:%d/%m/%Y}", "due": f"{made[0].due_on:%d/%m/%Y}"}
    moment = "correct_asked" if kind is RequestKind.PETITION_CORRECT else "person_asked"
    talk.say(moment, Outcome.ANSWERED_MY_DATA, lines=lines, **days)
    return _wait_for_nothing()


def _nothing(talk: _Talk) -> list[EventType]:
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


def _button(key: str) -> dict[str, str]:
    payload = f"/{PRESS}{json.dumps({'data_choice': key})}"
    return {"title": privacy_wording()(f"buttons.{key}"), "payload": payload}


def _wait_for(question: str) -> list[EventType]:
    takes = Takes.EXACT if question in _EXACT else Takes.OPTIONS
    opened = OpenQuestion(NAME, _choices(question), takes=takes)
    return [SlotSet(WAITING, question), SlotSet(OPEN_QUESTION, opened.to_slot())]


def _wait_for_nothing() -> list[EventType]:
    return [SlotSet(WAITING, None), SlotSet(OPEN_QUESTION, None)]
