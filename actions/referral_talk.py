"""What every part of the talk with the digital team's desk needs: sentences, buttons, and what is waited for next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.place_slots import commune_of
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion, Takes
from bot.nlu.referral_fields import Field
from bot.nlu.referral_turn import ReferralTurn
from bot.nlu.replies import Choice
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.ops.screening.kinds import Kind
from bot.ops.screening.screening import EXPECTS
from bot.referrals.building import Referrals
from bot.referrals.models import About
from bot.referrals.words import referral_wording
from bot.services import Services
from knowledge.how_to import HelpKind, load_guides

NAME = "action_refer_to_team"
WAITING = "referral__waiting"
GUIDE, STEP = "how_to__guide", "how_to__step"
_TAKES = {
    Field.WARD: Takes.PLACE,
    Field.NEIGHBOURHOOD: Takes.FREE,
    Field.CONTACT: Takes.PHONE,
    Field.PHONE_AGAIN: Takes.PHONE,
    Field.CONFIRM: Takes.PHONE,  # another number is a correction
    Field.ABOUT: Takes.FREE,
    Field.CONFIRM: Takes.PLACE,
}

Button = dict[str, str]


@dataclass(frozen=True)
class ReferralTalk:
    """One turn: where to say things, what is remembered, and the services."""

    services: Services
    dispatcher: CollectingDispatcher
    tracker: Tracker
    turn: ReferralTurn

    @property
    def referrals(self) -> Referrals:
        return self.services.referrals

    @property
    def sender(self) -> str:
        """Who asks: the conversation as Rasa knows it."""
        return str(self.tracker.sender_id)

    def say(
        self, moment: str, outcome: Outcome, buttons: Sequence[Button] = (), expects: bool = False, **facts: object
    ) -> None:
        """Say `utter_referral__<moment>`. expects: a telephone number is asked for, and let through."""
        custom: dict[str, Any] = {"answer": {"outcome": outcome.value, "procedure_code": None, "fields": []}}
        if expects:
            custom[EXPECTS] = [Kind.PHONE.value]
        self.dispatcher.utter_message(
            response=f"utter_referral__{moment}", buttons=list(buttons), custom=custom, **facts
        )

    def commune(self) -> str:
        """Return the unit that this message or the conversation has told; "" where none is certain."""
        certain = [one.unit.code for one in self.turn.places if one.unit is not None]
        known = commune_of(self.tracker)
        return certain[-1] if certain else known.code if known else ""

    @property
    def today(self) -> date:
        return city_date(self.services.clock.now())

    def about(self) -> About:
        """Return what the conversation was on: a guide and its step, or a procedure."""
        guide = load_guides().get(str(self.tracker.get_slot(GUIDE) or ""))
        code = str(self.tracker.get_slot("procedure_code") or "")
        if guide is not None:
            return About(guide.kind, guide.id, str(self.tracker.get_slot(STEP) or ""), "")
        return About(HelpKind.FILING, procedure_code=code) if code else About()


def button(key: str, intent: str, **entities: str) -> Button:
    """Return a button: its title by name in the wording, its payload."""
    carried = {name: value for name, value in entities.items() if value}
    payload = f"/{intent}" + (json.dumps(carried, ensure_ascii=False) if carried else "")
    return {"title": referral_wording()(f"buttons.{key}"), "payload": payload}


def answer(key: str, field: Field, value: str, referral_id: str = "") -> Button:
    """Return a button that answers a question of ours."""
    return button(key, "answer_referral", referral_field=field.value, referral_value=value, referral_id=referral_id)


def choice(id_: str, key: str, also: str = "") -> Choice:
    """Return an option under its button's title and other words for it."""
    say = referral_wording()
    return Choice(id_, (say(f"buttons.{key}"), *say.list(f"also.{also or id_}")))


def wait_for(field: Field, choices: Sequence[Choice] = (), missed: int = 0, said: str = "") -> list[EventType]:
    """Return the slots that have the next message read as the answer. said: the part of a place told already."""
    opened = OpenQuestion(NAME, tuple(choices), takes=_TAKES.get(field, Takes.OPTIONS))
    waiting = {"field": field.value, "missed": missed, "said": said}
    return [SlotSet(WAITING, waiting), SlotSet(OPEN_QUESTION, opened.to_slot())]


def wait_for_nothing() -> list[EventType]:
    return [SlotSet(WAITING, None), SlotSet(OPEN_QUESTION, None)]
