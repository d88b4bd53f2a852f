"""Who gets a message while the assistant waits for the answer to a question of its own.

Rules know intents, and "nhà thuê á" has none: while a question is open, what reads as a reply to it goes to the action
that asked. Anything else, first of all an emergency, goes its own way; a question asked in between does not close it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.nlu.arbiter import SAFETY
from bot.nlu.replies import Choice, read_reply

OPEN_QUESTION = "open_question"
"""The slot: `{"action": who asked, "options": [{"id": …, "phrases": […]}]}`."""
_TAKEN = {"ask_procedure", "choose_option", "affirm", "deny", "nlu_fallback"}
"""Intents of messages that the asking action deals with, also where they are no reply."""
_PASSING = "utter_smalltalk__"
"""A word of thanks in between leaves the question open."""


@dataclass(frozen=True)
class OpenQuestion:
    action: str
    choices: tuple[Choice, ...]

    def to_slot(self) -> dict[str, Any]:
        """Return the slot's value."""
        options = [{"id": choice.id, "phrases": list(choice.phrases)} for choice in self.choices]
        return {"action": self.action, "options": options}


def read_open_question(value: Any) -> OpenQuestion | None:
    """Return the question in a slot's value; None where none is open."""
    if not isinstance(value, Mapping) or not value.get("action"):
        return None
    options = value.get("options") or []
    return OpenQuestion(
        str(value["action"]), tuple(Choice(str(one["id"]), tuple(map(str, one["phrases"]))) for one in options)
    )


def goes_to_asker(question: OpenQuestion, intent: str, text: str, last_action: str) -> bool:
    """Say whether a message is for the action that asked.

    last_action: the last that ran before the message; where another one has spoken since, the question is put aside.
    """
    if text.startswith("/") or not (last_action == question.action or last_action.startswith(_PASSING)):
        return False
    reading = read_reply(text, question.choices)
    if intent in SAFETY:
        return reading.exact
    return intent in _TAKEN or bool(reading)
