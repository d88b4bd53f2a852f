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
from bot.nlu.contact_words import read_contact
from bot.nlu.petition_reading import STORY_WORDS, is_answer_word, is_bare_contact
from bot.nlu.replies import Choice, read_reply
from bot.nlu.story_words import TELL_STORY
from bot.ops.screening.case_proofs import find_proof, is_bare_proof
from bot.ops.screening.introductions import says_only_who
from knowledge.places import find_places
from knowledge.text import fold, words

OPEN_QUESTION = "open_question"
"""The slot: `{"action": who asked, "about": procedure code, "options": [{"id": …, "phrases": […]}]}`."""
_TAKEN = {"ask_procedure", "choose_option", "affirm", "deny", "nlu_fallback", "out_of_scope", TELL_STORY}
"""Intents of messages that the asking action deals with, also where they are no reply."""
_PASSING = ("utter_smalltalk__", "utter_fallback__", "action_offer_petition")
"""A word of thanks in between leaves the question open."""
_ANSWERS = "action_answer_procedure"


_NAMES_IT = re.compile(r"(?<![a-z])(?:so|sdt|dien thoai|ma|khoa|ho so|giay hen|bien nhan)(?![a-z])")
"""What is asked for when a dossier's code or proof is …"""
_WHY = re.compile(r"(?<![a-z])(?:sao|lam gi|lam chi|chi vay|can gi)(?![a-z])")
"""… and why it is: "sao phải đưa số điện thoại"."""


_COURTESIES = {"greet", "goodbye", "thanks", "ask_capabilities"}
_MATTERS = {
    "request_human",
    "request_slower",
    "request_usual_pace",
    "read_on",
    "ask_case_status",
    "follow_case",
    "ask_followed_cases",
    "stop_following",
    "ask_petition",
    "resume_petition",
    "ask_digital_help",
    "ask_how_to",
    "refuse_tips",
    "cancel_referral",
    "ask_vneid",
    "start_checklist",
    "compare_procedures",
}
"""Clearly about something else, where a name, a place or a yes was asked for."""
_MY_DATA = {"ask_my_data", "erase_my_data", "correct_my_data", "withdraw_consent"}
_MATTERS |= _MY_DATA
_OWN_WAY = SAFETY | {
    "request_human",
    "ask_case_status",
    "refuse_tips",
    "cancel_referral",
    "ask_how_to",
    "file_complaint",
}
"""Intents that are no answer in free words: they go where they always go."""
_NO_REMARK = (_OWN_WAY - {"ask_case_status", "file_complaint"}) | {"ask_vneid", "start_checklist", "compare_procedures"}
"""What a remark in people's own words is not taken for; they tell of dossiers and of what went wrong."""
_TROUBLE = {"tell_stuck", "ask_vneid", "report_trouble", "ask_fact", "read_on"}
"""Intents that trouble with a step, or its being done, may be taken for."""


class Takes(str, Enum):
    """What an open question takes beside its options: a dossier's code, its proof, or whatever is said.

    WORDS: a short answer in people's own words, so nearly everything that is not about something else. CONTACT: the
    same, and a telephone number is one whatever it looks like. STORY: whatever is told. EXACT: its options alone.
    PLACE: where something is. PHONE: a telephone number. FREE: words of any kind. STEP: how a step of a guide went.
    """

    OPTIONS = "options"
    CASE_CODE = "case_code"
    CASE_PROOF = "case_proof"
    REMARK = "remark"
    WORDS = "words"
    CONTACT = "contact"
    STORY = "story"
    EXACT = "exact"
    PLACE = "place"
    PHONE = "phone"
    FREE = "free"
    STEP = "step"


_OF_A_DOSSIER = (Takes.CASE_CODE, Takes.CASE_PROOF)
_CREDENTIALS, _TAKING_NUMBERS = "share_credentials", frozenset({Takes.PHONE, Takes.PLACE})


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
    if intent == _CREDENTIALS and question.takes in _TAKING_NUMBERS and read_contact(text).long:
        return True  # ten digits that were asked for; codes and passwords are masked by now, or shorter
    if question.takes is Takes.PHONE and read_contact(text).phone and is_bare_contact(text):
        return True  # "0901 234 567 cô Ba"
    if question.takes is Takes.CONTACT and is_bare_contact(text):
        return True
    intent = "nlu_fallback" if says_only_who(text) else intent  # a name that was asked for, and no greeting
    reading = read_reply(text, question.choices)
    if intent in SAFETY or question.takes is Takes.EXACT:
        return reading.exact
    if question.takes in (Takes.WORDS, Takes.CONTACT, Takes.STORY):
        return bool(reading) or is_answer_word(text) or intent not in _own_way(question.takes, text)
    if intent == "out_of_scope" and question.takes in _OF_A_DOSSIER and not _NAMES_IT.search(fold(text)):
        return _takes_in(question.takes, intent, text)  # the weather is no answer to "which code"
    return _takes_in(question.takes, intent, text) or intent in _TAKEN or bool(reading)


def _takes_in(takes: Takes, intent: str, text: str) -> bool:
    """Say whether a question takes a message whatever its options are."""
    if takes is Takes.CASE_PROOF and find_proof(text, asked=True):
        return True
    if takes is Takes.CASE_PROOF:
        return bool(_WHY.search(fold(text)) and _NAMES_IT.search(fold(text)))
    if takes is Takes.PLACE:
        return intent not in _OWN_WAY and bool(find_places(text) or read_contact(text).phone)
    if takes is Takes.PHONE:
        return read_contact(text).tried
    if takes is Takes.FREE:
        return intent not in _OWN_WAY
    if takes is Takes.REMARK:
        return intent not in _NO_REMARK
    return takes is Takes.STEP and intent in _TROUBLE


def _own_way(takes: Takes, text: str) -> set[str]:
    """Intents that go by the rules although something is asked; a story may sound like any of them."""
    story = takes is Takes.STORY and len(words(text)) >= STORY_WORDS
    return _COURTESIES if story else _COURTESIES | _MATTERS


def _still_open(question: OpenQuestion, moment: Moment) -> bool:
    """A fact of the same procedure, looked up by button, leaves it open; all else that speaks puts it aside."""
    if moment.last_action == question.action or moment.last_action.startswith(_PASSING):
        return True
    same = bool(question.about) and question.about == moment.procedure_code
    return moment.last_action == _ANSWERS and same and not moment.offered
