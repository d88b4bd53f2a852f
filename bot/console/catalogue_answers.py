"""The catalogue beside a talk: what it says to words, as text that can be sent, with code, decision and day."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from bot.console.access import hub_of, page, services
from bot.console.handing import find_handed
from bot.console.rendering import render
from bot.hub.models import Role as Said
from bot.ops.clock import city_date
from bot.ops.logging import EventLog
from bot.services import DeskServices
from bot.staff.models import Role
from knowledge.answers import answer
from knowledge.errors import CatalogueError, ProcedureUnknownError
from knowledge.facts import Fact

log = EventLog("console.catalogue")

LONGEST_QUESTION = 300
MOST_FOUND = 4


@dataclass(frozen=True)
class Suggestion:
    """An answer of the catalogue. sure: whether the words mean this procedure beyond doubt."""

    code: str
    title: str
    text: str
    decision: str
    checked: str
    sure: bool


@page(Role.OFFICER)
async def search(request: web.Request) -> web.StreamResponse:
    """What the catalogue says to the words that were typed; to the citizen's last ones where none were."""
    handed = await find_handed(request)
    words = " ".join(request.query.get("words", "").split())[:LONGEST_QUESTION]
    suggested = not words
    if suggested:
        found = await hub_of(request).transcripts.newest(handed.conversation_id)
        said = [str(one.content.get("text") or "") for one in found if one.role is Said.CITIZEN]
        words = next((text for text in reversed(said) if len(text.split()) > 1), handed.summary.asked)
    today = city_date(services(request).clock.now())
    answers, away = [], False
    try:
        answers = await asyncio.to_thread(suggestions, services(request), words, today) if words else []
    except (CatalogueError, OSError) as error:  # the talk goes on without the catalogue
        away = True
        log.fault("suggestions_failed", error)
    values: dict[str, Any] = {
        "away": away,
        "answers": answers,
        "suggested": suggested,
        "words": words,
        "handed": handed,
    }
    return render(request, "suggestions.html", **values)


def suggestions(of: DeskServices, words: str, today: date) -> list[Suggestion]:
    """Return answers to `words`, the likeliest first; none where nothing in the catalogue is near."""
    # Only here, in the search's own thread: it brings NumPy and SciPy, without which a hub starts sooner.
    from knowledge.search.deciding import Certainty, choices, decide

    index = of.indexes.current()
    ranked = index.search(words[:LONGEST_QUESTION], MOST_FOUND)
    certainty = decide(ranked)
    if certainty is Certainty.NONE:
        return []
    facts = index.facts(index.read(words[:LONGEST_QUESTION])).facts
    hits = ranked.hits[:1] if certainty is Certainty.CLEAR else choices(ranked.hits, MOST_FOUND)
    made = [_suggestion(of, hit.code, facts, today, certainty is Certainty.CLEAR) for hit in hits]
    return [one for one in made if one is not None]


def _suggestion(of: DeskServices, code: str, facts: tuple[Fact, ...], today: date, sure: bool) -> Suggestion | None:
    try:
        procedure = of.catalogue.get(code)
    except ProcedureUnknownError:
        return None  # the index is a little older than the catalogue
    said = answer(procedure, facts, today, of.stale_after_days)
    payload = said.payload("")
    return Suggestion(
        code=procedure.code,
        title=procedure.title,
        text=said.text,
        decision=str(payload["decision_number"] or ""),
        checked=str(payload["checked_on"] or ""),
        sure=sure,
    )


ROUTES = (web.get("/conversations/{id}/suggestions", search),)
