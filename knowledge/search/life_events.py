"""Life events that touch several procedures, in order: `knowledge/content/life_events.yml`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema

from knowledge.curated import line_of, read_yaml
from knowledge.errors import RecordInvalidError
from knowledge.facts import Fact
from knowledge.search.asked import facts_in
from knowledge.search.life import Kind, load_life
from knowledge.search.normalise import load_lexicon, subject_words
from knowledge.search.phrases import PhraseFinder
from knowledge.search.small_talk import conversation_words
from knowledge.settings import CONTENT_DIR
from knowledge.text import fold, words

EVENTS_PATH = CONTENT_DIR / "life_events.yml"
SCHEMA_PATH = CONTENT_DIR / "life_events.schema.json"

_WHAT_TO_DO = re.compile(
    r"\b(?:lam|can|phai) (?:lam )?(?:nhung |cac |may )?(?:gi|sao|the nao|nhu the nao|thu tuc \w+|giay to gi truoc)\b"
    r"|\blam (?:nhung |cac |may )?(?:giay|giay to|ho so) (?:gi|nao)\b|\btu dau\b|\bthu tuc (?:gi|nao)\b|\btruoc\b"
)
"""Asks for all that is to be done, though the words of a fact stand in it ("làm những giấy tờ gì")."""


@dataclass(frozen=True)
class EventStep:
    """A procedure of an event. purpose: what it is for. covers: the procedures that a linked one saves."""

    code: str
    purpose: str
    linked: bool = False
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class LifeEvent:
    """What happens in a life, how people tell of it, and what is to be done, in order."""

    event: str
    title: str
    say: tuple[str, ...]
    steps: tuple[EventStep, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(step.code for step in self.steps)


@dataclass(frozen=True)
class Told:
    """An event found in a message.

    alone: the message names no other matter. asks_all: it asks what is to be done, not for a fact.
    """

    event: LifeEvent
    alone: bool
    asks_all: bool


@lru_cache(maxsize=2)
def load_events(path: Path = EVENTS_PATH) -> tuple[LifeEvent, ...]:
    """Read the events; raise `RecordInvalidError` with file and line of the first fault."""
    data = read_yaml(path)
    for fault in shape_faults(path, data):
        raise fault
    return tuple(_event(item) for item in data)


def shape_faults(path: Path, data: Any) -> Iterator[RecordInvalidError]:
    """Yield what is not as the schema says."""
    schema = json.loads(SCHEMA_PATH.read_text("utf-8"))
    for fault in sorted(jsonschema.Draft7Validator(schema).iter_errors(data), key=lambda fault: str(fault.path)):
        yield RecordInvalidError(f"{path}:{line_of(path, list(fault.path))}", str(fault.message)[:200])


def event_faults(path: Path, titles: Mapping[str, str] | None = None) -> list[RecordInvalidError]:
    """Return the faults of the file, each with its line. titles: of all that the catalogue knows, by code."""
    try:
        data = read_yaml(path)
    except RecordInvalidError as fault:
        return [fault]
    found = list(shape_faults(path, data))
    if found:
        return found
    places = [*_said_twice(data), *([] if titles is None else _wrong_codes(data, titles))]
    return [RecordInvalidError(f"{path}:{line_of(path, place)}", told) for place, told in places]


_Place = tuple[list[int | str], str]


def _said_twice(data: list[dict[str, Any]]) -> Iterator[_Place]:
    """The same words under two events, whatever their marks; or words that everybody uses in asking."""
    seen: dict[str, int] = {}
    for number, item in enumerate(data):
        for place, phrase in enumerate(item["say"]):
            reduced = _reduced(phrase)
            if len(reduced.split()) < 2 and not subject_words(reduced.split()):
                yield [number, "say", place], f"«{phrase}» is a word that everybody uses in asking"
            elif seen.setdefault(reduced, number) != number:
                yield [number, "say", place], f"«{phrase}» is read as a phrase of {data[seen[reduced]]['event']}"


def _wrong_codes(data: list[dict[str, Any]], titles: Mapping[str, str]) -> Iterator[_Place]:
    """Codes that the catalogue has not, and linked procedures whose title does not say so."""
    for number, item in enumerate(data):
        for place, step in enumerate(item["steps"]):
            for code in (step["code"], *step.get("covers", ())):
                if code not in titles:
                    yield [number, "steps", place], f"no procedure of the catalogue has the code {code}"
            linked = _LINKED in fold(titles.get(step["code"], ""))
            if step["code"] in titles and linked is not bool(step.get("linked")):
                yield [number, "steps", place], f"{step['code']} is {'' if linked else 'not '}a linked procedure"


_LINKED = "lien thong dien tu"


def _event(item: Mapping[str, Any]) -> LifeEvent:
    steps = tuple(
        EventStep(step["code"], step["for"], step.get("linked", False), tuple(step.get("covers", ())))
        for step in item["steps"]
    )
    told_of = item.get("told_of") or {"who": (), "what": ()}
    pairs = (f"{who} {what}" for who in told_of["who"] for what in told_of["what"])
    return LifeEvent(item["event"], item["title"], tuple(dict.fromkeys((*item["say"], *pairs))), steps)


def _without_persons(tokens: Sequence[str]) -> list[str]:
    """Without those who stand between the words of a phrase ("má em mới mất"), nor numbers ("mất 3 bữa nay")."""
    persons = conversation_words("persons")
    return [token for token in tokens if token not in persons and not token.isdigit()]


@lru_cache(maxsize=1)
def _finders() -> tuple[PhraseFinder, PhraseFinder]:
    """The events' phrases, and the look-alikes of the lexicon of life ("cuối tuần" is no "cưới")."""
    events = PhraseFinder({e.event: [_reduced(phrase) for phrase in e.say] for e in load_events()})
    alike = [phrase for entry in load_life() if entry.kind is Kind.LOOK_ALIKE for phrase in entry.say]
    return events, PhraseFinder({"": map(_reduced, alike)})


def _reduced(phrase: str) -> str:
    return " ".join(_without_persons(words(phrase)))


def told_event(tokens: Sequence[str]) -> Told | None:
    """Return the event that the folded words of a message tell of; the last one told, where there are several."""
    row = _without_persons(tokens)
    events, look_alikes = _finders()
    alike = look_alikes.find(row)
    found = [m for m in events.find(row) if not any(a.start <= m.start and m.end <= a.end for a in alike)]
    found = [m for m in found if m.label != _DEATH or not _is_owner(row[m.start], tokens)]
    if not found:
        return None
    beside = [token for place, token in enumerate(row) if not any(m.start <= place < m.end for m in found)]
    asked = facts_in(beside)
    left = set(subject_words(asked.rest.split())) - conversation_words("beside_event")
    event = next(event for event in load_events() if event.event == found[-1].label)
    abroad = load_lexicon().foreign.stand_in(list(tokens))
    alone = not left and not abroad and len({match.label for match in found}) == 1
    of_facts = set(asked.facts) - {Fact.OVERVIEW, Fact.STEPS}
    return Told(event, alone, not of_facts or _WHAT_TO_DO.search(" ".join(beside)) is not None)


_DEATH = "death"


def _is_owner(who: str, tokens: Sequence[str]) -> bool:
    """Whether `who` is only whose it is that was lost ("giấy tờ của ba mất rồi")."""
    return ("cua", who) in pairwise(tokens)


def linked_for(codes: Sequence[str]) -> EventStep | None:
    """Return the linked procedure that saves at least two of `codes`."""
    wanted = set(codes)
    steps = (step for event in load_events() for step in event.steps if step.linked)
    return next((step for step in steps if len(wanted & {*step.covers, step.code}) > 1), None)


def event_named(name: str) -> LifeEvent | None:
    """Return the event of that short name; None for a name that there is no more."""
    return next((event for event in load_events() if event.event == name), None)
