"""How a petition begins: with what was said and shown before, so that nothing is asked twice (R-08)."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions.case_talk import PROVEN
from actions.choices import PROCEDURE_CODE
from actions.paper_check import PAPER
from actions.petition_talk import PetitionTalk
from bot.errors import CaseSystemDownError
from bot.nlu import petition_reading as reading
from bot.nlu.petition_draft import Writing
from bot.nlu.story_words import STORY_OFFER, TELL_STORY
from bot.ops.case_codes import find_case_codes
from bot.ops.clock import city_date
from bot.ops.outcomes import Outcome
from bot.petitions.models import PetitionKind
from knowledge.errors import CatalogueError
from knowledge.places import unit
from knowledge.text import words

_STORIES = {"report_trouble", "check_paper", "lodge_petition", "ask_household_book", TELL_STORY}
"""Intents of a message that tells already what the petition is about, where a button begins it."""
_OFFERED = {"report_trouble", TELL_STORY}
"""What was told with them is the content: the button was offered for it."""
COMMUNE_CODE = "commune_code"
_OF_A_DOSSIER = ("ho so", "tre hen", "qua hen", "hen", "cham")


async def begin(talk: PetitionTalk, story: str) -> list[EventType]:
    """Begin a petition. story: what was told already, "" where a button or a mere wish began it."""
    from actions.petition_asking import ask_next  # the two build on each other

    writing = await started(talk, story)
    official = "official" if talk.services.petitions.official else "record"
    _, total = writing.progress(writing.next_item)
    talk.say(f"begun_{official}", Outcome.CLARIFIED_PETITION, count=total)
    return await ask_next(talk, writing)


async def started(talk: PetitionTalk, story: str) -> Writing:
    """Return what a petition begins with; says at once what to do where the story tells of danger."""
    from actions.petition import with_content

    writing = await _taken_over(talk, story)
    earlier = "" if story else last_story(talk.tracker)
    if earlier and _was_offered(talk.tracker):
        story = earlier
    return await with_content(talk, writing, story) if story else replace(writing, aside=earlier)


async def _taken_over(talk: PetitionTalk, story: str) -> Writing:
    """What the button, the message and the conversation say of procedure, dossier, paper and unit."""
    carried, link = dict(talk.turn.carried), talk.turn.parsed.get("procedure_link") or {}
    if not carried and not story and _intent(_last_typed(talk.tracker)) == "check_paper":
        carried["paper"] = str(talk.tracker.get_slot(PAPER) or "")  # the button beside that answer bears it too
    hits = link.get("hits") or []
    clear = str(hits[0]["code"]) if link.get("certainty") == "clear" and hits else ""
    code = carried.get("procedure_code") or clear or str(talk.tracker.get_slot(PROCEDURE_CODE) or "")
    writing = Writing(key=uuid.uuid4().hex, case_code=_case_code(talk, story), paper=carried.get("paper", ""))
    title = await _title(talk, code)
    writing = replace(writing, procedure_code=code if title else "", procedure_title=title)
    if carried.get("case_code") or carried.get("paper"):
        writing = replace(writing, kind=PetitionKind.BEHAVIOUR.value, kind_sure=True, carried=True)
    handled_by = await _unit_of(talk, writing.case_code)
    return replace(writing, place=handled_by) if handled_by else _told_before(talk, writing)


def _told_before(talk: PetitionTalk, writing: Writing) -> Writing:
    """The commune that the conversation is about; it stands in the summary, where it can be corrected."""
    found = unit(str(talk.tracker.get_slot(COMMUNE_CODE) or ""))
    return replace(writing, place=found.name, commune_code=found.code) if found else writing


def _case_code(talk: PetitionTalk, story: str) -> str:
    today = city_date(talk.services.clock.now())
    named = [found for found in find_case_codes(talk.turn.carried.get("case_code") or story, today) if found.code]
    if named:
        return str(named[0].code)
    proven = [str(code) for code in talk.tracker.get_slot(PROVEN) or []]
    told = f" {' '.join(words(story))} "
    return proven[-1] if proven and any(f" {phrase} " in told for phrase in _OF_A_DOSSIER) else ""


async def _title(talk: PetitionTalk, code: str) -> str:
    if not code:
        return ""
    try:
        record = await asyncio.to_thread(talk.services.catalogue.get, code)
    except CatalogueError:
        return ""
    return record.title


async def _unit_of(talk: PetitionTalk, case_code: str) -> str:
    """The unit that handles a dossier, where the citizen has proven in this conversation that it is theirs."""
    if not case_code or case_code not in (talk.tracker.get_slot(PROVEN) or []):
        return ""
    found = find_case_codes(case_code, city_date(talk.services.clock.now()))
    if not found or found[0].code is None:
        return ""
    try:
        record, _ = await talk.services.cases.read(found[0].code)
    except CaseSystemDownError:  # logged where it was met
        return ""
    return record.status.unit if record is not None else ""


def last_story(tracker: Tracker) -> str:
    """Return what the citizen typed last before this message, where it told what happened."""
    event = _last_typed(tracker)
    if not event:
        return ""
    text = reading.story_in(str(event["text"]))
    told = _intent(event) in _STORIES or _is_offered_beside(event)
    return text if told and reading.tells_something(text) else ""


def _was_offered(tracker: Tracker) -> bool:
    """Say whether a petition was offered for the last typed message."""
    event = _last_typed(tracker)
    return _intent(event) in _OFFERED or _is_offered_beside(event)


def _last_typed(tracker: Tracker) -> dict[str, Any]:
    """The last message that was typed before the one that begins the petition."""
    said = [event for event in tracker.events or [] if event.get("event") == "user"][:-1]
    return next((event for event in reversed(said) if not str(event.get("text") or "/").startswith("/")), {})


def _intent(event: dict[str, Any]) -> str:
    return str(((event.get("parse_data") or {}).get("intent") or {}).get("name"))


def _is_offered_beside(event: dict[str, Any]) -> bool:
    return bool((event.get("parse_data") or {}).get(STORY_OFFER))
