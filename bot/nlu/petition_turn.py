"""What to do with a turn while a petition is written: pure decisions, no Rasa, no text, no look-up.

The message and what is remembered go in as a `PetitionTurn`; a `PetitionStep` comes out for the action to carry out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from bot.nlu import petition_reading as reading
from bot.nlu.petition_draft import Item, Writing
from bot.nlu.replies import Choice, read_reply
from bot.petitions.models import PetitionKind
from knowledge.text import words

LODGE, ANSWER, RESUME = "lodge_petition", "give_petition_answer", "resume_petition"
STEP, KEY = "petition_step", "petition_key"
"""Entities that buttons carry."""
_ASIDE_WORDS = 14
"""Words up to which a message is a question in between and not the story that was asked for."""
_STORY = (Item.CONTENT, Item.MORE, Item.WISH)
_TROUBLE = {"lodge_petition", "report_trouble", "insult", "file_complaint"}
_WISHES = (reading.CANCEL, reading.BACK, reading.CHANGE, reading.LATER)
ELSEWHERE = {"file_complaint", "ask_legal_advice", "ask_city_service", "ask_divorce_or_court"}
"""Intents of what is no petition; a story is believed to be one of them only where it is nearly sure."""
_SURE, _ABUSE_WORDS = 0.8, 8


class StepKind(str, Enum):
    START = "start"
    START_ANEW = "start_anew"
    BEGUN_ALREADY = "begun_already"
    RESUME = "resume"
    NOTHING_BEGUN = "nothing_begun"
    SET = "set"
    """Take `value` as the answer to `item`."""
    SAY = "say"
    """Take ready words as the content: `value` says which ("late", "paper", "said")."""
    SKIP = "skip"
    ADD = "add"
    """Add the message to the content: more was told than was asked."""
    ASK = "ask"
    """Ask `item` again, to correct it."""
    BACK = "back"
    LATER = "later"
    CANCEL = "cancel"
    CANCEL_SURE = "cancel_sure"
    AGREE = "agree"
    REFUSE_CONSENT = "refuse_consent"
    WHY = "why"
    SEND = "send"
    JOIN = "join"
    ALONE = "alone"
    OUTSIDE = "outside"
    NOT_HERE = "not_here"
    """What was told belongs elsewhere (`value`: the intent); the citizen may insist that it is a petition."""
    DIGRESS = "digress"
    STALE = "stale"
    """A button of another petition, or of one that is gone."""
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True)
class PetitionTurn:
    """One message and what is remembered.

    text: as typed, masked where it had to be; empty for a button. step, key: what a button carries. carried: the
    dossier, procedure and paper of the button that begins a petition. parsed: Rasa's message. choices: of our open
    question; None where none is open. asks_aside: the message asks about a procedure.
    """

    intent: str
    text: str = ""
    step: str = ""
    key: str = ""
    carried: Mapping[str, str] = field(default_factory=dict)
    writing: Writing | None = None
    choices: tuple[Choice, ...] | None = None
    parsed: Mapping[str, Any] = field(default_factory=dict)
    asks_aside: bool = False
    confidence: float = 0.0

    @property
    def is_open(self) -> bool:
        return self.choices is not None and self.writing is not None


@dataclass(frozen=True)
class PetitionStep:
    """item: what it is about. value: as the draft keeps it. code: of a unit of today, beside a place. contact: given
    beside a name.
    """

    kind: StepKind
    item: Item = Item.CONTENT
    value: str = ""
    code: str = ""
    contact: str = ""


def read_petition_turn(
    message: Mapping[str, Any], text: str, writing: Writing | None, choices: tuple[Choice, ...] | None
) -> PetitionTurn:
    """Build a turn. text: the message as it was stored, with its masks; Rasa's own copy has none."""
    pressed = text.startswith("/")
    entities = {item.get("entity"): str(item.get("value")) for item in message.get("entities") or []}
    link = message.get("procedure_link") or {}
    facts = bool(message.get("facts"))
    intent = str((message.get("intent") or {}).get("name"))
    near = link.get("certainty") in ("clear", "close")
    return PetitionTurn(
        intent=intent,
        text="" if pressed else text,
        step=entities.get(STEP, "") if pressed else "",
        key=entities.get(KEY, "") if pressed else "",
        carried={
            name: entities[name] for name in ("case_code", "procedure_code", "paper") if pressed and name in entities
        },
        writing=writing,
        choices=choices,
        parsed={} if pressed else message,
        asks_aside=not pressed and intent == "ask_procedure" and facts and near,
        confidence=float((message.get("intent") or {}).get("confidence") or 0.0),
    )


def plan_petition(turn: PetitionTurn) -> PetitionStep:
    """Decide the step: a button, then a reply to what was asked, then the intent."""
    if not turn.text:
        return _pressed(turn)
    if turn.is_open and turn.writing is not None:
        return _reply(turn, turn.writing)
    if turn.choices and turn.writing is None and reading.wish_in(turn.text, (reading.SEND,)):
        return PetitionStep(StepKind.SEND)  # once more, right after the receipt
    if turn.intent == RESUME:
        return PetitionStep(StepKind.RESUME if turn.writing else StepKind.NOTHING_BEGUN)
    return _start(turn)


def _start(turn: PetitionTurn) -> PetitionStep:
    """Own words are the story already, unless they only say that there is one."""
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
    if turn.step == "new":
        return PetitionStep(StepKind.START_ANEW)
    if turn.step == reading.SEND:
        return PetitionStep(StepKind.SEND)
    if turn.writing is None or (turn.key and turn.key != turn.writing.key):
        return PetitionStep(StepKind.STALE)
    return _button(turn.step, turn.writing)


_PLAIN = {
    reading.AGREE: StepKind.AGREE,
    reading.REFUSE: StepKind.REFUSE_CONSENT,
    reading.BACK: StepKind.BACK,
    reading.LATER: StepKind.LATER,
    reading.CANCEL: StepKind.CANCEL,
    "cancel_sure": StepKind.CANCEL_SURE,
    reading.SKIP: StepKind.SKIP,
    reading.RESUME: StepKind.RESUME,
    reading.WHY: StepKind.WHY,
    "alone": StepKind.ALONE,
}


def _button(step: str, writing: Writing) -> PetitionStep:
    name, _, value = step.partition(":")
    waiting = Item(writing.waiting) if writing.waiting else writing.next_item
    if name in _PLAIN:
        return PetitionStep(_PLAIN[name], waiting)
    if name == "edit":
        known = value in {item.value for item in Item}
        return PetitionStep(StepKind.ASK, Item(value) if known else Item.EDIT)
    if name == "kind" and value in {kind.value for kind in PetitionKind}:
        return PetitionStep(StepKind.SET, Item.KIND, value)
    if name == reading.NO_PLACE:
        return PetitionStep(StepKind.SKIP, Item.PLACE)
    if name == "join" and value:
        return PetitionStep(StepKind.JOIN, Item.SUMMARY, value)
    if name == "drop" and value in ("procedure", "case", "paper"):
        return PetitionStep(StepKind.SET, Item.EDIT, f"drop:{value}")
    if name == "say":
        return PetitionStep(StepKind.SAY, Item.CONTENT, value)
    return PetitionStep(StepKind.STALE)


def _reply(turn: PetitionTurn, writing: Writing) -> PetitionStep:
    """Wishes about the petition itself, then what was asked, then a question in between, then more of the story."""
    item = Item(writing.waiting) if writing.waiting else writing.next_item
    wish = _wish(turn.text, item)
    if wish is not None:
        return wish
    if turn.asks_aside and _is_aside(turn, item):
        return PetitionStep(StepKind.DIGRESS, item)
    answered = _answer(turn, writing, item)
    if answered is not None:
        return answered
    if item not in _STORY and _tells_more(turn):
        return PetitionStep(StepKind.ADD, Item.CONTENT, reading.story_in(turn.text))
    if turn.intent == "ask_procedure" and turn.asks_aside:
        return PetitionStep(StepKind.DIGRESS, item)
    return PetitionStep(StepKind.NOT_UNDERSTOOD, item)


def _wish(text: str, item: Item) -> PetitionStep | None:
    wish = reading.wish_in(text, _WISHES)
    if item is Item.CANCEL and wish:
        return PetitionStep(StepKind.CANCEL_SURE if wish == reading.CANCEL else StepKind.LATER, item)
    if wish == reading.CANCEL:
        return PetitionStep(StepKind.CANCEL, item)
    if wish == reading.BACK:
        return PetitionStep(StepKind.BACK, item)
    if wish == reading.CHANGE:
        return PetitionStep(StepKind.ASK, Item.EDIT)
    if wish == reading.LATER:
        optional = item in (Item.WISH, Item.PHOTOS, Item.MORE) and len(words(text)) <= 2
        return PetitionStep(StepKind.SKIP if optional else StepKind.LATER, item)
    return None


def _is_aside(turn: PetitionTurn, item: Item) -> bool:
    """A question on a procedure, short and without anything that was done to anybody."""
    return item not in _STORY or len(words(turn.text)) <= _ASIDE_WORDS


def _tells_more(turn: PetitionTurn) -> bool:
    count = len(words(turn.text))
    return reading.tells_something(turn.text) and (count >= reading.STORY_WORDS or turn.intent in _TROUBLE)


def _answer(turn: PetitionTurn, writing: Writing, item: Item) -> PetitionStep | None:
    """What the message says to the question that is open; None where it says nothing to it."""
    text, choices = turn.text, turn.choices or ()
    if item in (Item.CONTENT, Item.MORE, Item.WISH):
        return _story(turn, item)
    if item is Item.PLACE:
        return _place(turn)
    if item is Item.NAME:
        return _name(turn)
    if item is Item.CONTACT:
        contact = reading.contact_in(text)
        refused = reading.wish_in(text, (reading.REFUSE, reading.SKIP))
        if refused and not contact:
            return PetitionStep(StepKind.REFUSE_CONSENT, item)
        return PetitionStep(StepKind.SET, item, contact) if contact else None
    if item is Item.CONSENT:
        return _consent(text)
    if item is Item.SUMMARY:
        return _summary(text, choices)
    option = read_reply(text, choices).option
    return _button(option, writing) if option else None


def _story(turn: PetitionTurn, item: Item) -> PetitionStep | None:
    if item is not Item.CONTENT and reading.wish_in(turn.text, (reading.SKIP,)):
        return PetitionStep(StepKind.SKIP, item)
    quick = read_reply(turn.text, turn.choices or ())
    if quick.option and quick.exact:
        return _button(quick.option, turn.writing) if turn.writing else None
    if item is Item.CONTENT and not reading.tells_something(turn.text):
        return None
    if item is Item.CONTENT and turn.intent in ELSEWHERE and turn.confidence >= _SURE:
        return PetitionStep(StepKind.NOT_HERE, item, turn.intent)
    if turn.intent == "insult" and len(words(turn.text)) < _ABUSE_WORDS:
        return None
    story = reading.story_in(turn.text)
    return PetitionStep(StepKind.SET, item, story) if any(char.isalpha() for char in story) else None


def _place(turn: PetitionTurn) -> PetitionStep | None:
    if reading.wish_in(turn.text, (reading.NO_PLACE, reading.SKIP)):
        return PetitionStep(StepKind.SKIP, Item.PLACE)
    said, code, outside = reading.place_in(turn.text, turn.parsed)
    if outside:
        return PetitionStep(StepKind.OUTSIDE, Item.PLACE, said)
    return PetitionStep(StepKind.SET, Item.PLACE, said, code) if said else None


def _name(turn: PetitionTurn) -> PetitionStep | None:
    if reading.wish_in(turn.text, (reading.REFUSE,)):
        return PetitionStep(StepKind.REFUSE_CONSENT, Item.NAME)
    name, contact = reading.name_in(turn.text), reading.contact_in(turn.text)
    if name or contact:
        return PetitionStep(StepKind.SET, Item.NAME, name, contact=contact)
    return None


def _consent(text: str) -> PetitionStep | None:
    wish = reading.wish_in(text, (reading.REFUSE, reading.AGREE, reading.WHY))
    if not wish:  # "ừ" and "không" to a yes-or-no question
        option = read_reply(text, (Choice("yes", ()), Choice("no", ()))).option
        wish = {"yes": reading.AGREE, "no": reading.REFUSE}.get(option, "")
    known = {reading.AGREE: StepKind.AGREE, reading.REFUSE: StepKind.REFUSE_CONSENT, reading.WHY: StepKind.WHY}
    return PetitionStep(known[wish], Item.CONSENT) if wish in known else None


def _summary(text: str, choices: tuple[Choice, ...]) -> PetitionStep | None:
    if reading.wish_in(text, (reading.SEND,)):
        return PetitionStep(StepKind.SEND, Item.SUMMARY)
    option = read_reply(text, choices)
    if option.option and option.exact:
        return PetitionStep(StepKind.SEND) if option.option == reading.SEND else _summary_option(option.option)
    item, value, contact = reading.item_named(text), reading.new_value(text), reading.contact_in(text)
    if contact:
        return PetitionStep(StepKind.SET, Item.CONTACT, contact)
    if item is Item.NAME and reading.name_in(value):
        return PetitionStep(StepKind.SET, item, reading.name_in(value))
    if item is not None:
        return PetitionStep(StepKind.ASK, item)
    if read_reply(text, (Choice("yes", ()),)).option:
        return PetitionStep(StepKind.SEND, Item.SUMMARY)
    return None


def _summary_option(option: str) -> PetitionStep:
    return _button(option, Writing(key="", waiting=Item.SUMMARY.value))
