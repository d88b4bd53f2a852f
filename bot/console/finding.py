"""Search over everything that somebody may see, by code or words: each kind page by page, the newest first, masked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from bot.cases.notices import WrittenNotice
from bot.console.access import ROOT, hub_of, page, person_of, services
from bot.console.feedback import label
from bot.console.handing import officer_of
from bot.console.petition_sheet import opening
from bot.console.rendering import console_wording, moment_text, render
from bot.console.scope import feedback_desks, petition_units, sees_case_unit, sees_petition
from bot.desk.hiding import hidden_words
from bot.errors import PetitionStepError
from bot.ops.petition_codes import parse_petition_code
from bot.petitions.telling import petition_wording
from bot.staff.models import Deed, Person, Role
from bot.store.searching import Page, Place, search_words
from knowledge.text import fold

OVERVIEW, SHOWN, LONGEST_WORDS = 5, 20, 200
_AROUND = 45


@dataclass(frozen=True)
class Hit:
    """A line of what was found. parts: state, unit, moment; text: masked."""

    title: str
    address: str
    parts: tuple[str, ...]
    text: str


Look = Callable[[web.Request, str, Place | None, int], Awaitable[Page[Hit]]]


@page(Role.OFFICER, Role.EDITOR)
async def listed(request: web.Request) -> web.StreamResponse:
    """What is found: a few of each kind, or one kind page by page."""
    return await searched(request)


async def searched(request: web.Request, fault: str = "", faulty: str = "") -> web.Response:
    """The page of search. fault: why the list `faulty` was not exported."""
    person = person_of(request)
    words = " ".join(request.query.get("words", "").split())[:LONGEST_WORDS]
    kinds, chosen = kinds_of(person), request.query.get("in", "")
    wanted = [chosen] if chosen in kinds else list(kinds)
    found: list[tuple[str, Page[Hit]]] = []
    if search_words(words):
        await _write_down(request, words)
        most, before = (SHOWN, Place.read(request.query.get("before", ""))) if chosen in kinds else (OVERVIEW, None)
        found = [(name, await LOOKS[name](request, words, before, most)) for name in wanted]
    return render(
        request,
        "search.html",
        status=422 if fault else 200,
        words=words,
        found=found,
        any=any(hits.lines for _, hits in found),
        chosen=chosen if chosen in kinds else "",
        exports=[name for name in kinds if name != "notices"],
        fault=fault,
        faulty=faulty,
    )


def kinds_of(person: Person) -> tuple[str, ...]:
    """Return what somebody can search and export."""
    mine = ("conversations", "petitions", "notices") if person.may(Role.OFFICER) else ()
    return (*mine, "feedback") if feedback_desks(person) else mine


async def _write_down(request: web.Request, words: str) -> None:
    """Every search, with its words masked; the further pages of one are no new search."""
    if request.query.get("before"):
        return
    where = request.query.get("in", "")[:20]
    by = person_of(request).display_name
    await services(request).staff.audit.write(by, Deed.SEARCHED, where if where in LOOKS else "", hidden_words(words))


async def _talks(request: web.Request, words: str, before: Place | None, most: int) -> Page[Hit]:
    say, looked = console_wording(), search_words(words)
    found = await hub_of(request).search.talks(officer_of(person_of(request)), looked, before, most)
    hits = []
    for one in found.lines:
        handed = one.request
        title = handed.summary.procedure_title or say(f"trigger.{handed.trigger.value}")
        parts = (say(f"handed_state.{handed.state.value}"), moment_text(handed.asked_at))
        hits.append(Hit(title, f"{ROOT}/conversations/{handed.id}", parts, around(hidden_words(one.text), looked)))
    return Page(hits, found.after)


async def _petitions(request: web.Request, words: str, before: Place | None, most: int) -> Page[Hit]:
    person, parts, say = person_of(request), services(request).petitions, petition_wording()
    code, looked = parse_petition_code(words), search_words(words)
    if code:  # also the code of somebody who joined
        try:
            petition, _ = await parts.desk.get(code)
        except PetitionStepError:
            return Page()
        found = Page([petition] if sees_petition(person, petition, parts.routing) else [])
    else:
        found = await parts.desk.search(petition_units(person, parts.routing), looked, before, most)
    hits = [
        Hit(
            one.code,
            f"{ROOT}/petitions/{one.code}",
            (say(f"state.{one.state.value}"), one.unit_name, moment_text(one.received_at)),
            around(hidden_words(one.content), looked),
        )
        for one in found.lines
    ]
    return Page(hits, found.after)


async def _feedback(request: web.Request, words: str, before: Place | None, most: int) -> Page[Hit]:
    looked = search_words(words)
    found = await services(request).feedback.search(feedback_desks(person_of(request)), looked, before, most)
    hits = []
    for one in found.lines:
        state = label(f"states.{one.follow_up.state.value}") if one.follow_up else ""
        text = around(hidden_words(f"{one.turn.question} – {one.rating.words}".strip(" –")), looked)
        parts = (state, moment_text(one.created_at))
        hits.append(Hit(one.reference, f"{ROOT}/feedback/{one.reference}", parts, text))
    return Page(hits, found.after)


async def _notices(request: web.Request, words: str, before: Place | None, most: int) -> Page[Hit]:
    """There are few; they are looked through."""
    person, looked = person_of(request), search_words(words)
    every = await services(request).cases.notices(date.min, date.max)
    mine = [one for one in reversed(every) if sees_case_unit(person, one.unit) and _notice_says(one, looked)]
    if before is not None:
        mine = [one for one in mine if (one.written_at, one.id) < (before.at, before.id)]
    last = mine[most - 1] if len(mine) > most else None
    hits = [
        Hit(one.case_code, f"{ROOT}/cases", (one.unit, moment_text(one.written_at)), hidden_words(one.notice.reason))
        for one in mine[:most]
    ]
    return Page(hits, Place(last.written_at, last.id) if last else None)


def _notice_says(one: WrittenNotice, words: tuple[str, ...]) -> bool:
    text = fold(f"{one.case_code} {one.title} {one.unit} {one.notice.reason}")
    return all(word in text for word in words)


def around(text: str, words: tuple[str, ...]) -> str:
    """Return the part of a text that says the first of the words; its beginning where it is masked."""
    line = " ".join(text.split())
    place = fold(line).find(words[0]) if words else -1
    if place < _AROUND:
        return opening(line, 3 * _AROUND)
    return opening(f"…{line[place - _AROUND :]}", 3 * _AROUND)


LOOKS: dict[str, Look] = {
    "conversations": _talks,
    "petitions": _petitions,
    "notices": _notices,
    "feedback": _feedback,
}

ROUTES: tuple[Any, ...] = (web.get("/search", listed),)
