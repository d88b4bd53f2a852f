"""What has happened to a petition, in words for its people; says only what the record holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.petitions.models import EventKind, PetitionKind
from bot.petitions.refusals import load_refusals
from knowledge.blocks import Block, heading, paragraph
from knowledge.formatting import day_text
from knowledge.wording import Wording, load_wording

WORDING_FILE = Path(__file__).with_name("wording.yml")


@dataclass(frozen=True)
class Word:
    """What is to be said in one conversation about one step.

    text: of the step, "" where it is not for this reader. unit_name: who answers; contact_name: the first unit. asked:
    questions are for this reader. until: the last day of opening it again.
    """

    id: str
    sender: str
    code: str
    kind: EventKind
    petition_kind: PetitionKind
    text: str
    unit_name: str
    contact_name: str
    reason: str
    place: str
    due_answer: date
    until: date | None
    asked: bool


def petition_wording() -> Wording:
    """The sentences about petitions, read once."""
    return load_wording(WORDING_FILE)


def tell(word: Word) -> list[Block]:
    """Return a step as the citizen reads it."""
    return [heading(step_of(word)), *(paragraph(line) for line in _lines(word, _name(word), petition_wording()))]


def step_of(word: Word) -> str:
    """Return a step in one sentence, with the petition's code."""
    say = petition_wording()
    noun = say(f"noun.{word.petition_kind.value}")
    return say(f"head.{_name(word)}", noun=noun, noun_low=noun.lower(), code=word.code)


def _name(word: Word) -> str:
    return "asked_others" if word.kind is EventKind.ASKED and not word.asked else word.kind.value


def buttons(word: Word) -> list[str]:
    """Return the title of the one button below: what the citizen would do next."""
    say, noun = petition_wording(), petition_wording()(f"noun.{word.petition_kind.value}").lower()
    asks = word.asked and word.kind in (EventKind.ASKED, EventKind.REMINDED)
    name = "more" if asks else "rate" if word.kind is EventKind.ANSWERED else "see"
    return [say(f"button.{name}", noun_low=noun)]


def _lines(word: Word, name: str, say: Wording) -> Iterator[str]:
    facts = {"unit": word.unit_name, "due": day_text(word.due_answer), "contact": word.contact_name}
    if word.kind is EventKind.REFUSED:
        yield from _refusal(word, say)
        return
    text = word.text or say("word.gone")
    yield say(f"word.{name}", **facts, text=text, place=word.place)
    if name == "asked":
        yield say("word.asked_next")
    if name == "transferred" and word.contact_name != word.unit_name:
        yield say("word.transferred_contact", **facts)
    if name == "answered" and word.until:
        yield say("word.answered_next", until=day_text(word.until))


def _refusal(word: Word, say: Wording) -> Iterator[str]:
    refusal = load_refusals().find(word.reason)
    if refusal and refusal.why:
        yield say("word.refused", why=refusal.why)
    if word.text:
        yield say("word.refused_text", text=word.text)
    if word.place:
        yield say("word.refused_place", place=word.place)
