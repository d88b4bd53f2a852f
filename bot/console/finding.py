"""Search over what somebody may see, by code or words; lists as CSV without anything personal."""

from __future__ import annotations

import csv
import io
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.cases.notices import WrittenNotice
from bot.console.access import hub_of, page, person_of, services
from bot.console.forms import typed
from bot.console.handing import officer_of
from bot.console.people import unit_name
from bot.console.petition_sheet import opening
from bot.console.rendering import console_wording, render
from bot.console.scope import petition_units, sees_case_unit, sees_petition
from bot.console.viewing import audit_view
from bot.desk.hiding import hidden_words
from bot.errors import PetitionStepError
from bot.handoff.models import Request
from bot.handoff.queue import Order, QueueFilter, officer_units
from bot.ops.clock import CITY_TIME, city_date
from bot.ops.petition_codes import parse_petition_code
from bot.petitions.desk import Filter
from bot.petitions.models import Petition
from bot.petitions.telling import petition_wording
from bot.staff.models import Deed, Role
from knowledge.text import fold

MOST_SHOWN, LONGEST_WORDS = 20, 200
NOTICE_DAYS, TALK_DAYS = 366, 90
Rows = list[list[str]]


@page(Role.OFFICER)
async def listed(request: web.Request) -> web.StreamResponse:
    """What is found in petitions, late notices and conversations."""
    words = " ".join(request.query.get("words", "").split())[:LONGEST_WORDS]
    values: dict[str, Any] = {"words": words, "petitions": [], "notices": [], "talks": []}
    if words:
        await audit_view(request, Deed.SEARCHED, "")
        values["petitions"] = [(one, opening(hidden_words(one.content))) for one in await _petitions(request, words)]
        values["notices"] = await _notices(request, words)
        values["talks"] = await _talks(request, words)
    return render(request, "search.html", petition_say=petition_wording(), unit_name=unit_name, **values)


@page(Role.OFFICER)
async def export(request: web.Request) -> web.StreamResponse:
    """One of the lists as CSV."""
    what = (await typed(request)).get("what", "")
    if what not in EXPORTS:
        raise web.HTTPNotFound
    heads, rows = await EXPORTS[what](request)
    await services(request).staff.audit.write(person_of(request).display_name, Deed.EXPORTED, what, str(len(rows)))
    day = f"{city_date(services(request).clock.now()):%Y%m%d}"
    headers = {"Content-Disposition": f'attachment; filename="{what}-{day}.csv"'}
    return web.Response(text=as_csv([heads, *rows]), content_type="text/csv", charset="utf-8", headers=headers)


def as_csv(rows: Iterable[list[str]]) -> str:
    """Return CSV that spreadsheets read as UTF-8; cells that they would take for a formula are text."""
    out = io.StringIO()
    csv.writer(out).writerows([[_plain(cell) for cell in row] for row in rows])
    return "\ufeff" + out.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


async def _petitions(request: web.Request, words: str) -> list[Petition]:
    person, parts = person_of(request), services(request).petitions
    code = parse_petition_code(words)
    if code:
        try:
            petition, _ = await parts.desk.get(code)
        except PetitionStepError:
            return []
        return [petition] if sees_petition(person, petition, parts.routing) else []
    found = await parts.desk.find(Filter(units=petition_units(person, parts.routing)))
    return [one for one in found if _says(words, _of_petition(one))][:MOST_SHOWN]


def _of_petition(one: Petition) -> Iterable[str]:
    return one.code, one.content, one.wish, one.procedure_title, one.procedure_code, one.case_code, one.unit_name


async def _notices(request: web.Request, words: str) -> list[WrittenNotice]:
    today, person = city_date(services(request).clock.now()), person_of(request)
    found = await services(request).cases.notices(today - timedelta(days=NOTICE_DAYS), today)
    mine = [one for one in found if sees_case_unit(person, one.unit)]
    return [one for one in mine if _says(words, (one.case_code, one.title, one.unit, one.notice.reason))][:MOST_SHOWN]


async def _talks(request: web.Request, words: str) -> list[tuple[Request, str]]:
    """Conversations whose summary or questions say the words, each with the line that does."""
    handed = {one.conversation_id: one for one in reversed(await _handed(request))}
    now = services(request).clock.now()
    turns = await hub_of(request).transcripts.turns(now - timedelta(days=TALK_DAYS), now, tuple(handed))
    found: dict[str, tuple[Request, str]] = {}
    for one in handed.values():
        if _says(words, (one.summary.asked, one.summary.procedure_title, one.summary.case_code, one.id)):
            found[one.conversation_id] = (one, hidden_words(one.summary.asked))
    for turn in turns:
        if turn.conversation_id not in found and _says(words, (turn.question,)):
            found[turn.conversation_id] = (handed[turn.conversation_id], opening(hidden_words(turn.question)))
    return list(found.values())[:MOST_SHOWN]


async def _handed(request: web.Request) -> list[Request]:
    """The newest requests of the reader's units."""
    wanted = QueueFilter(units=officer_units(officer_of(person_of(request))), state=None, order=Order.NEWEST_FIRST)
    return [row.request for row in await hub_of(request).ownership.queue.waiting(wanted)]


def _says(words: str, texts: Iterable[str]) -> bool:
    text = fold(" ".join(texts))
    return all(word in text for word in fold(words).split())


async def _petition_rows(request: web.Request) -> tuple[list[str], Rows]:
    person, parts, say = person_of(request), services(request).petitions, petition_wording()
    found = await parts.desk.find(Filter(units=petition_units(person, parts.routing)))
    rows = [
        [
            one.code,
            say(f"kind.{one.kind.value}"),
            say(f"state.{one.state.value}"),
            one.unit_name,
            one.procedure_code,
            _moment(one.received_at),
            f"{one.due_answer:%Y-%m-%d}",
            one.person,
        ]
        for one in found
    ]
    return list(console_wording().list("export.petitions")), rows


async def _talk_rows(request: web.Request) -> tuple[list[str], Rows]:
    say = console_wording()
    rows = [
        [
            one.id,
            one.channel,
            unit_name(one.unit),
            say(f"trigger.{one.trigger.value}"),
            say(f"handed_state.{one.state.value}"),
            say(f"outcome.{one.outcome.value}") if one.outcome else "",
            one.summary.procedure_code,
            _moment(one.asked_at),
            _moment(one.claimed_at),
            _moment(one.first_reply_at),
            _moment(one.closed_at),
            one.officer_name,
        ]
        for one in await _handed(request)
    ]
    return list(say.list("export.conversations")), rows


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(CITY_TIME):%Y-%m-%d %H:%M}" if at else ""


EXPORTS: dict[str, Callable[[web.Request], Awaitable[tuple[list[str], Rows]]]] = {
    "petitions": _petition_rows,
    "conversations": _talk_rows,
}

ROUTES = (
    web.get("/search", listed),
    web.post("/search/export", export),
)
