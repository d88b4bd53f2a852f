"""Who gets a message while the assistant waits for the answer to a question of its own.

Rules know intents, and "nhà thuê á" has none: while a question is open, what reads as a reply to it goes to the action
that asked. Anything else, first of all an emergency, goes its own way; a question asked in between does not close it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.nlu.arbiter import SAFETY
from bot.nlu.replies import Choice, read_reply
from bot.ops.screening.case_proofs import find_proof, is_bare_proof
from knowledge.text import fold

OPEN_QUESTION = "open_question"
"""The slot: `{"action": who asked, "about": procedure code, "options": [{"id": …, "phrases": […]}]}`."""
_TAKEN = {"ask_procedure", "choose_option", "affirm", "deny", "nlu_fallback", "out_of_scope"}
"""Intents of messages that the asking action deals with, also where they are no reply."""
_PASSING = ("utter_smalltalk__", "utter_fallback__")
"""A word of thanks in between leaves the question open."""
_ANSWERS = "action_answer_procedure"


_REMARKS = {
    "lodge_petition",
    "file_complaint",
    "ask_legal_advice",
    "ask_city_service",
    "report_trouble",
    "insult",
    "thanks",
    "ask_case_status",
    "ask_office",
    "greet",
    "goodbye",
}
"""Intents that a remark in people's own words may be taken for."""
_NAMES_IT = re.compile(r"(?<![a-z])(?:so|sdt|dien thoai|ma|khoa|ho so|giay hen|bien nhan)(?![a-z])")
"""What is asked for when a dossier's code or proof is …"""
_WHY = re.compile(r"(?<![a-z])(?:sao|lam gi|lam chi|chi vay|can gi)(?![a-z])")
"""… and why it is: "sao phải đưa số điện thoại"."""


class Takes(str, Enum):
    """What an open question takes beside its options: a dossier's code, its proof, or whatever is said."""

    OPTIONS = "options"
    CASE_CODE = "case_code"
    CASE_PROOF = "case_proof"
    REMARK = "remark"


_OF_A_DOSSIER = (Takes.CASE_CODE, Takes.CASE_PROOF)


@dataclass(frozen=True)
class OpenQuestion:
    """`about`: code of the procedure that it is on; empty where the question is which procedure."""

    action: str
    choices: tuple[Choice, ...] = ()
    about: str = ""
    takes: Takes = Takes.OPTIONS

    def to_slot(self) -> dict[str, Any]:
        """Return the slot's value."""
        options = [{"id": choice.id, "phrases": list(choice.phrases)} for choice in self.choices]
        slot: dict[str, Any] = {"action": self.action, "about": self.about, "options": options}
        return slot if self.takes is Takes.OPTIONS else {**slot, "takes": self.takes.value}


def read_open_question(value: Any) -> OpenQuestion | None:
    """Return the question in a slot's value; None where none is open."""
    if not isinstance(value, Mapping) or not value.get("action"):
        return None
    options = value.get("options") or []
    choices = tuple(Choice(str(one["id"]), tuple(map(str, one["phrases"]))) for one in options)
    takes = Takes(value.get("takes") or Takes.OPTIONS)
    return OpenQuestion(str(value["action"]), choices, str(value.get("about") or ""), takes)


@dataclass(frozen=True)
class Moment:
    """Where the conversation stands: the last action, the procedure at hand, whether some are offered."""

    last_action: str
    procedure_code: str = ""
    offered: bool = False


def goes_to_asker(question: OpenQuestion, intent: str, text: str, moment: Moment) -> bool:
    """Say whether a message is for the action that asked."""
    if text.startswith("/"):
        return False
    if question.takes is Takes.CASE_PROOF and is_bare_proof(text):
        return True  # means nothing else, whatever was talked about in between
    if not _still_open(question, moment):
        return False
    reading = read_reply(text, question.choices)
    if intent in SAFETY:
        return reading.exact
    if question.takes is Takes.REMARK and intent in _REMARKS:
        return True
    if question.takes is Takes.CASE_PROOF and find_proof(text, asked=True):
        return True
    if question.takes is Takes.CASE_PROOF and _WHY.search(fold(text)) and _NAMES_IT.search(fold(text)):
        return True
    if intent == "out_of_scope" and question.takes in _OF_A_DOSSIER and not _NAMES_IT.search(fold(text)):
        return False  # the weather is no answer to "which code"
    return intent in _TAKEN or bool(reading)


def _still_open(question: OpenQuestion, moment: Moment) -> bool:
    """A fact of the same procedure, looked up by button, leaves it open; all else that speaks puts it aside."""
    if moment.last_action == question.action or moment.last_action.startswith(_PASSING):
        return True
    same = bool(question.about) and question.about == moment.procedure_code
    return moment.last_action == _ANSWERS and same and not moment.offered
