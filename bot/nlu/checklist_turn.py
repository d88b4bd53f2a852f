"""What to do with a turn about the checklist: pure decisions, no Rasa, no text, no catalogue.

The message and what is remembered go in as a `ChecklistTurn`; a `ChecklistStep` comes out for the action to carry out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.nlu.open_question import OpenQuestion
from bot.nlu.replies import Choice, Wish, mentioned, read_reply
from knowledge.guide import UNSURE, Guide, GuideQuestion
from knowledge.search.deciding import Certainty

Offers = tuple[tuple[str, str], ...]

_FEWEST_WORDS = 2
"""Of a phrase that is taken as an answer before the question was asked: single words mean too many things."""
_MOST_OFFERS, _TELLING_WORDS = 3, 3
"""Procedures to choose from, and words of a matter from which some are named: "kiểm tra hồ sơ" is about none."""


class StepKind(str, Enum):
    START = "start"
    WHICH = "which"
    NO_SUBJECT = "no_subject"
    ANSWER = "answer"
    BACK = "back"
    ASK_AGAIN = "ask_again"
    CHANGES = "changes"
    SHOW = "show"
    WHOLE = "whole"
    STOP = "stop"
    DIGRESS = "digress"
    OUT_OF_RANGE = "out_of_range"
    NOT_UNDERSTOOD = "not_understood"
    NOTHING_KEPT = "nothing_kept"


@dataclass(frozen=True)
class ChecklistTurn:
    """One message and what is remembered.

    named: the procedure named by button, by code or clearly in words; offers: those that it may mean.
    kept_code, kept_answers: the checklist begun; asked: the id of its open question. question, option, answers: what a
    button carries. tells: the message asks for facts, or is about a procedure.
    """

    intent: str
    text: str = ""
    named: str = ""
    offers: Offers = ()
    active_code: str = ""
    kept_code: str = ""
    kept_answers: Mapping[str, str] | None = None
    asked: str = ""
    open: OpenQuestion | None = None
    question: str = ""
    option: str = ""
    answers: str = ""
    facts: bool = False
    tells: bool = False


@dataclass(frozen=True)
class ChecklistStep:
    kind: StepKind
    code: str = ""
    question: str = ""
    option: str = ""
    offers: Offers = ()


def read_checklist_turn(
    message: Mapping[str, Any], slots: Mapping[str, Any], opened: OpenQuestion | None
) -> ChecklistTurn:
    """Build a turn from Rasa's parsed message and the slots; hostile or missing parts count as nothing."""
    entities = {item.get("entity"): str(item.get("value")) for item in message.get("entities") or []}
    text = str(message.get("text") or "")
    pressed = text.startswith("/")
    link = {} if pressed else message.get("procedure_link") or {}
    certainty = Certainty(link.get("certainty", "none"))
    hits: Offers = tuple((str(hit["code"]), str(hit.get("name") or hit["title"])) for hit in link.get("hits") or [])
    clear = hits[0][0] if certainty is Certainty.CLEAR and hits else ""
    words = int(link.get("words") or 0)
    near = certainty in (Certainty.CLEAR, Certainty.CLOSE)
    facts = bool(message.get("facts"))
    return ChecklistTurn(
        intent=str((message.get("intent") or {}).get("name")),
        text="" if pressed else text,
        named=(entities.get("procedure_code", "") if pressed else str(link.get("code") or "")) or clear,
        offers=hits[:_MOST_OFFERS] if certainty is Certainty.CLOSE and words >= _TELLING_WORDS else (),
        active_code=str(slots.get("procedure_code") or ""),
        kept_code=str(slots.get("checklist__code") or ""),
        kept_answers=dict(slots.get("checklist__answers") or {}),
        asked=str(slots.get("checklist__asked") or ""),
        open=opened,
        question=entities.get("question", "") if pressed else "",
        option=entities.get("option", "") if pressed else "",
        answers=entities.get("answers", "") if pressed else "",
        facts=facts,
        tells=facts or near,
    )


def plan_checklist(turn: ChecklistTurn) -> ChecklistStep:
    """Decide the step: a whole message that replies to the open question first, then the intent, then the rest."""
    if turn.open is not None and not turn.open.about and turn.text:
        return _subject(turn, turn.open)
    if turn.open is not None and turn.text and read_reply(turn.text, turn.open.choices).exact:
        return _reply(turn)
    if turn.intent == "start_checklist":
        return _start(turn)
    if not turn.kept_code and turn.intent != "resend_checklist":
        return ChecklistStep(StepKind.NOTHING_KEPT)
    if turn.intent == "checklist_answer":
        return ChecklistStep(StepKind.ANSWER, turn.kept_code, turn.question, turn.option)
    if turn.intent == "change_checklist":
        kind = StepKind.ASK_AGAIN if turn.question else StepKind.CHANGES
        return ChecklistStep(kind, turn.kept_code, turn.question)
    if turn.intent in ("resend_checklist", "resume_checklist"):
        code = turn.named if not turn.text and turn.named else turn.kept_code
        return ChecklistStep(StepKind.SHOW if code else StepKind.NOTHING_KEPT, code)
    return _reply(turn)


def _subject(turn: ChecklistTurn, opened: OpenQuestion) -> ChecklistStep:
    """The open question is which procedure."""
    reading = read_reply(turn.text, opened.choices)
    if reading.option:
        return ChecklistStep(StepKind.START, reading.option)
    if turn.named or turn.offers:
        return _start(turn)
    if reading.wish is Wish.STOP or turn.facts:
        return ChecklistStep(StepKind.DIGRESS)
    return ChecklistStep(StepKind.NO_SUBJECT)


def _start(turn: ChecklistTurn) -> ChecklistStep:
    if turn.named:
        return ChecklistStep(StepKind.START, turn.named)
    if turn.offers and turn.active_code not in dict(turn.offers):
        return ChecklistStep(StepKind.WHICH, offers=turn.offers)
    code = turn.active_code or turn.kept_code
    return ChecklistStep(StepKind.START, code) if code else ChecklistStep(StepKind.NO_SUBJECT)


_WISHES = {
    Wish.STOP: StepKind.STOP,
    Wish.BACK: StepKind.BACK,
    Wish.CHANGE: StepKind.CHANGES,
    Wish.WHOLE: StepKind.WHOLE,
}


def _reply(turn: ChecklistTurn) -> ChecklistStep:
    """A reply that only holds an option's words beside a question ("nhà thuê thì mất bao lâu") is that question."""
    reading = read_reply(turn.text, turn.open.choices if turn.open else ())
    if reading.option and (reading.exact or not turn.facts):
        return ChecklistStep(StepKind.ANSWER, turn.kept_code, turn.asked, reading.option)
    if reading.wish is not None:
        return ChecklistStep(_WISHES[reading.wish], turn.kept_code)
    if reading.out_of_range:
        return ChecklistStep(StepKind.OUT_OF_RANGE, turn.kept_code)
    if turn.intent == "ask_procedure" and turn.tells:
        return ChecklistStep(StepKind.DIGRESS, turn.kept_code)
    return ChecklistStep(StepKind.NOT_UNDERSTOOD, turn.kept_code)


def choices_of(question: GuideQuestion) -> tuple[Choice, ...]:
    """Return a question's options as a reply is read against them."""
    return tuple(Choice(option.id, (option.label, *option.words)) for option in question.options)


def assumed_answers(guide: Guide, text: str) -> dict[str, str]:
    """Return what a message already answers, question by question, where it is unambiguous."""
    known: dict[str, str] = {}
    for question in guide.questions:
        if not question.when.holds(known):
            continue
        told = tuple(
            Choice(choice.id, tuple(phrase for phrase in choice.phrases if len(phrase.split()) >= _FEWEST_WORDS))
            for choice in choices_of(question)
            if choice.id != UNSURE  # "không biết cần giấy gì" is no answer to a question that was not asked
        )
        option = mentioned(text, told)
        if option:
            known[question.id] = option
    return known


def question_before(guide: Guide, answers: Mapping[str, str], question_id: str) -> GuideQuestion | None:
    """Return the question asked before `question_id`; None at the first."""
    known = guide.settled(answers)
    before: GuideQuestion | None = None
    for question in guide.questions:
        if question.id == question_id:
            return before
        before = question if question.id in known else before
    return before


def join_answers(answers: Mapping[str, str]) -> str:
    """Return answers as a button's payload carries them: `home=own,age=child`."""
    return ",".join(f"{question}={option}" for question, option in answers.items())


def split_answers(text: str) -> dict[str, str]:
    """Return the answers that a button carries; parts that are none are left out."""
    pairs = (part.partition("=") for part in text.split(","))
    return {question: option for question, mark, option in pairs if mark}
