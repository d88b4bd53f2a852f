"""What both parts of reaching a person need: sentences, buttons, what is waited for, what is passed on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.choices import PROCEDURE_CODE, read_records
from actions.petition_talk import typed
from actions.place_slots import commune_of
from bot.handoff.build import HandoffParts
from bot.handoff.models import CITY_UNIT, Summary
from bot.handoff.shifts import Shift
from bot.handoff.words import handoff_wording, shift_text
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion, Takes
from bot.nlu.replies import Choice
from bot.ops.case_codes import find_case_codes
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.ops.screening.kinds import Kind
from bot.ops.screening.screening import EXPECTS
from bot.services import Services
from knowledge.contrasting import name_of
from knowledge.text import words

NAME = "action_hand_over"
WAITING = "handoff__waiting"
_NO_QUESTION = {"request_human", "affirm", "deny", "greet", "thanks", "goodbye", "choose_option", "nlu_fallback"}
_SHORTEST_QUESTION = 3
_LONGEST_SHOWN = 120

Button = dict[str, str]


class Step(str, Enum):
    """What was asked for last."""

    CONSENT = "consent"
    WISH = "wish"
    PHONE = "phone"
    NAME = "name"


_TAKES = {Step.PHONE: Takes.PHONE, Step.NAME: Takes.WORDS}


@dataclass(frozen=True)
class Waiting:
    """step: None where nothing is waited for. missed: replies in a row that were none. trigger: why an officer."""

    step: Step | None = None
    wish: str = ""
    trigger: str = ""
    missed: int = 0

    @classmethod
    def of(cls, tracker: Tracker) -> Waiting:
        kept = tracker.get_slot(WAITING) or {}
        step = Step(kept["step"]) if kept.get("step") else None
        return cls(step, str(kept.get("wish") or ""), str(kept.get("trigger") or ""), int(kept.get("missed") or 0))


@dataclass(frozen=True)
class HandoffTalk:
    """One turn: where to say things, what is remembered, and the services."""

    services: Services
    dispatcher: CollectingDispatcher
    tracker: Tracker
    waiting: Waiting = field(default_factory=Waiting)

    @property
    def desk(self) -> HandoffParts:
        return self.services.handoff

    @property
    def sender(self) -> str:
        """Who asks: the conversation as Rasa knows it."""
        return str(self.tracker.sender_id)

    @property
    def unit(self) -> str:
        """The commune that the talk is about, or the city's team."""
        commune = commune_of(self.tracker)
        return commune.code if commune else CITY_UNIT

    def say(
        self,
        moment: str,
        outcome: Outcome,
        buttons: Sequence[Button] = (),
        expects: bool = False,
        more: dict[str, Any] | None = None,
        **facts: object,
    ) -> None:
        """Say `utter_handoff__<moment>`. expects: a telephone number is asked for, and let through."""
        custom: dict[str, Any] = {"answer": {"outcome": outcome.value, "procedure_code": None, "fields": []}}
        custom |= more or {}
        if expects:
            custom[EXPECTS] = [Kind.PHONE.value]
        self.dispatcher.utter_message(
            response=f"utter_handoff__{moment}", buttons=list(buttons), custom=custom, **facts
        )

    def promise_text(self, shift: Shift) -> str:
        """Return a shift as it is promised."""
        return shift_text(shift, self.desk.clock.now())

    async def summary(self) -> Summary:
        """Return what an officer reads first, out of what the conversation knows; masked as it was stored."""
        code = str(self.tracker.get_slot(PROCEDURE_CODE) or "")
        records = await read_records(self.services, [code]) if code else []
        commune = commune_of(self.tracker)
        said = _said(self.tracker)
        codes = [one for text in said for one in find_case_codes(text, city_date(self.desk.clock.now()))]
        return Summary(
            procedure_code=code,
            procedure_title=name_of(records[0]) if records else "",
            case_code=str(codes[-1].code) if codes and codes[-1].code else "",
            place=commune.name if commune else "",
            asked=_last_question(self.tracker),
        )


def lines_of(summary: Summary) -> list[str]:
    """Return what is passed on, a line each, as the citizen reads it."""
    say = handoff_wording()
    asked = summary.asked if len(summary.asked) <= _LONGEST_SHOWN else f"{summary.asked[:_LONGEST_SHOWN]}…"
    told = {
        "procedure": summary.procedure_title,
        "case_code": summary.case_code,
        "place": summary.place,
        "asked": asked,
    }
    return [*(say(f"summary.{name}", value=value) for name, value in told.items() if value), say("summary.transcript")]


def button(key: str, intent: str, **entities: str) -> Button:
    """Return a button: its title by name in the wording, its payload."""
    carried = {name: value for name, value in entities.items() if value}
    payload = f"/{intent}" + (json.dumps(carried) if carried else "")
    return {"title": handoff_wording()(f"buttons.{key}"), "payload": payload}


def choice(id_: str, key: str) -> Choice:
    """Return an option under its button's title and other words for it."""
    say = handoff_wording()
    return Choice(id_, (say(f"buttons.{key}"), *say.list(f"also.{key}")))


def wait_for(step: Step, choices: Sequence[Choice] = (), **kept: object) -> list[EventType]:
    """Return the slots that have the next message read as the answer."""
    opened = OpenQuestion(NAME, tuple(choices), takes=_TAKES.get(step, Takes.OPTIONS))
    return [SlotSet(WAITING, {"step": step.value, **kept}), SlotSet(OPEN_QUESTION, opened.to_slot())]


def wait_for_nothing() -> list[EventType]:
    return [SlotSet(WAITING, None), SlotSet(OPEN_QUESTION, None)]


def _said(tracker: Tracker) -> list[str]:
    """Return all that was typed, as it was stored."""
    texts = [str(one.get("text") or "") for one in tracker.events or [] if one.get("event") == "user"]
    return [text for text in [*texts, typed(tracker)] if text and not text.startswith("/")]


def _last_question(tracker: Tracker) -> str:
    """Return the newest message that asks something, and is not the wish for a person itself."""
    for event in reversed(tracker.events or []):
        text = str(event.get("text") or "") if event.get("event") == "user" else ""
        intent = str(((event.get("parse_data") or {}).get("intent") or {}).get("name"))
        if text and not text.startswith("/") and intent not in _NO_QUESTION and len(words(text)) >= _SHORTEST_QUESTION:
            return text
    return ""
