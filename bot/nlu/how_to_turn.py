"""What to do with a turn about a step guide: pure decisions, no Rasa, no text.

The message and what is remembered go in as a `HowToTurn`; a `HowToAdvice` comes out for the action to carry out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.nlu.open_question import OpenQuestion
from bot.nlu.replies import NOTHING, Choice, Reading, Wish, mentioned, read_reply
from knowledge.how_to import HowToGuide, guide_for, load_guides, reply_phrases
from knowledge.text import words

ASK, ANSWER, STUCK = "ask_how_to", "answer_how_to", "tell_stuck"
STUCK_ON_STEP, STUCK_IN_ALL = 2, 3
"""So often stuck on one step, or in one conversation, and the team is offered."""
ASIDE = "aside"
"""What the open question is about where the guide was put aside."""
_LONGEST_TROUBLE = 24
_COURTESY = frozenset(word for phrase in reply_phrases("courtesy") for word in words(phrase))
_RESUME = frozenset({"tiep", "tiep tuc", "lam tiep", "huong dan tiep", "tiep di", "di tiep"})


class Reply(str, Enum):
    """What can be said of a step; also what buttons carry."""

    DONE = "done"
    STUCK = "stuck"
    BACK = "back"
    STOP = "stop"
    RESUME = "resume"


class AdviceKind(str, Enum):
    OFFER = "offer"
    START = "start"
    STEP = "step"
    FINISH = "finish"
    HINT = "hint"
    TEAM = "team"
    FIRST = "first"
    STOP = "stop"
    DIGRESS = "digress"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True)
class HowToTurn:
    """One message and what is remembered.

    guide, step: where the conversation stands; step "" before the first. stuck: times on this step; struggles: times
    in this conversation. asked: the guide that the message or the button names. reply: what a button carries.
    aside: the guide was put aside. follows_up: a fact is asked while a procedure is at hand ("còn nộp online thì sao").
    """

    intent: str
    text: str = ""
    open: bool = False
    reading: Reading = NOTHING
    reply: Reply | None = None
    asked: HowToGuide | None = None
    guide: HowToGuide | None = None
    step: str = ""
    stuck: int = 0
    struggles: int = 0
    tells: bool = False
    aside: bool = False
    follows_up: bool = False


@dataclass(frozen=True)
class HowToAdvice:
    """place: of the step, from 0."""

    kind: AdviceKind
    guide: HowToGuide | None = None
    place: int = 0


STEP_CHOICES = tuple(Choice(one.value, reply_phrases(one.value)) for one in Reply if one is not Reply.RESUME)
_STUCK_CHOICE = tuple(one for one in STEP_CHOICES if one.id == Reply.STUCK.value)


def read_how_to_turn(message: Mapping[str, Any], slots: Mapping[str, Any], opened: OpenQuestion | None) -> HowToTurn:
    """Build a turn from Rasa's parsed message and the slots. opened: our own open question."""
    entities = {item.get("entity"): str(item.get("value")) for item in message.get("entities") or []}
    text = str(message.get("text") or "")
    pressed = text.startswith("/")
    guides = load_guides()
    guide = guides.get(str(slots.get("how_to__guide") or ""))
    step = str(slots.get("how_to__step") or "")
    named = guides.get(entities.get("how_to_guide", "")) if pressed else guide_for(text)
    if pressed and named is not None and entities.get("how_to_step"):
        guide, step = named, entities["how_to_step"]  # an older button: it is about the step that it stood under
    counts = slots.get("how_to__counts") or {}
    return HowToTurn(
        intent=str((message.get("intent") or {}).get("name")),
        text="" if pressed else text,
        open=opened is not None,
        reading=NOTHING if pressed else _read(text),
        reply=next((one for one in Reply if one.value == entities.get("how_to_reply")), None) if pressed else None,
        asked=named,
        guide=guide,
        step=step,
        stuck=int(counts.get("stuck") or 0) if step == counts.get("step") else 0,
        struggles=int(counts.get("struggles") or 0),
        follows_up=not pressed
        and bool(message.get("facts") and slots.get("procedure_code"))
        and not _asks_to_be_shown(text),
        aside=opened is not None and opened.about == ASIDE,
        tells=not pressed and (message.get("procedure_link") or {}).get("certainty") == "clear",
    )


def _read(text: str) -> Reading:
    """Read a reply; "rồi" counts here, which elsewhere is only a word of courtesy ("rồi em", "r nha")."""
    said = [word for word in words(text) if word not in _COURTESY]
    for one in STEP_CHOICES:
        if said and said in ([*words(phrase)] for phrase in one.phrases):
            return Reading(option=one.id, exact=True)
    return read_reply(text, STEP_CHOICES)


def plan_how_to_turn(turn: HowToTurn) -> HowToAdvice:
    """Decide: a button, then a reply to the open step, then what the message asks for."""
    if turn.reply is not None:
        return _replied(turn, turn.reply)
    if turn.text and turn.open and turn.guide is not None:
        return _typed(turn)
    if turn.intent == STUCK:
        return _struggling(turn)
    if turn.follows_up:
        return HowToAdvice(AdviceKind.DIGRESS)
    if turn.asked is not None:
        return HowToAdvice(AdviceKind.START, turn.asked)
    if turn.guide is not None and turn.step and _asks_to_go_on(turn.text):
        return _replied(turn, Reply.RESUME)
    return HowToAdvice(AdviceKind.OFFER)


def _typed(turn: HowToTurn) -> HowToAdvice:
    reading, guide = turn.reading, turn.guide
    if turn.aside and (_asks_to_go_on(turn.text) or turn.intent == "affirm"):
        return _replied(turn, Reply.RESUME)
    if reading.wish in (Wish.BACK, Wish.CHANGE):
        return _replied(turn, Reply.BACK)
    if reading.wish is Wish.STOP:
        return _replied(turn, Reply.STOP)
    if reading.option:
        return _replied(turn, Reply(reading.option))
    if turn.intent == ASK and turn.asked is not None and turn.asked != guide:
        return HowToAdvice(AdviceKind.START, turn.asked)
    if turn.intent == "ask_procedure" and turn.tells:
        return HowToAdvice(AdviceKind.DIGRESS, guide, _place(turn))
    if turn.intent in ("affirm", "read_on") or _asks_to_go_on(turn.text):
        return _replied(turn, Reply.DONE)
    in_words = len(words(turn.text)) <= _LONGEST_TROUBLE and mentioned(turn.text, _STUCK_CHOICE)
    if in_words or turn.intent in (STUCK, "deny", "ask_vneid", "report_trouble"):
        return _replied(turn, Reply.STUCK)
    return HowToAdvice(AdviceKind.NOT_UNDERSTOOD, guide, _place(turn))


def _replied(turn: HowToTurn, reply: Reply) -> HowToAdvice:
    guide = turn.guide
    if guide is None:
        return HowToAdvice(AdviceKind.OFFER)
    place = _place(turn)
    if reply is Reply.STOP:
        return HowToAdvice(AdviceKind.STOP, guide, place)
    if reply is Reply.RESUME or not turn.step:
        return HowToAdvice(AdviceKind.STEP, guide, place)
    if reply is Reply.STUCK:
        often = turn.stuck + 1 >= STUCK_ON_STEP or turn.struggles + 1 >= STUCK_IN_ALL
        return HowToAdvice(AdviceKind.TEAM if often else AdviceKind.HINT, guide, place)
    if reply is Reply.BACK:
        return HowToAdvice(AdviceKind.STEP if place else AdviceKind.FIRST, guide, max(0, place - 1))
    last = place + 1 >= len(guide.steps)
    return HowToAdvice(AdviceKind.FINISH if last else AdviceKind.STEP, guide, place if last else place + 1)


def _struggling(turn: HowToTurn) -> HowToAdvice:
    """Stuck outside a step: which guide helps is asked first, the second time the team is offered."""
    if turn.struggles + 1 >= STUCK_ON_STEP:
        return HowToAdvice(AdviceKind.TEAM, turn.guide, _place(turn))
    if turn.asked is not None:
        return HowToAdvice(AdviceKind.START, turn.asked)
    return HowToAdvice(AdviceKind.OFFER)


def _place(turn: HowToTurn) -> int:
    return turn.guide.place_of(turn.step) if turn.guide and turn.step else 0


def _asks_to_be_shown(text: str) -> bool:
    said = f" {' '.join(words(text))} "
    return any(f" {' '.join(words(phrase))} " in said for phrase in reply_phrases("show"))


def _asks_to_go_on(text: str) -> bool:
    return " ".join(words(text)) in _RESUME
