"""An answer did not help: a follow-up with a reference, one question on what failed, and what helps now (R-01).

The hub opens the follow-up while it stores this reply (`custom.follow_up`, bot/hub/feedback_effects.py): a reference
that is read is on disk, once, whatever stops in between.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.choices import PROCEDURE_CODE
from actions.petition_complaint import complaint_about_petition
from actions.procedure import ActionAnswerProcedure
from bot.feedback.labels import label
from bot.feedback.models import Reason
from bot.feedback.store import new_feedback_reference
from bot.nlu.open_question import OPEN_QUESTION, OpenQuestion, Takes, read_open_question
from bot.nlu.replies import Choice, Wish, read_reply
from bot.ops.outcomes import Outcome
from bot.services import Services

NAME = "action_open_follow_up"
REFERENCE = "feedback__reference"
SKIPPED = "skipped"
_PRESSED = "say_what_failed"

Button = dict[str, str]


class ActionOpenFollowUp(Action):
    """Takes the complaint, then the answer to the question that it asks."""

    def __init__(self, services: Services | None = None) -> None:
        self._services = services

    def name(self) -> str:
        return NAME

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        message = tracker.latest_message or {}
        text, intent = str(message.get("text") or ""), str((message.get("intent") or {}).get("name"))
        reference = str(tracker.get_slot(REFERENCE) or "")
        opened = read_open_question(tracker.get_slot(OPEN_QUESTION))
        if intent == _PRESSED and reference:
            return _note(dispatcher, tracker, reference, _failed(message), words=False)
        if opened is None or opened.action != NAME or not reference or text.startswith("/"):
            about_petition = await complaint_about_petition(self._services, dispatcher, tracker, text)
            return about_petition or _open(dispatcher)
        if intent == "ask_procedure" and (message.get("procedure_link") or {}).get("certainty") == "clear":
            events = await ActionAnswerProcedure(self._services).run(dispatcher, tracker, domain)
            return [*events, SlotSet(OPEN_QUESTION, None)]
        return _note(dispatcher, tracker, reference, *_told(text, intent))


def _open(dispatcher: CollectingDispatcher) -> list[EventType]:
    reference = new_feedback_reference()
    said = {"reference": reference, "opens": True, "words": True}
    custom = {"answer": _answer(Outcome.CLARIFIED_NOT_SOLVED), "follow_up": said}
    dispatcher.utter_message(
        response="utter_feedback__opened", reference=reference, buttons=_reason_buttons(), custom=custom
    )
    asked = OpenQuestion(NAME, _choices(), takes=Takes.REMARK)
    return [SlotSet(REFERENCE, reference), SlotSet(OPEN_QUESTION, asked.to_slot())]


def _told(text: str, intent: str) -> tuple[str, bool]:
    """Return the reason that a reply names, if any, and whether its words say something more."""
    reading = read_reply(text, _choices())
    if reading.option == SKIPPED or reading.wish is Wish.STOP or intent in ("deny", "thanks", "goodbye"):
        return SKIPPED, False
    return (reading.option, not reading.exact) if reading.option else ("", True)


def _note(
    dispatcher: CollectingDispatcher, tracker: Tracker, reference: str, failed: str, words: bool
) -> list[EventType]:
    """Add what failed to the follow-up, and offer what helps."""
    reason = failed if failed in {one.value for one in Reason} else ""
    noted = bool(reason) or words
    custom: dict[str, Any] = {"answer": _answer(Outcome.ANSWERED_NOT_SOLVED)}
    if noted:
        custom["follow_up"] = {"reference": reference, "reason": reason, "words": words}
    dispatcher.utter_message(
        response="utter_feedback__noted" if noted else "utter_feedback__left_out",
        reference=reference,
        buttons=_help_buttons(str(tracker.get_slot(PROCEDURE_CODE) or "")),
        custom=custom,
    )
    return [SlotSet(OPEN_QUESTION, None)]


def _choices() -> tuple[Choice, ...]:
    options = [Choice(one.value, (label(f"reasons.{one.value}"),)) for one in Reason]
    return (*options, Choice(SKIPPED, (label("asked.skip"),)))


def _reason_buttons() -> list[Button]:
    return [_button(choice.phrases[0], _PRESSED, failed=choice.id) for choice in _choices()]


def _help_buttons(procedure_code: str) -> Sequence[Button]:
    return [
        _button(label("asked.otherwise"), "deny"),
        _button(label("asked.person"), "request_human"),
        _button(label("asked.petition"), "lodge_petition", procedure_code=procedure_code),
    ]


def _button(title: str, intent: str, **entities: str) -> Button:
    carried = {name: value for name, value in entities.items() if value}
    return {"title": title, "payload": f"/{intent}" + (json.dumps(carried) if carried else "")}


def _failed(message: dict[str, Any]) -> str:
    entities = message.get("entities") or []
    return next((str(one.get("value")) for one in entities if one.get("entity") == "failed"), SKIPPED)


def _answer(outcome: Outcome) -> dict[str, Any]:
    return {"outcome": outcome.value, "procedure_code": None, "fields": []}
