"""What every part of the talk about dossiers needs: sentences, buttons, and what is waited for next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.cases.telling import case_wording
from bot.nlu.case_turn import CaseTurn, WaitFor, Waiting
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion, Takes
from bot.nlu.replies import Choice
from bot.ops.case_codes import CaseCode, find_case_codes
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.ops.screening.kinds import Kind
from bot.ops.screening.screening import EXPECTS
from bot.services import Services

NAME = "action_look_up_case_status"
WAITING, PROVEN = "case_status__waiting", "case_status__proven"
_TAKES = {WaitFor.CODE: Takes.CASE_CODE, WaitFor.PROOF: Takes.CASE_PROOF, WaitFor.REMARK: Takes.REMARK}

Button = dict[str, str]


@dataclass(frozen=True)
class CaseTalk:
    """One turn: where to say things, what is remembered, and the services."""

    services: Services
    dispatcher: CollectingDispatcher
    tracker: Tracker
    turn: CaseTurn

    @property
    def today(self) -> date:
        return city_date(self.services.clock.now())

    @property
    def person(self) -> str:
        """Who asks: the conversation as Rasa knows it."""
        return str(self.tracker.sender_id)

    def say(
        self, moment: str, outcome: Outcome, buttons: Sequence[Button] = (), expects: bool = False, **facts: object
    ) -> None:
        """Say `utter_case_status__<moment>`. expects: the proof is asked for, a telephone number is let through."""
        custom: dict[str, Any] = {"answer": {"outcome": outcome.value, "procedure_code": None, "fields": []}}
        if expects:
            custom[EXPECTS] = [Kind.PHONE.value]
        self.dispatcher.utter_message(
            response=f"utter_case_status__{moment}", buttons=list(buttons), custom=custom, **facts
        )

    def codes(self, texts: Sequence[str]) -> list[CaseCode]:
        """Return codes as the services take them."""
        found = (find_case_codes(text, self.today) for text in texts)
        return [one[0].code for one in found if one and one[0].code]

    def sample_note(self, texts: Sequence[str]) -> str:
        """Return the words on the sample city's proof, "" where the dossiers are real."""
        sample = any(self.services.cases.is_sample(code) for code in self.codes(texts))
        return case_wording()("ask.sample") if sample else ""


def wait_for(waiting: Waiting, choices: tuple[Choice, ...] = ()) -> list[EventType]:
    """Return the slots that have the next message read as the answer."""
    opened = OpenQuestion(NAME, choices, takes=_TAKES.get(waiting.kind, Takes.OPTIONS))
    return [SlotSet(WAITING, waiting.to_slot()), SlotSet(OPEN_QUESTION, opened.to_slot())]


def wait_for_nothing() -> list[EventType]:
    return [SlotSet(WAITING, None), SlotSet(OPEN_QUESTION, None)]


def named(codes: Sequence[str]) -> str:
    """Return codes as a sentence names them."""
    return case_wording()("ask.and").join(codes)


def shape() -> str:
    """A code of the right shape, as an example."""
    return case_wording()("ask.shape")


def button(key: str, intent: str, code: str = "", **entities: str) -> Button:
    """Return a button: its title by name in the wording (`{code}` in it is filled in), its payload."""
    carried = {name: value for name, value in entities.items() if value}
    payload = f"/{intent}" + (json.dumps(carried, ensure_ascii=False) if carried else "")
    return {"title": case_wording()(f"buttons.{key}", code=code), "payload": payload}


def another_button() -> Button:
    return button("another", "ask_case_status")
