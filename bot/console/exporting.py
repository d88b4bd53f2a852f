"""Lists as CSV, streamed, without anything personal: with a reason, and a line in the audit before the first byte."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime

from aiohttp import web

from bot.console.access import hub_of, page, person_of, services
from bot.console.feedback import label
from bot.console.finding import kinds_of, searched
from bot.console.forms import typed
from bot.console.handing import officer_of
from bot.console.people import unit_name
from bot.console.rendering import console_wording
from bot.console.scope import feedback_desks, petition_units
from bot.ops.clock import CITY_TIME, city_date
from bot.petitions.telling import petition_wording
from bot.staff.models import Deed, Role
from bot.store.searching import Place

AT_ONCE = 500
SHORTEST_REASON = 10
Rows = AsyncIterator[list[list[str]]]


@page(Role.OFFICER, Role.EDITOR)
async def export(request: web.Request) -> web.StreamResponse:
    """One of the lists, whole."""
    fields = await typed(request)
    what, reason = fields.get("what", ""), " ".join(fields.get("reason", "").split())
    if what not in EXPORTS or what not in kinds_of(person_of(request)):
        raise web.HTTPNotFound
    if len(reason) < SHORTEST_REASON:
        return await searched(request, console_wording()("search.no_reason"), what)
    await services(request).staff.audit.write(person_of(request).display_name, Deed.EXPORTED, what, reason)
    rows = EXPORTS[what](request)
    first = await anext(rows)  # a store that is away is told by a page, not by half a file
    response = web.StreamResponse(headers=_headers(request, what))
    await response.prepare(request)
    await response.write(("\ufeff" + as_csv([console_wording().list(f"export.{what}"), *first])).encode())
    async for some in rows:
        await response.write(as_csv(some).encode())
    await response.write_eof()
    return response


def as_csv(rows: Iterable[Iterable[str]]) -> str:
    """Return lines of CSV; cells that spreadsheets would take for a formula are text."""
    out = io.StringIO()
    csv.writer(out).writerows([[_plain(cell) for cell in row] for row in rows])
    return out.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")) else cell


def _headers(request: web.Request, what: str) -> dict[str, str]:
    day = f"{city_date(services(request).clock.now()):%Y%m%d}"
    return {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{what}-{day}.csv"',
        "Cache-Control": "no-store",
    }


async def _petitions(request: web.Request) -> Rows:
    person, parts, say = person_of(request), services(request).petitions, petition_wording()
    units, place = petition_units(person, parts.routing), None
    while True:
        found = await parts.desk.search(units, (), place, AT_ONCE)
        yield [
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
            for one in found.lines
        ]
        place = found.after
        if place is None:
            return


async def _talks(request: web.Request) -> Rows:
    say, officer = console_wording(), officer_of(person_of(request))
    place: Place | None = None
    while True:
        found = await hub_of(request).search.requests(officer, place, AT_ONCE)
        yield [
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
            for one in found.lines
        ]
        place = found.after
        if place is None:
            return


async def _feedback(request: web.Request) -> Rows:
    desks, place = feedback_desks(person_of(request)), None
    while True:
        found = await services(request).feedback.search(desks, (), place, AT_ONCE)
        yield [
            [
                one.reference,
                label(f"sources.{one.source.value}"),
                label(f"reasons.{one.rating.reason.value}") if one.rating.reason else "",
                one.turn.procedure_code,
                label(f"states.{one.follow_up.state.value}") if one.follow_up else "",
                one.follow_up.owner if one.follow_up else "",
                _moment(one.created_at),
                _moment(one.follow_up.closed_at if one.follow_up else None),
            ]
            for one in found.lines
        ]
        place = found.after
        if place is None:
            return


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(CITY_TIME):%Y-%m-%d %H:%M}" if at else ""


EXPORTS: dict[str, Callable[[web.Request], Rows]] = {
    "petitions": _petitions,
    "conversations": _talks,
    "feedback": _feedback,
}

ROUTES = (web.post("/search/export", export),)
