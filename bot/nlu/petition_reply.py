"""What a typed message says while a petition is written: to the question that is open, or beside it. Pure."""

from __future__ import annotations

from bot.nlu import petition_reading as reading
from bot.nlu.entities import choice_number
from bot.nlu.petition_draft import Item, Writing
from bot.nlu.petition_place import doubt_in, picked_in
from bot.nlu.petition_step import PetitionStep, PetitionTurn, StepKind, step_of_button
from bot.nlu.replies import Choice, read_reply
from knowledge.text import words

_ASIDE_WORDS = 14
"""Words up to which a message is a question in between and not the story that was asked for."""
_STORY = (Item.CONTENT, Item.MORE, Item.WISH)
_TROUBLE = {"lodge_petition", "report_trouble", "insult", "file_complaint"}
_WISHES = (reading.CANCEL, reading.BACK, reading.CHANGE, reading.LATER)
ELSEWHERE = {"file_complaint", "ask_legal_advice", "ask_city_service", "ask_divorce_or_court"}
"""Intents of what is no petition; a story is believed to be one of them only where it is nearly sure."""
_SURE, _ABUSE_WORDS = 0.8, 8


def plan_reply(turn: PetitionTurn, writing: Writing) -> PetitionStep:
    """Wishes about the petition itself, then what was asked, then a question in between, then more of the story."""
    item = Item(writing.waiting) if writing.waiting else writing.next_item
    if reading.wish_in(turn.text, (reading.RESUME,)):
        return PetitionStep(StepKind.RESUME, item)
    wish = _wish(turn.text, item)
    if wish is not None:
        return wish
    if turn.asks_aside and _is_aside(turn, item):
        return PetitionStep(StepKind.DIGRESS, item)
    if reading.asked_instead(turn.text):
        return PetitionStep(StepKind.CANCEL_SURE if item is Item.CANCEL else StepKind.CANCEL, item)
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
    if item is Item.WHICH:
        return _which(turn, writing)
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
    return step_of_button(option, writing) if option else None


def _story(turn: PetitionTurn, item: Item) -> PetitionStep | None:
    if item is not Item.CONTENT and reading.wish_in(turn.text, (reading.SKIP,)):
        return PetitionStep(StepKind.SKIP, item)
    quick = read_reply(turn.text, turn.choices or ())
    if quick.option and quick.exact:
        return step_of_button(quick.option, turn.writing) if turn.writing else None
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


def _which(turn: PetitionTurn, writing: Writing) -> PetitionStep | None:
    """One of the places, or another one; short words that name none say nothing here."""
    if reading.wish_in(turn.text, (reading.NO_PLACE, reading.SKIP)):
        return PetitionStep(StepKind.SKIP, Item.WHICH)
    picked = picked_in(turn.text, writing.place_said, writing.place_options)
    if picked:
        return PetitionStep(StepKind.SET, Item.WHICH, picked)
    listed = read_reply(turn.text, turn.choices or ())
    if listed.option and listed.exact and choice_number(turn.text) is None:
        return step_of_button(listed.option, writing)
    said, code, outside = reading.place_in(turn.text, turn.parsed)
    if outside:
        return PetitionStep(StepKind.OUTSIDE, Item.PLACE, said)
    another = doubt_in(turn.text, answers=True)
    if code or (another is not None and another.options != writing.place_options):
        return PetitionStep(StepKind.SET, Item.PLACE, said, code)
    return None


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
    return step_of_button(option, Writing(key="", waiting=Item.SUMMARY.value))
