"""What to do with a turn while a petition is written: pure decisions, no Rasa, no text, no look-up.

The message and what is remembered go in as a `PetitionTurn`; a `PetitionStep` comes out for the action to carry out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.nlu import petition_reading as reading
from bot.nlu.open_question import OpenQuestion, Takes
from bot.nlu.petition_draft import REFUSED, Item, Writing
from bot.nlu.petition_reply import plan_reply
from bot.nlu.petition_step import PetitionStep, PetitionTurn, StepKind, step_of_button

LODGE, ANSWER, RESUME = "lodge_petition", "give_petition_answer", "resume_petition"
PHOTOS = "give_photos"
STEP, KEY = "petition_step", "petition_key"
"""Entities that buttons carry."""


def read_petition_turn(
    message: Mapping[str, Any], text: str, writing: Writing | None, opened: OpenQuestion | None
) -> PetitionTurn:
    """Build a turn. text: the message as it was stored, with its masks; Rasa's own copy has none.

    opened: our own open question, None where none is.
    """
    paused = opened is not None and opened.takes is Takes.EXACT
    pressed = text.startswith("/")
    entities = {item.get("entity"): str(item.get("value")) for item in message.get("entities") or []}
    link = message.get("procedure_link") or {}
    facts = bool(message.get("facts"))
    intent = str((message.get("intent") or {}).get("name"))
    near = link.get("certainty") in ("clear", "close")
    asks = facts or bool(reading.asked_instead(text))
    return PetitionTurn(
        intent=intent,
        text="" if pressed else text,
        step=entities.get(STEP, "") if pressed else "",
        key=entities.get(KEY, "") if pressed else "",
        carried={
            name: entities[name] for name in ("case_code", "procedure_code", "paper") if pressed and name in entities
        },
        writing=writing,
        choices=opened.choices if opened is not None and not paused else None,
        paused=paused,
        photos=_photos(message) if pressed and intent == PHOTOS else (),
        parsed={} if pressed else message,
        asks_aside=not pressed and intent == "ask_procedure" and asks and near,
        confidence=float((message.get("intent") or {}).get("confidence") or 0.0),
    )


def _photos(message: Mapping[str, Any]) -> tuple[str, ...]:
    found = message.get("entities") or []
    return tuple(str(one.get("value")) for one in found if one.get("entity") == "attachments")


def plan_petition(turn: PetitionTurn) -> PetitionStep:
    """Decide the step: a button, then a reply to what was asked, then the intent."""
    if not turn.text:
        return _pressed(turn)
    if turn.is_open and turn.writing is not None:
        return plan_reply(turn, turn.writing)
    if turn.paused and turn.writing is None and reading.wish_in(turn.text, (reading.SEND,)):
        return PetitionStep(StepKind.SEND)  # once more, right after the receipt
    if turn.paused and turn.writing is not None and turn.writing.consent == REFUSED:
        wish = reading.wish_in(turn.text, (reading.ANONYMOUS, reading.AGREE))
        if wish:
            return PetitionStep(StepKind.ANONYMOUS if wish == reading.ANONYMOUS else StepKind.AGREE, Item.CONSENT)
    if turn.paused and turn.writing is not None and reading.wish_in(turn.text, (reading.CANCEL,)):
        return PetitionStep(StepKind.CANCEL)
    wants = turn.intent == RESUME and (turn.writing is not None or reading.goes_on(turn.text))
    if wants or (turn.paused and reading.wish_in(turn.text, (reading.RESUME,))):
        return PetitionStep(StepKind.RESUME if turn.writing else StepKind.NOTHING_BEGUN)
    return _start(turn)


def _start(turn: PetitionTurn) -> PetitionStep:
    """Own words are the story already, unless they only say that there is one, or will be none."""
    if reading.calls_off(turn.text) or reading.asked_instead(turn.text):
        return PetitionStep(StepKind.CANCEL if turn.writing else StepKind.NEVER_MIND)
    if turn.writing is not None and turn.writing.content:
        return PetitionStep(StepKind.BEGUN_ALREADY)
    story = reading.story_in(turn.text) if reading.tells_something(turn.text) else ""
    return PetitionStep(StepKind.START, Item.CONTENT, story)


def _pressed(turn: PetitionTurn) -> PetitionStep:
    if turn.intent == RESUME:
        return PetitionStep(StepKind.RESUME if turn.writing else StepKind.NOTHING_BEGUN)
    if turn.intent == LODGE:
        begun = turn.writing is not None and bool(turn.writing.content)
        return PetitionStep(StepKind.BEGUN_ALREADY if begun else StepKind.START)
    if turn.intent == PHOTOS and turn.writing is not None:
        return PetitionStep(StepKind.SET, Item.PHOTOS)
    if turn.step == "new":
        return PetitionStep(StepKind.START_ANEW)
    if turn.step == reading.ANONYMOUS:
        return PetitionStep(StepKind.ANONYMOUS, Item.CONSENT)
    if turn.step == reading.SEND:
        return PetitionStep(StepKind.SEND)
    if turn.writing is None or (turn.key and turn.key != turn.writing.key):
        return PetitionStep(StepKind.STALE)
    return step_of_button(turn.step, turn.writing)
