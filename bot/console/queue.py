"""The queue: who waits, how long, how urgently; taking one; saying that one is there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.console.access import ROOT, hub_of, page, person_of, services
from bot.console.forms import done, typed
from bot.console.handing import find_handed, officer_of, said_of_step, units_of, wait_face
from bot.console.live_sources import QUEUE
from bot.console.live_stream import LIVE
from bot.console.people import unit_name
from bot.console.rendering import console_wording, render
from bot.console.viewing import audit_view
from bot.errors import HandoffStepError
from bot.handoff.lists import Order, QueueFilter
from bot.handoff.models import RequestState
from bot.handoff.queue import QueueRow, officer_units
from bot.staff.models import Deed, Role

PAGE = f"{ROOT}/queue"
WAITING, MINE, ALL, CLOSED = "waiting", "mine", "all", "closed"
SHOWN = (WAITING, MINE, ALL, CLOSED)


@page(Role.OFFICER)
async def listed(request: web.Request) -> web.StreamResponse:
    """The queue as the filter's fields ask for it."""
    return await _listed(request)


@page(Role.OFFICER)
async def claim(request: web.Request) -> web.StreamResponse:
    """Take a conversation, and go to it."""
    handed, person = await find_handed(request), person_of(request)
    try:
        await hub_of(request).ownership.claim(handed.id, officer_of(person))
    except HandoffStepError as error:
        return await _listed(request, said_of_step(error))
    await services(request).staff.audit.write(person.display_name, Deed.CONVERSATION_STEP, handed.id, "claim")
    done(f"{ROOT}/conversations/{handed.id}", "handed_claim")


@page(Role.OFFICER)
async def be_present(request: web.Request) -> web.StreamResponse:
    """Say that one is there, or away and why."""
    fields, presence = await typed(request), hub_of(request).handoff.presence
    officer = officer_of(person_of(request))
    if fields.get("here") == "yes":
        await presence.arrive(officer)
    else:
        reason = " ".join(fields.get("reason", "").split())
        if not reason:
            return await _listed(request, console_wording()("fault.away_reason"))
        await presence.leave(officer, reason)
    request.app[LIVE].publish(QUEUE)
    done(PAGE, "present" if fields.get("here") == "yes" else "away")


async def _listed(request: web.Request, fault: str = "") -> web.Response:
    person, shown = person_of(request), _shown(request)
    rows = await _rows(request, shown)
    mine = rows if shown == MINE else await _rows(request, MINE)
    offered = [row for row in mine if row.request.offered_to == person.id]
    if rows:
        await audit_view(request, Deed.CONVERSATION_LISTED, "", console_wording()("audit.queue", count=len(rows)))
    signs = await hub_of(request).handoff.presence.all()
    values: dict[str, Any] = {
        "rows": [(row.request, wait_face(row.request, row.waited), row) for row in rows],
        "offered": [row.request for row in offered],
        "own": sum(row.request.officer_id == person.id for row in mine),
        "shown": shown,
        "query": request.query,
        "units": units_of(person, [row.request for row in rows]),
        "orders": list(Order),
        "there": [sign for sign in signs if sign.here],
        "sign": next((sign for sign in signs if sign.officer.id == person.id), None),
        "desk": await hub_of(request).ownership.queue.desk(),
        "unit_name": unit_name,
        "address": str(request.rel_url) if request.method == "GET" else PAGE,
    }
    return render(request, "queue.html", status=422 if fault else 200, fault=fault, **values)


async def _rows(request: web.Request, shown: str) -> list[QueueRow]:
    """What is shown of the reader's units, filtered and sorted."""
    officer, query = officer_of(person_of(request)), request.query
    order = next((one for one in Order if one.value == query.get("order")), Order.URGENT_FIRST)
    base = QueueFilter(units=officer_units(officer), order=order, channel=query.get("channel", "")[:16])
    queue = hub_of(request).ownership.queue
    if shown == MINE:
        base = replace(base, units=(), officer_id=officer.id, state=RequestState.HELD)
        rows = await queue.waiting(base)
    elif shown == ALL:
        rows = [*await queue.waiting(base), *await queue.waiting(replace(base, state=RequestState.HELD))]
    elif shown == CLOSED:
        rows = await queue.waiting(replace(base, state=RequestState.CLOSED, order=Order.NEWEST_FIRST))
    else:
        rows = await queue.waiting(base)
    unit = query.get("unit", "")
    return [row for row in rows if shown == MINE or not unit or row.request.unit == unit]


def _shown(request: web.Request) -> str:
    wanted = request.query.get("show", WAITING)
    return wanted if wanted in SHOWN else WAITING


ROUTES = (
    web.get("/queue", listed),
    web.post("/queue/{id}/claim", claim),
    web.post("/presence", be_present),
)
