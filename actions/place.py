"""Which unit of today a place is, and where its office is: told from the records, asked where a name is doubtful."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.choices import PROCEDURE_CODE
from actions.place_slots import COMMUNE_CODE, PLACE_WORDS, commune_of, commune_slots
from actions.procedure import ActionAnswerProcedure
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion, Takes
from bot.nlu.place_turn import (
    UNSURE,
    Asked,
    PlaceStep,
    PlaceStepKind,
    PlaceTurn,
    Wants,
    choices_of,
    plan_place,
)
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.services import Services, default_services
from knowledge.facts import Fact
from knowledge.places import PlaceMention, Sense, SenseKind, load_places
from knowledge.places.contacts import OfficeKind, load_directory
from knowledge.places.where import office_text
from knowledge.wording import load_wording

NAME = "action_tell_place"
ASKED = "place__asked"
_POLICE = "Công an cấp xã"
"""The agency's label in knowledge/content/lexicon/agencies.yml."""
_MOST_NAMED, _MOST_BUTTONS, _LONGEST_WORDS = 6, 10, 300
_OUTCOMES = {
    PlaceStepKind.OUTSIDE: Outcome.UNANSWERED_OUTSIDE_CITY,
    PlaceStepKind.NO_PLACE: Outcome.UNANSWERED_OFFICE,
    PlaceStepKind.UNSURE: Outcome.UNANSWERED_PLACE_UNSURE,
}
_ASKING = (PlaceStepKind.ASK_SPLIT, PlaceStepKind.ASK_WHICH, PlaceStepKind.ASK_DISTRICT, PlaceStepKind.ASK_WARD)


class ActionTellPlace(Action):
    """Tells the unit of today of a place, and its office where editors have verified one; asks one question else."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return NAME

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = read_place_turn(tracker)
        step = plan_place(turn)
        if step.kind is PlaceStepKind.DIGRESS:
            events = await ActionAnswerProcedure(self._services).run(dispatcher, tracker, domain)
            return [*events, *_left_open(turn.asked)]
        if step.kind is PlaceStepKind.OF_PROCEDURE:
            code = str(tracker.get_slot(PROCEDURE_CODE))
            return await ActionAnswerProcedure(self._services).tell(dispatcher, tracker, code, (Fact.PLACE,))
        if step.kind is PlaceStepKind.TOLD:
            return self._tell(dispatcher, tracker, step)
        _ask(dispatcher, step)
        forged = tracker.get_slot(COMMUNE_CODE) and commune_of(tracker) is None
        return [*(commune_slots(None) if forged else []), *_remembered(step)]

    def _tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, step: PlaceStep) -> list[EventType]:
        one, say = step.units[0], load_wording()
        told = say("places.became", former=step.former, unit=one.name) if step.former else ""
        facts = {"place": told or say("places.today", unit=one.name)}
        outcome = Outcome.ANSWERED_PLACE
        if step.wants is Wants.OFFICE:
            services = self._services or default_services()
            today = city_date(services.clock.now())
            facts["office"] = office_text(load_directory(), one, _office_kind(tracker), today, say)
            outcome = Outcome.ANSWERED_PLACE if facts["office"] else Outcome.UNANSWERED_OFFICE
            facts["office"] = facts["office"] or say("places.unverified")
        custom = {"answer": {**_answer(outcome), "commune_code": one.code}}
        moment = "office" if step.wants is Wants.OFFICE else "told"
        dispatcher.utter_message(
            response=f"utter_place__{moment}", custom=custom, buttons=_next_buttons(tracker, step), **facts
        )
        return [*commune_slots(one), SlotSet(ASKED, None), SlotSet(OPEN_QUESTION, None)]


def read_place_turn(tracker: Tracker) -> PlaceTurn:
    """Read the message, the buttons and what is open; hostile or missing parts count as nothing."""
    message = tracker.latest_message or {}
    intent = str((message.get("intent") or {}).get("name"))
    pressed = {item.get("entity"): str(item.get("value")) for item in message.get("entities") or []}
    link = message.get("procedure_link") or {}
    asked = Asked.of(tracker.get_slot(ASKED)) if _was_asked(tracker) else None
    opened = tracker.get_slot(OPEN_QUESTION) or {}
    return PlaceTurn(
        intent=intent,
        text=str(message.get("text") or ""),
        mentions=tuple(PlaceMention.from_json(one, load_places()) for one in message.get("places") or []),
        pressed_code=pressed.get("commune_code", "") if intent == "choose_place" else "",
        pressed_name=pressed.get("place_name", "") if intent == "choose_place" else "",
        asked=asked,
        home=commune_of(tracker),
        about_procedure=intent == "ask_procedure" and (link.get("certainty") == "clear" or bool(message.get("facts"))),
        at_hand=bool(tracker.get_slot(PROCEDURE_CODE)),
        replies=asked is not None and isinstance(opened, dict) and opened.get("action") == NAME,
    )


def _was_asked(tracker: Tracker) -> bool:
    """Say whether this action spoke last: a question of long ago is no longer open."""
    seen_message = False
    for event in reversed(tracker.events or []):
        seen_message = seen_message or event.get("event") == "user"
        name = event.get("name")
        if seen_message and event.get("event") == "action" and name not in ("action_listen", "action_extract_slots"):
            return bool(name == NAME)
    return False


def _ask(dispatcher: CollectingDispatcher, step: PlaceStep) -> None:
    say = load_wording()
    facts: dict[str, Any] = {"said": step.said, "former": step.former, "count": len(step.units)}
    facts["names"] = _named([one.name for one in step.units])
    if step.kind in (PlaceStepKind.ASK_WHICH, PlaceStepKind.ASK_DISTRICT):
        facts["names"] = "; ".join(_label(sense) for sense in step.senses)
    facts["kept"] = say("places.kept", words=step.words[:_LONGEST_WORDS]) if step.words.strip() else ""
    outcome = Outcome.CLARIFIED_PLACE if step.kind in _ASKING else _OUTCOMES[step.kind]
    buttons = _buttons(step)
    dispatcher.utter_message(
        response=f"utter_place__{step.kind.value}", buttons=buttons, custom={"answer": _answer(outcome)}, **facts
    )


def _remembered(step: PlaceStep) -> list[EventType]:
    """What was asked is open; of a place in doubt no unit is remembered."""
    if step.kind not in (*_ASKING, PlaceStepKind.NO_PLACE):
        kept = [SlotSet(PLACE_WORDS, step.words[:_LONGEST_WORDS])] if step.words.strip() else []
        return [SlotSet(ASKED, None), SlotSet(OPEN_QUESTION, None), *kept]
    split = step.kind is PlaceStepKind.ASK_SPLIT
    codes = tuple(one.code for one in step.units)
    said = step.former if step.kind is PlaceStepKind.ASK_WARD else step.said
    asked = Asked(said, step.former, codes, step.wants, split, _options(step))
    choices = choices_of(step.units) if len(codes) <= _MOST_BUTTONS else ()
    opened = OpenQuestion(NAME, choices, takes=Takes.FREE)  # a street, a khu phố
    is_open = opened.to_slot() if step.kind in _ASKING else None
    forgotten = commune_slots(None) if step.kind in _ASKING else []
    return [SlotSet(ASKED, asked.to_slot()), SlotSet(OPEN_QUESTION, is_open), *forgotten]


def _left_open(asked: Asked | None) -> list[EventType]:
    """One question in between leaves ours open; after a second one nobody remembers it."""
    if asked is None or asked.digressed:
        return [SlotSet(ASKED, None), SlotSet(OPEN_QUESTION, None)]
    return [SlotSet(ASKED, replace(asked, digressed=True).to_slot())]


def _options(step: PlaceStep) -> tuple[str, ...]:
    """Codes and names in the order of the buttons, so that a typed number picks one."""
    if step.senses and step.kind in (PlaceStepKind.ASK_WHICH, PlaceStepKind.ASK_DISTRICT):
        return tuple(one.codes[0] if one.kind is SenseKind.UNIT else one.name for one in step.senses)
    return tuple(one.code for one in step.units[:_MOST_NAMED])


def _buttons(step: PlaceStep) -> list[dict[str, str]]:
    """The units of a split ward or a small district, or what a name can mean; and a way out of not knowing."""
    say = load_wording()
    if step.kind in (PlaceStepKind.ASK_WHICH, PlaceStepKind.ASK_DISTRICT):
        found = [_sense_button(sense, step.kind) for sense in step.senses[:_MOST_BUTTONS]]
    elif step.kind is PlaceStepKind.ASK_SPLIT or (
        step.kind is PlaceStepKind.ASK_WARD and len(step.units) <= _MOST_NAMED
    ):
        found = [_button(one.name, commune_code=one.code) for one in step.units]
    else:
        return []
    return [*found, {"title": say("places.unsure"), "payload": f"/{UNSURE}"}]


def _sense_button(sense: Sense, kind: PlaceStepKind) -> dict[str, str]:
    title = sense.name.split(", ")[-1] if kind is PlaceStepKind.ASK_DISTRICT else _label(sense)
    if sense.kind is SenseKind.UNIT:
        return _button(title, commune_code=sense.codes[0])
    return _button(title, place_name=sense.name)


def _button(title: str, **entities: str) -> dict[str, str]:
    return {"title": title, "payload": f"/choose_place{json.dumps(entities, ensure_ascii=False)}"}


def _label(sense: Sense) -> str:
    """A name with what it is: today's, a former one, or one outside the city."""
    kind = {SenseKind.UNIT: "is_today", SenseKind.OUTSIDE: "is_outside"}.get(sense.kind, "is_former")
    return load_wording()(f"places.{kind}", name=sense.name)


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    rest = len(names) - _MOST_NAMED
    return shown + (load_wording()("places.more", count=rest) if rest > 0 else "")


def _next_buttons(tracker: Tracker, step: PlaceStep) -> list[dict[str, str]]:
    """With a procedure at hand, where to hand it in is a button away."""
    if not tracker.get_slot("procedure_code") or step.wants is Wants.OFFICE:
        return []
    return [{"title": load_wording()("buttons.place"), "payload": '/ask_fact{"fact":"place"}'}]


def _office_kind(tracker: Tracker) -> OfficeKind:
    agencies = {item.get("value") for item in (tracker.latest_message or {}).get("entities") or []}
    return OfficeKind.POLICE if _POLICE in agencies else OfficeKind.ONE_STOP


def _answer(outcome: Outcome) -> dict[str, Any]:
    return {"outcome": outcome.value, "procedure_code": None, "fields": []}
